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
/// One of them, as decode_offers() would return it. Throws as it does, also where there is none.
RankedOffer decode_offer(std::string_view json, int candidate);

}  // namespace berth
