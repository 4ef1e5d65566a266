// A region's offers: its types, where they are sold, and what they cost.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "account.hpp"
#include "api.hpp"
#include "berth/cloud_provider.hpp"
#include "prices.hpp"

namespace berth::aws {

/// About 17 requests for a large region. Fails as a whole: half a catalogue would hide the
/// cheapest.
Result<std::vector<Offer>> region_offers(Api& api, const Account& account,
                                         const std::string& region);

/// The pure part: one offer for each of `types` and each of its zones. Types without a price stay,
/// without hourly_nanos.
std::vector<Offer> offers_of(const Account& account, const std::string& region,
                             const std::vector<InstanceType>& types,
                             const std::vector<TypeOffering>& offerings, const RegionPrices& prices,
                             std::int64_t now_unix_ms);

}  // namespace berth::aws
