// Prices as integers of 10^-9, so that no float noise gets into an answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fakecloud {

using Nano = std::int64_t;
std::optional<Nano> parse_decimal(std::string_view text);  // "42.99"; nothing when not a number
std::string format_decimal(Nano nano, int places);         // exactly that many places, half up
double to_double(Nano nano);                               // for JSON numbers only

}  // namespace fakecloud
