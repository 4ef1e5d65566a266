#!/bin/sh
# The public headers compile alone and without warnings: plugin.h as C11 to C++20, the rest as C++17
# and C++20, with every compiler at hand. Exit 77: one of them is missing.
set -eu
include=$1
strict="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsyntax-only -I$include"
missing=

# try COMPILER STANDARD LANGUAGE HEADERS; twice, for the guard
try() {
  { echo '#define BERTH_PLUGIN_IMPLEMENTATION'
    for header in $4 $4; do echo "#include \"berth/$header\""; done; } |
    $1 $2 $strict -x "$3" - || { echo "failed: $1 $2 $4"; exit 1; }
}
all=$(cd "$include/berth" && echo *.hpp)

for c in gcc clang; do
  if ! command -v $c >/dev/null; then missing="$missing $c"; continue; fi
  for standard in c11 c17; do try $c -std=$standard c plugin.h; done
done
for cxx in g++ clang++ "clang++ -stdlib=libc++"; do
  if ! echo '#include <string>' | $cxx -x c++ -fsyntax-only - 2>/dev/null; then
    missing="$missing $cxx"
    continue
  fi
  for standard in c++11 c++14 c++17 c++20; do try "$cxx" -std=$standard c++ plugin.h; done
  for standard in c++17 c++20; do try "$cxx" -std=$standard c++ "$all"; done
done
# Each alone: what it includes does not depend on the compiler.
for header in "$include"/berth/*.hpp; do try g++ -std=c++17 c++ "${header##*/}"; done
if [ -n "$missing" ]; then
  echo "SKIPPED for want of:$missing"
  exit 77
fi
