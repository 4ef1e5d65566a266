// What has to hold for every input. A sanitizer sees the rest.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace fuzz {

/// Ends the process loudly where `holds` is false: libFuzzer then keeps the input.
inline void require(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "it does not hold: %s\n", what.c_str());
  std::abort();
}

}  // namespace fuzz
