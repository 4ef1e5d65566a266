#!/bin/sh
# The whole way of a stranger: installs plugin-api alone, builds the examples out of tree with each
# compiler at hand, looks at what they export, and walks them against the stand-in cloud.
#   out_of_tree.sh PLUGIN_API_SOURCE WORK_FOLDER
# Exit 77: some compiler is missing (all the others passed).
set -eu
api=$1
work=$2
missing=
rm -rf "$work"
mkdir -p "$work"
unset CXXFLAGS CFLAGS LDFLAGS || true

cmake -S "$api" -B "$work/api" -DCMAKE_INSTALL_PREFIX="$work/prefix" -DCMAKE_BUILD_TYPE=None \
  ${BERTH_CCACHE:+-DCMAKE_CXX_COMPILER_LAUNCHER=$BERTH_CCACHE} >"$work/log" 2>&1 &&
  cmake --build "$work/api" >>"$work/log" 2>&1 &&
  cmake --install "$work/api" >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
check=$work/prefix/bin/berth-plugin-check
examples=$work/prefix/share/berth/plugin-api/example

python3 "$examples/cloud.py" --port 0 >"$work/address" &
cloud=$!
trap 'kill $cloud' EXIT
while ! [ -s "$work/address" ]; do sleep 0.05; done
config="{\"token\": \"paperclip\", \"endpoint\": \"$(cat "$work/address")\"}"

# example NAME FOLDER C-COMPILER C++-COMPILER C++-FLAGS
example() {
  echo "== $1"
  if ! command -v "$3" >/dev/null || ! command -v "$4" >/dev/null; then
    echo "SKIPPED: no $3 or no $4 here"
    missing="$missing $1"
    return
  fi
  if ! echo '#include <string>' | $4 $5 -x c++ -fsyntax-only - 2>/dev/null; then
    echo "SKIPPED: $4 $5 has no standard library here"
    missing="$missing $1"
    return
  fi
  if [ "$2" = c ] && ! pkg-config --exists jansson; then
    echo "SKIPPED: no libjansson-dev here"
    missing="$missing $1"
    return
  fi
  cmake -S "$examples/$2" -B "$work/$1" -DCMAKE_PREFIX_PATH="$work/prefix" \
    -DCMAKE_C_COMPILER="$3" -DCMAKE_CXX_COMPILER="$4" -DCMAKE_CXX_FLAGS="$5 -Wall -Wextra" \
    -DCMAKE_C_FLAGS="-Wall -Wextra" \
    ${BERTH_CCACHE:+-DCMAKE_CXX_COMPILER_LAUNCHER=$BERTH_CCACHE} >"$work/$1.log" 2>&1 &&
    cmake --build "$work/$1" >>"$work/$1.log" 2>&1 || { cat "$work/$1.log"; exit 1; }
  if grep -n 'warning:' "$work/$1.log"; then exit 1; fi
  plugin=$(ls "$work/$1"/paperclip*.so)
  exported=$(nm -D --defined-only "$plugin" | awk '{print $3}')
  [ "$exported" = berth_plugin_v1 ] || { echo "exports: $exported"; exit 1; }
  ctest --test-dir "$work/$1" --output-on-failure -Q || { echo "its conformance test"; exit 1; }
  "$check" "$plugin" --config "$config" --http --walk || exit 1
}

example gcc cpp gcc g++ ""
example clang cpp clang clang++ ""
example libcxx cpp clang clang++ "-stdlib=libc++"
example c-gcc c gcc g++ ""
example c-clang c clang clang++ ""

if [ -n "$missing" ]; then
  echo "SKIPPED for want of a compiler or library:$missing"
  exit 77
fi
