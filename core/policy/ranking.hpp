// Which offers do, and which is cheapest. Pure.
//
// The order of the ranked: the comparable price, then fewer vCPU, then less memory, then the key;
// the key is unique, so the order is total and never depends on who answered first.
// The order of the dropped: the nearest miss first (drop_order), then by how much is missing, then
// as above.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/facts.hpp"
#include "policy/verdict.hpp"

namespace berth {

struct RankingRules {
  std::optional<Money> cap;            // per month, in the comparison currency; dearer is dropped
  std::vector<std::string> providers;  // only these plugins; empty: all
};

struct Ranking {
  std::vector<RankedOffer> ranked;    // cheapest first
  std::vector<DroppedOffer> dropped;  // near misses first
  std::size_t kept = 0, missed = 0;   // all of them; of each at most Facts::most_offers are above
  std::optional<Money> usual;  // the cheapest that fits, also where it cannot be had just now
  /// By account: where a create was denied or could not be asked, its cheapest that would fit.
  std::vector<Yardstick> denied;
};

/// `required` is the room after sizing. REQUIRES: facts.offers.
Ranking rank_offers(const Facts& facts, const Room& required, const RankingRules& rules);

/// The cheapest of an account's last known offers that would fit: nullopt where none would.
/// `required`, `rules`: as above.
std::optional<Money> cheapest_known(const Facts& facts, const std::vector<AccountOffer>& last_known,
                                    const Room& required, const RankingRules& rules);

/// What an offer costs per month of 730 hours, in its own currency and net of tax, with a root disk
/// of `disk_mib` and one IPv4 address. nullopt, and a sentence in `why`, where a part of the price
/// is missing: absent is not zero, and a price of zero is taken for a missing one.
std::optional<Money> monthly_price(const Offer& offer, std::int64_t disk_mib, std::string& why);

/// Where the config changed the price: "list price 60.74 USD, your price 48.59 USD: discount of
/// berth.toml:41"; else "". `monthly` is the price with the change.
std::string price_note(const AccountOffer& offer, std::int64_t disk_mib, const Money& monthly);

/// In the comparison currency. nullopt: the config has no rate for it (or the amount is absurd).
std::optional<Money> converted(const Money& money, const Facts& facts);

/// "2026-11-21 17:45 UTC".
std::string utc_text(std::int64_t unix_ms);

/// "12.34 USD": rounded to cents, for sentences.
std::string money_text(const Money& money);

/// "cx33 in nbg1 of account hetzner-main".
std::string offer_text(const DroppedOffer& offer);
std::string offer_text(const AccountOffer& offer);

}  // namespace berth
