// What a shared library exports. Private to the kit.
#pragma once

#include <string>
#include <vector>

namespace berth::conformance {

/// The names that `nm -D --defined-only FILE` lists. Throws std::runtime_error: not a 64-bit ELF
/// file of this machine's byte order.
std::vector<std::string> exported_symbols(const std::string& path);

}  // namespace berth::conformance
