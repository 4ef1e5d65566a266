// What a stage says, and what the whole pipeline decided.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/facts.hpp"

namespace berth {

/// `needs_offers`: the stage can say nothing before the catalogues are read; the engine reads them
/// and decides again from stage one. `wait`: nothing can be had before something changes; the same
/// facts are looked at again later.
enum class VerdictKind { proceed, hold, deny, needs_offers, wait };

struct Verdict {
  VerdictKind kind = VerdictKind::proceed;
  std::string code;      // "quota_exceeded"
  std::string sentence;  // "acme may have 5 servers (max_servers) and has 5."
  bool passing = false;  // of `wait`: it may be over in a while; else a person has to mend it
};

/// An offer that is big enough and can be paid for, with its comparable price.
struct RankedOffer {
  AccountOffer offer;
  std::int64_t disk_mib = 0;       // the root disk that will be asked for
  Money monthly;                   // 730 h, capped, net, with disk and IPv4; the offer's currency
  Money monthly_compared;          // the same in the comparison currency
  std::string price_note;          // "list price 60.74 USD, your price 48.59 USD: …"; may be ""

  /// "80 GB of disk, one IPv4 address": what `monthly` is for. What it leaves out is the offer's
  /// own list of `excludes`.
  [[nodiscard]] std::string includes() const;
};

struct DroppedOffer {
  std::string key, account, provider, region, zone, instance_type, arch;
  std::string code;      // "too_small" "no_price" "no_rate" "out_of_stock" "arch" "deprecated" …
  std::string sentence;
  std::int64_t vcpu = 0, memory_mib = 0, disk_mib = 0;
  Money monthly_compared;          // 0 and "" where there is no price
  std::string price_note;          // as of a RankedOffer
};

/// An account that cannot be bought from, and what it would cost there.
struct Yardstick {
  std::string account;
  std::string why;
  bool passing = false;
  bool known = false;  // what it sells was read once, so no `cheapest` means: nothing fits
  std::optional<Money> cheapest;  // that would fit; comparison currency
  std::string region = {};  // only this one is away, and the account sells elsewhere; "": all
};

struct StageVerdict {
  std::string stage;
  Verdict verdict;
};

/// What the pipeline found: filled by the stages as they go, complete at the end.
struct Decision {
  Verdict outcome;
  std::vector<StageVerdict> stages;
  Room required;                     // after sizing; zero before
  std::vector<RankedOffer> ranked;   // cheapest first
  std::vector<DroppedOffer> dropped; // near misses first
  std::size_t offers_kept = 0, offers_dropped = 0;  // all, however many are spelled out above
  std::optional<Money> estimate;     // per month, comparison currency: best offer, or the cap
  std::string left_out;  // which accounts' offers are not among them, and why; begins with a space
  std::string old_prices;  // which catalogues are of an earlier time, and why; begins with a space
  std::optional<Money> usual;  // the cheapest that would fit, also where it cannot be had just now
  std::vector<Yardstick> yardsticks;  // of the accounts that cannot be asked or refuse berth
  std::optional<Money> bound;         // per month: nothing dearer is bought without a person's yes
};

}  // namespace berth
