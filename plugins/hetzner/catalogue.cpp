#include "catalogue.hpp"

#include <cmath>

#include <boost/json/array.hpp>

#include "json_api/fields.hpp"

namespace berth::hetzner {
namespace {

namespace json = boost::json;
using json_api::flag_at;
using json_api::integer_at;
using json_api::list_at;
using json_api::number_at;
using json_api::text_at;

/// The entry of `list` whose `key` is `name`; nullptr: none.
const json::value* entry_of(const json::array* list, std::string_view key, std::string_view name) {
  if (list == nullptr) return nullptr;
  for (const json::value& entry : *list)
    if (text_at(entry, {key}) == name) return &entry;
  return nullptr;
}

/// A net price, which the vendor writes as decimal text. nullopt where there is none.
std::optional<std::int64_t> net_nanos(const json::value& price, std::string_view period) {
  const auto nanos = nanos_of_decimal(text_at(price, {period, "net"}));
  return nanos && *nanos >= 0 ? nanos : std::nullopt;
}

/// A server's price of 0 is a defect somewhere, and would win every comparison: it counts as
/// missing.
std::optional<std::int64_t> positive(std::optional<std::int64_t> nanos) {
  return nanos && *nanos > 0 ? nanos : std::nullopt;
}

/// `included_traffic` is in bytes; the vendor's own pages say TB for 1024^4.
std::string traffic_above(std::int64_t bytes) {
  constexpr std::int64_t gib = 1LL << 30U;
  const std::int64_t gibs = bytes / gib;
  return gibs % 1024 == 0 ? "traffic above " + std::to_string(gibs / 1024) + " TB a month"
                          : "traffic above " + std::to_string(gibs) + " GB a month";
}

}  // namespace

std::string arch_group_of(Arch arch) { return arch == Arch::arm64 ? "arch:arm" : "arch:x86"; }

std::vector<Offer> offers_of(const json::value& server_type, const json::value& pricing,
                             const std::string& location, std::int64_t now_unix_ms) {
  const json::value* price = entry_of(list_at(server_type, {"prices"}), "location", location);
  const json::array* places = list_at(server_type, {"locations"});
  const json::value* place = entry_of(places, "name", location);
  // `locations` is the authority where there is one; a price alone sells nothing.
  if (places != nullptr ? place == nullptr : price == nullptr) return {};

  Offer offer;
  offer.region = location;
  offer.instance_type = text_at(server_type, {"name"});
  const std::string architecture = text_at(server_type, {"architecture"});
  const auto cores = integer_at(server_type, {"cores"});
  const auto memory_gb = number_at(server_type, {"memory"});
  const auto disk_gb = number_at(server_type, {"disk"});
  if (offer.instance_type.empty() || !cores || *cores <= 0 || !memory_gb || *memory_gb <= 0 ||
      *memory_gb > 1e6 || !disk_gb || *disk_gb <= 0 || *disk_gb > 1e9)
    return {};
  if (architecture == "x86") offer.arch = Arch::x86_64;
  else if (architecture == "arm") offer.arch = Arch::arm64;
  else return {};
  // "cx33" -> "cx"; the vendor limits dedicated cores apart from shared ones.
  offer.families.push_back(
      offer.instance_type.substr(0, offer.instance_type.find_first_of("0123456789")));
  if (const std::string kind = text_at(server_type, {"cpu_type"}); !kind.empty())
    offer.families.push_back("cores:" + kind);
  offer.families.push_back(arch_group_of(offer.arch));
  offer.vcpu = *cores;
  offer.memory_mib = std::llround(*memory_gb * 1024);
  offer.disk_mib = std::llround(*disk_gb * 1024);

  offer.currency = text_at(pricing, {"pricing", "currency"});
  offer.as_of_unix_ms = now_unix_ms;
  offer.billing_step_s = 3600;
  if (price != nullptr) {
    offer.hourly_nanos = positive(net_nanos(*price, "price_hourly"));
    offer.monthly_cap_nanos = positive(net_nanos(*price, "price_monthly"));
    if (const auto bytes = integer_at(*price, {"included_traffic"}))
      offer.excludes.push_back(traffic_above(*bytes));
  }
  const json::value* ipv4 = entry_of(list_at(pricing, {"pricing", "primary_ips"}), "type", "ipv4");
  const json::value* ipv4_here =
      ipv4 == nullptr ? nullptr : entry_of(list_at(*ipv4, {"prices"}), "location", location);
  if (ipv4_here != nullptr) {
    offer.ipv4_hourly_nanos = net_nanos(*ipv4_here, "price_hourly");
    offer.ipv4_monthly_cap_nanos = net_nanos(*ipv4_here, "price_monthly");
  }
  if (!offer.ipv4_hourly_nanos) offer.excludes.emplace_back("the public IPv4 (no price was given)");

  const std::optional<bool> available =
      place == nullptr ? std::nullopt : flag_at(*place, {"available"});
  if (available) offer.availability = *available ? Availability::available
                                                 : Availability::unavailable;
  if (place != nullptr) {
    offer.deprecated_unix_ms =
        json_api::unix_ms_of_rfc3339(text_at(*place, {"deprecation", "unavailable_after"}));
    if (offer.deprecated_unix_ms && *offer.deprecated_unix_ms <= now_unix_ms)
      offer.availability = Availability::unavailable;
  }
  return {offer};
}

}  // namespace berth::hetzner
