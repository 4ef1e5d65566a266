#include "catalogue.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "errors.hpp"
#include "families.hpp"

namespace berth::aws {
namespace {

// A gp3 volume's limit: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
constexpr std::int64_t most_disk_mib = 16 * 1024 * 1024;
// Linux is billed by the second, and at least a minute of it.
constexpr std::int64_t billing_step_s = 60;

bool holds(const std::vector<std::string>& list, const std::string& entry) {
  return std::find(list.begin(), list.end(), entry) != list.end();
}

bool wanted(const Account& account, const InstanceType& type) {
  return type.current_generation && !type.bare_metal && type.vcpus > 0 && type.memory_mib > 0 &&
         (account.instance_families.empty() ||
          holds(account.instance_families, family_of(type.name)));
}

std::optional<Arch> arch_of(const InstanceType& type) {
  if (holds(type.architectures, "arm64")) return Arch::arm64;
  if (holds(type.architectures, "x86_64")) return Arch::x86_64;
  return std::nullopt;  // "x86_64_mac": sold by the dedicated host only
}

// t3, t4g, …; not trn1.
bool is_burstable(const std::string& type) {
  return type.size() > 1 && type[0] == 't' && type[1] >= '0' && type[1] <= '9';
}

void put_prices(Offer& offer, const RegionPrices& prices) {
  offer.currency = prices.currency;
  offer.excludes = {"traffic to the internet beyond AWS's free monthly allowance"};
  if (is_burstable(offer.instance_type))
    offer.excludes.emplace_back("CPU credits beyond the type's baseline (T types run unlimited)");
  offer.disk_gib_month_nanos = prices.disk_gib_month_nanos;
  offer.ipv4_hourly_nanos = prices.ipv4_hourly_nanos;
  if (!prices.ipv4_hourly_nanos)
    offer.excludes.emplace_back("the public IPv4 address: AWS's price list names no price here");
  // Every server needs a disk, so without the disk's price the offer has none.
  const auto found = prices.hourly_nanos.find(offer.instance_type);
  if (found != prices.hourly_nanos.end() && prices.disk_gib_month_nanos)
    offer.hourly_nanos = found->second;
}

}  // namespace

std::vector<Offer> offers_of(const Account& account, const std::string& region,
                             const std::vector<InstanceType>& types,
                             const std::vector<TypeOffering>& offerings, const RegionPrices& prices,
                             std::int64_t now_unix_ms) {
  std::map<std::string, std::set<std::string>> zones_of;
  for (const TypeOffering& offering : offerings)
    if (is_zone_of(offering.zone, region) &&
        (account.zones.empty() || holds(account.zones, offering.zone)))
      zones_of[offering.instance_type].insert(offering.zone);

  std::vector<Offer> offers;
  for (const InstanceType& type : types) {
    const auto arch = arch_of(type);
    if (!arch || !wanted(account, type)) continue;
    Offer offer;
    offer.region = region;
    offer.instance_type = type.name;
    offer.arch = *arch;
    offer.families = families_of(type.name, *arch);
    offer.vcpu = type.vcpus;
    offer.memory_mib = type.memory_mib;
    offer.max_disk_mib = most_disk_mib;
    offer.billing_step_s = billing_step_s;
    offer.as_of_unix_ms = now_unix_ms;
    put_prices(offer, prices);
    for (const std::string& zone : zones_of[type.name]) {
      offer.zone = zone;
      // Sold here; whether any is left only a create tells.
      offer.availability = Availability::available;
      offers.push_back(offer);
    }
  }
  return offers;
}

Result<std::vector<Offer>> region_offers(Api& api, const Account& account,
                                         const std::string& region) {
  Filters families;
  if (!account.instance_families.empty()) {
    std::vector<std::string> patterns;
    for (const std::string& family : account.instance_families) patterns.push_back(family + ".*");
    if (patterns.size() > most_filter_values)
      patterns.clear();  // then all are read, and sorted out
    if (!patterns.empty()) families = {{"instance-type", patterns}};
  }
  Filters current = families;
  current.push_back({"current-generation", {"true"}});
  current.push_back({"bare-metal", {"false"}});

  api.call().progress("reading AWS's instance types in " + region);
  const auto types = api.describe_instance_types(region, current);
  if (types.failure) return *types.failure;
  const auto offerings = api.describe_instance_type_offerings(region, families);
  if (offerings.failure) return *offerings.failure;
  if (!types.items.empty() && offerings.items.empty()) {
    Failure failure = without_effect(
        unreadable("DescribeInstanceTypeOfferings in " + region,
                   "it lists " + std::to_string(types.items.size()) +
                       " instance types and says that none of them is sold in any zone"));
    failure.message +=
        " If it stays so, look at the account's region and at the policies on "
        "ec2:DescribeInstanceTypeOfferings.";
    return failure;
  }
  api.call().progress("reading AWS's prices in " + region);
  const auto prices = region_prices(api, region);
  if (!prices) return prices.failure();

  auto offers =
      offers_of(account, region, types.items, offerings.items, *prices, api.call().now_unix_ms());
  if (!types.items.empty() && offers.empty())
    return without_effect(
        unreadable("DescribeInstanceTypeOfferings in " + region,
                   "none of the " + std::to_string(types.items.size()) +
                       " instance types is sold in the zones of the settings (\"zones\")"));
  const auto unpriced = std::count_if(offers.begin(), offers.end(),
                                      [](const Offer& offer) { return !offer.hourly_nanos; });
  if (unpriced > 0)
    api.call().log(LogLevel::warning, std::to_string(unpriced) + " of " +
                                          std::to_string(offers.size()) + " offers in " + region +
                                          " have no price in AWS's price list and are not bought");
  return offers;
}

}  // namespace berth::aws
