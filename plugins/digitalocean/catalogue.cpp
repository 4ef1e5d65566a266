#include "catalogue.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json/array.hpp>

#include "json_api/fields.hpp"

namespace berth::digitalocean {
namespace {

using json_api::integer_at;
using json_api::number_at;

/// The vendor gives floats, some with 32-bit noise (0.00743999984115362). 0 is no price: it would
/// win every comparison.
std::optional<std::int64_t> price(const boost::json::value& size, std::string_view member) {
  const auto number = number_at(size, {member});
  if (!number || *number <= 0) return std::nullopt;
  return nanos_of_double(*number);
}

}  // namespace

std::vector<Offer> offers_of(const boost::json::value& size, const std::string& region,
                             std::optional<bool> region_available, std::int64_t now_unix_ms) {
  const auto* regions = json_api::list_at(size, {"regions"});
  if (regions == nullptr || std::none_of(regions->begin(), regions->end(), [&](const auto& name) {
        return json_api::text_at(name, {}) == region;
      }))
    return {};

  Offer offer;
  offer.region = region;
  offer.instance_type = json_api::text_at(size, {"slug"});
  offer.arch = Arch::x86_64;  // the vendor sells no other
  const auto vcpus = integer_at(size, {"vcpus"});
  const auto memory_mb = integer_at(size, {"memory"});
  const auto disk_gb = integer_at(size, {"disk"});
  if (offer.instance_type.empty() || !vcpus || *vcpus <= 0 || !memory_mb || *memory_mb <= 0 ||
      !disk_gb || *disk_gb <= 0 || *disk_gb > 1'000'000'000)
    return {};
  // "s-2vcpu-4gb" -> "s", "gpu-h100x1-80gb" -> "gpu": as the vendor groups its plans.
  offer.families = {offer.instance_type.substr(0, offer.instance_type.find('-'))};
  offer.vcpu = *vcpus;
  offer.memory_mib = *memory_mb;
  offer.disk_mib = *disk_gb * 1024;
  offer.currency = "USD";
  offer.hourly_nanos = price(size, "price_hourly");
  offer.monthly_cap_nanos = price(size, "price_monthly");
  // One public IPv4 is in the price: both ipv4 amounts stay absent.
  if (const auto terabytes = number_at(size, {"transfer"}); terabytes && *terabytes >= 0) {
    const auto gigabytes = std::llround(*terabytes * 1024);
    offer.excludes.push_back(
        gigabytes % 1024 == 0 ? "traffic above " + std::to_string(gigabytes / 1024) + " TB a month"
                              : "traffic above " + std::to_string(gigabytes) + " GB a month");
  }
  // Since 2026-01-01 by the second, at least 60 of them or 0.01 USD (the vendor's own word in its
  // community pages); the contract has no minimum, so the step is the minimum.
  offer.billing_step_s = 60;
  offer.as_of_unix_ms = now_unix_ms;
  const auto size_available = json_api::flag_at(size, {"available"});
  if ((size_available && !*size_available) || !region_available.value_or(false))
    offer.availability = Availability::unavailable;
  else if (size_available)
    offer.availability = Availability::available;
  return {offer};
}

}  // namespace berth::digitalocean
