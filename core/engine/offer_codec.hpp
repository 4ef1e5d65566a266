// Ranked offers as an attempt keeps them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/verdict.hpp"

namespace berth {

std::string encode_offers(const std::vector<RankedOffer>& offers);
/// Throws std::runtime_error when the text was not written by encode_offers.
std::vector<RankedOffer> decode_offers(std::string_view json);

}  // namespace berth
