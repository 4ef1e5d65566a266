// What a region's servers, disks and addresses cost on demand, read live from AWS's Price List.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "api.hpp"
#include "berth/failure.hpp"

namespace berth::aws {

/// One document of the Price List, cut to what berth reads of it.
struct PricedProduct {
  std::string instance_type;  // "" for what is no instance
  std::string usage_type;     // "USE1-PublicIPv4:InUseAddress"
  std::string unit;           // "Hrs", "GB-Mo"
  std::string currency;       // ISO 4217
  std::int64_t nanos = 0;     // per unit; never 0: a free dimension is not read as a price
};

/// nullopt: not JSON, or without an on-demand price above 0 in `unit`. Where a document has several
/// (tiers), the highest: an estimate must not be too low.
std::optional<PricedProduct> priced_product(const std::string& document, const std::string& unit);

/// On-demand Linux with shared tenancy, in one currency, net of tax. Absent is not zero.
struct RegionPrices {
  std::string currency;
  std::map<std::string, std::int64_t> hourly_nanos;  // by instance type
  std::optional<std::int64_t> disk_gib_month_nanos;  // gp3 storage
  std::optional<std::int64_t> ipv4_hourly_nanos;     // a public IPv4 address in use
};

/// Fails where a page could not be read: prices that were not read are not missing.
Result<RegionPrices> region_prices(Api& api, const std::string& region);

}  // namespace berth::aws
