// DigitalOcean's sizes as offers. Pure: JSON in, offers out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "berth/cloud_provider.hpp"

namespace berth::digitalocean {

/// The offer of one size in one region, in USD; empty where the size does not name the region, or
/// cannot be read. It can be bought where the size is available, and the region is, and the size
/// names the region. `region_available` is nullopt when the vendor does not know the region.
std::vector<Offer> offers_of(const boost::json::value& size, const std::string& region,
                             std::optional<bool> region_available, std::int64_t now_unix_ms);

}  // namespace berth::digitalocean
