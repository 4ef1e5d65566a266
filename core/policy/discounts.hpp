// Prices that were negotiated, over those of the vendors' lists. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policy/facts.hpp"

namespace berth {

/// One agreement on the price of servers; what is attached to them (disk, address) keeps its price.
struct Discount {
  std::vector<std::string> instance_types;    // a '*' may stand last; empty: all
  std::vector<std::string> regions;           // empty: all
  std::optional<std::int64_t> percent_nanos;  // off the list price: this, or
  std::optional<Money> hourly;                // the price itself
  std::string as_of;                          // its date; may be ""
  std::int64_t as_of_unix_ms = 0;             // the same; 0: none
  std::string place;                          // "berth.toml:41"
};

[[nodiscard]] bool speaks_for(const Discount& discount, const Offer& offer);

/// The first discount that speaks for the offer changes its price, and what the list says is kept
/// beside it. An hourly price is the whole price: the vendor's monthly cap is of its list.
void discount_price(AccountOffer& offer, const std::vector<Discount>& discounts);

}  // namespace berth
