#include "policy/discounts.hpp"

#include <algorithm>

namespace berth {
namespace {

constexpr std::int64_t whole = 100'000'000'000;  // 100 percent, in nanos

bool fits(const std::string& pattern, const std::string& text) {
  if (pattern.empty() || pattern.back() != '*') return pattern == text;
  return text.compare(0, pattern.size() - 1, pattern, 0, pattern.size() - 1) == 0;
}

std::optional<std::int64_t> less(const std::optional<std::int64_t>& nanos, std::int64_t percent) {
  return nanos ? scaled(*nanos, whole - percent, whole) : std::nullopt;
}

}  // namespace

bool speaks_for(const Discount& discount, const Offer& offer) {
  const auto& types = discount.instance_types;
  const auto& regions = discount.regions;
  return (types.empty() ||
          std::any_of(types.begin(), types.end(),
                      [&](const std::string& type) { return fits(type, offer.instance_type); })) &&
         (regions.empty() ||
          std::find(regions.begin(), regions.end(), offer.region) != regions.end());
}

void discount_price(AccountOffer& account_offer, const std::vector<Discount>& discounts) {
  Offer& offer = account_offer.offer;
  for (const Discount& discount : discounts) {
    if (!speaks_for(discount, offer)) continue;
    account_offer.list_price =
        ListPrice{offer.currency, offer.hourly_nanos, offer.monthly_cap_nanos,
                  "discount of " + discount.place +
                      (discount.as_of.empty() ? "" : ", as of " + discount.as_of)};
    if (discount.percent_nanos) {
      offer.hourly_nanos = less(offer.hourly_nanos, *discount.percent_nanos);
      offer.monthly_cap_nanos = less(offer.monthly_cap_nanos, *discount.percent_nanos);
      return;
    }
    // Amounts of two currencies cannot be added up; what is attached would have no price any more.
    if (offer.currency != discount.hourly->currency) {
      offer.disk_gib_month_nanos.reset();
      if (offer.ipv4_hourly_nanos) offer.excludes.emplace_back("the IPv4 address");
      offer.ipv4_hourly_nanos.reset();
      offer.ipv4_monthly_cap_nanos.reset();
    }
    offer.currency = discount.hourly->currency;
    offer.hourly_nanos = discount.hourly->nanos;
    offer.monthly_cap_nanos.reset();
    if (discount.as_of_unix_ms > 0) offer.as_of_unix_ms = discount.as_of_unix_ms;
    return;
  }
}

}  // namespace berth
