// Secrets by chance, from the kernel's random source.
#pragma once

#include <cstddef>
#include <string>

namespace berth {

/// So many of [A-Za-z0-9], each as likely as any: about 5.95 bits each.
std::string alphanumeric_by_chance(std::size_t length);

/// The base64 of so many bytes.
std::string base64_by_chance(std::size_t bytes);

}  // namespace berth
