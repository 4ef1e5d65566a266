#include "policy/ranking.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <limits>
#include <map>
#include <tuple>

namespace berth {

namespace {

constexpr std::int64_t hours_per_month = 730;
constexpr std::int64_t mib_per_gib = 1024;

/// Codes of dropped offers, the nearest miss first. An offer gets the *last* of these that holds,
/// so `out_of_stock` says that nothing else is wrong with it.
constexpr std::array<std::string_view, 17> drop_order{
    "unreachable",   "out_of_stock", "quota_reached", "refused",     "denied",  "boots_failed",
    "failed_before", "left",         "above_cap",     "implausible", "no_rate", "no_price",
    "unavailable",   "deprecated",   "too_small",     "provider",    "arch",
};
/// Of these, the ones that say that nothing is wrong with the offer itself: it cannot be had now.
constexpr std::size_t passing_codes = 8;

/// So much cheaper than the cheapest of all other accounts, and it is no price.
constexpr std::int64_t implausibly_cheap = 10;
constexpr std::int64_t hours_of_least_cap = 24;
constexpr std::int64_t oldest_price_ms = 366LL * 24 * 3'600'000;
constexpr std::int64_t least_memory_mib = 128;
constexpr std::int64_t most_memory_mib = 32LL * 1024 * 1024;  // the largest there is has 32 TiB
constexpr std::int64_t most_memory_per_vcpu_mib =
    256 * mib_per_gib;  // four times the most there is

/// So many failures among the boots that are remembered stop an offer for a while.
constexpr std::ptrdiff_t failures_that_stop = 2;

std::size_t drop_rank(std::string_view code) {
  return static_cast<std::size_t>(std::find(drop_order.begin(), drop_order.end(), code) -
                                  drop_order.begin());
}

std::string_view word_of(Arch arch) { return arch == Arch::arm64 ? "arm64" : "x86_64"; }

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::string place_text(const std::string& type, const std::string& region, const std::string& zone,
                       const std::string& account) {
  return type + " in " + (zone.empty() ? region : zone) + " of account " + account;
}

/// An hourly price over a month, and never more than the vendor's cap.
std::optional<std::int64_t> capped_month(std::int64_t hourly_nanos,
                                         const std::optional<std::int64_t>& cap_nanos) {
  const auto month = scaled(hourly_nanos, hours_per_month);
  if (!month) return cap_nanos;
  return cap_nanos ? std::min(*month, *cap_nanos) : *month;
}

/// The root disk to ask for: what is included, or what is required in whole GiB.
std::int64_t disk_to_ask(const Offer& offer, const Room& required) {
  const std::int64_t whole = (required.disk_mib + mib_per_gib - 1) / mib_per_gib * mib_per_gib;
  return std::max(offer.disk_mib, whole);
}

struct Shortfall {
  std::string sentence;
  std::int64_t per_mille = 0;  // of what is needed, in the worst dimension
};

void note_shortfall(Shortfall& shortfall, std::int64_t has, std::int64_t needs,
                    const std::string& has_text, const std::string& needs_text) {
  if (has >= needs || needs <= 0) return;
  if (!shortfall.sentence.empty()) shortfall.sentence += "; ";
  shortfall.sentence += has_text + ", " + needs_text + " needed";
  shortfall.per_mille = std::max(shortfall.per_mille, (needs - has) * 1000 / needs);
}

Shortfall shortfall_of(const Offer& offer, const Room& required) {
  Shortfall shortfall;
  note_shortfall(shortfall, offer.vcpu * 1000, required.millicores,
                 std::to_string(offer.vcpu) + " vCPU", cores_text(required.millicores));
  note_shortfall(shortfall, offer.memory_mib, required.memory_mib,
                 gigabytes_text(offer.memory_mib) + " GB of memory",
                 gigabytes_text(required.memory_mib) + " GB");
  const std::int64_t most = std::max(offer.disk_mib, offer.max_disk_mib);
  note_shortfall(shortfall, most, disk_to_ask(offer, required),
                 "at most " + gigabytes_text(most) + " GB of disk",
                 gigabytes_text(required.disk_mib) + " GB");
  return shortfall;
}

/// One offer being judged.
struct Judged {
  const AccountOffer* offer = nullptr;
  std::int64_t disk_mib = 0;
  Money monthly, monthly_compared;
  std::string price_note;
  std::string key;
  std::string code, sentence;  // code "": it does
  std::int64_t missing_per_mille = 0;

  void drop(std::string_view why, std::string text) {
    code = why;
    sentence = std::move(text);
  }
};

class Judge {
 public:
  Judge(const Facts& facts, const Room& required, const RankingRules& rules)
      : facts_(facts), required_(required), rules_(rules) {}

  [[nodiscard]] Judged judge(const AccountOffer& candidate) const {
    Judged judged;
    judged.offer = &candidate;
    judged.key = candidate.key();
    judged.disk_mib = disk_to_ask(candidate.offer, required_);
    // From the nearest miss to the farthest: the last that holds stays.
    check_stock(judged);
    check_price(judged);
    check_kind(judged);
    return judged;
  }

 private:
  /// What stands in the way just now, though nothing is wrong with the offer itself.
  void check_stock(Judged& judged) const {
    const AccountOffer& candidate = *judged.offer;
    if (candidate.refused_until_unix_ms > facts_.now_unix_ms) {
      const std::string until = " until " + utc_text(candidate.refused_until_unix_ms);
      const std::string why = candidate.refused_why.empty() ? "" : ": " + candidate.refused_why;
      const std::string& code = candidate.refused_code;
      if (code == "out_of_stock")
        judged.drop("out_of_stock", "out of stock" + until + why);
      else if (code == "quota_reached")
        judged.drop("quota_reached",
                    "the vendor's limit is reached, not asked again" + until + why);
      else if (code == "denied")
        judged.drop("denied", "the vendor denied it, not asked again" + until + why);
      else if (code == "unavailable" || code == "rate_limited" || code == "cancelled")
        judged.drop("unreachable", "could not be asked, not asked again" + until + why);
      else
        judged.drop("refused", "refused, not asked again" + until + why);
    }
    check_boots(judged);
    if (contains(facts_.excluded_offers, judged.key))
      judged.drop("failed_before", "it failed for this deployment before");
    for (const LeftAccount& left : facts_.left_accounts)
      if (left.account == candidate.account)
        judged.drop("left", "its account refused this deployment twice: " + left.why);
  }

  /// A type that keeps failing to boot costs each deployment the whole ready time-out, so it is
  /// left alone for longer than what is out of stock.
  void check_boots(Judged& judged) const {
    const std::vector<BootFact>& boots = judged.offer->boots;
    const auto failed = [](const BootFact& boot) { return !boot.ready; };
    const auto failures = std::count_if(boots.begin(), boots.end(), failed);
    if (failures < failures_that_stop) return;
    const BootFact& last = *std::find_if(boots.begin(), boots.end(), failed);
    const std::int64_t until = last.at_unix_ms + facts_.boot_failure_pause_ms;
    if (until <= facts_.now_unix_ms) return;
    std::string sentence = std::to_string(failures) + " of its last " +
                           std::to_string(boots.size()) + " boots failed, the last at " +
                           utc_text(last.at_unix_ms);
    if (!last.why.empty()) sentence += ": " + last.why;
    judged.drop("boots_failed", sentence + "; it is tried again after " + utc_text(until));
  }

  void check_price(Judged& judged) const {
    const Offer& offer = judged.offer->offer;
    std::string why;
    const auto monthly = monthly_price(offer, judged.disk_mib, why);
    if (!monthly) return judged.drop("no_price", why);
    judged.monthly = *monthly;
    judged.price_note = price_note(*judged.offer, judged.disk_mib, *monthly);
    if (const std::string odd = implausible(offer); !odd.empty()) judged.drop("implausible", odd);
    const auto compared = converted(*monthly, facts_);
    if (!compared)
      return judged.drop("no_rate", "its price is in " + offer.currency + ": add " +
                                        offer.currency + " to rates of [currency]");
    judged.monthly_compared = *compared;
    if (rules_.cap && compared->nanos > rules_.cap->nanos)
      judged.drop("above_cap", money_text(*compared) + " a month is above the cap of " +
                                   money_text(*rules_.cap));
  }

  /// What cannot be true is a mistake of units or of age, and nothing is bought on it.
  [[nodiscard]] std::string implausible(const Offer& offer) const {
    if (offer.memory_mib < least_memory_mib || offer.memory_mib > most_memory_mib ||
        offer.memory_mib / std::max<std::int64_t>(offer.vcpu, 1) > most_memory_per_vcpu_mib)
      return "no server has " + gigabytes_text(offer.memory_mib) + " GB of memory and " +
             std::to_string(offer.vcpu) + " vCPU";
    if (offer.monthly_cap_nanos && offer.hourly_nanos)
      if (const auto day = scaled(*offer.hourly_nanos, hours_of_least_cap);
          !day || *offer.monthly_cap_nanos < *day)
        return "its monthly cap of " + money_text({*offer.monthly_cap_nanos, offer.currency}) +
               " is less than a day's price";
    if (offer.as_of_unix_ms < facts_.now_unix_ms - oldest_price_ms)
      return "its price is of " + utc_text(offer.as_of_unix_ms) + ", more than a year ago";
    return {};
  }

  void check_kind(Judged& judged) const {
    const AccountOffer& candidate = *judged.offer;
    const Offer& offer = candidate.offer;
    if (offer.availability == Availability::unavailable)
      judged.drop("unavailable", "the provider says it is not available there");
    if (offer.deprecated_unix_ms && *offer.deprecated_unix_ms <= facts_.now_unix_ms)
      judged.drop("deprecated", "the provider sells no new ones since " +
                                    utc_text(*offer.deprecated_unix_ms));
    const Shortfall shortfall = shortfall_of(offer, required_);
    judged.missing_per_mille = shortfall.per_mille;
    if (!shortfall.sentence.empty()) judged.drop("too_small", shortfall.sentence);
    if (!rules_.providers.empty() && !contains(rules_.providers, candidate.provider))
      judged.drop("provider", "the policy does not buy from " + candidate.provider);
    const std::string& arch = facts_.requirements.arch;
    if (!arch.empty() && arch != word_of(offer.arch))
      judged.drop("arch", "it is " + std::string(word_of(offer.arch)) + ", " + arch +
                              " is asked for");
  }

  const Facts& facts_;
  const Room& required_;
  const RankingRules& rules_;
};

bool ranks_before(const Judged& left, const Judged& right) {
  const auto rank = [](const Judged& judged) {
    const Offer& offer = judged.offer->offer;
    return std::tie(judged.monthly_compared.nanos, offer.vcpu, offer.memory_mib,
                    judged.key);
  };
  return rank(left) < rank(right);
}

bool misses_less(const Judged& left, const Judged& right) {
  const auto miss = [](const Judged& judged) {
    // Without a price it comes after those that have one.
    const bool priced = !judged.monthly_compared.currency.empty();
    return std::make_tuple(drop_rank(judged.code), judged.missing_per_mille, !priced);
  };
  if (miss(left) != miss(right)) return miss(left) < miss(right);
  return ranks_before(left, right);
}

RankedOffer ranked_of(const Judged& judged) {
  RankedOffer ranked;
  ranked.offer = *judged.offer;
  ranked.disk_mib = judged.disk_mib;
  ranked.monthly = judged.monthly;
  ranked.monthly_compared = judged.monthly_compared;
  ranked.price_note = judged.price_note;
  return ranked;
}

DroppedOffer dropped_of(const Judged& judged) {
  const AccountOffer& candidate = *judged.offer;
  const Offer& offer = candidate.offer;
  DroppedOffer dropped;
  dropped.key = judged.key;
  dropped.account = candidate.account;
  dropped.provider = candidate.provider;
  dropped.region = offer.region;
  dropped.zone = offer.zone;
  dropped.instance_type = offer.instance_type;
  dropped.arch = word_of(offer.arch);
  dropped.code = judged.code;
  dropped.sentence = judged.sentence;
  dropped.vcpu = offer.vcpu;
  dropped.memory_mib = offer.memory_mib;
  dropped.disk_mib = judged.disk_mib;
  dropped.monthly_compared = judged.monthly_compared;
  dropped.price_note = judged.price_note;
  return dropped;
}

std::optional<std::int64_t> sum(std::int64_t left, const std::optional<std::int64_t>& right) {
  if (!right || *right > std::numeric_limits<std::int64_t>::max() - left) return std::nullopt;
  return left + *right;
}

}  // namespace

std::string utc_text(std::int64_t unix_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds{unix_ms}};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d UTC", int{date.year()},
                unsigned{date.month()}, unsigned{date.day()}, int(clock.hours().count()),
                int(clock.minutes().count()));
  return text.data();
}

std::string RankedOffer::includes() const {
  return gigabytes_text(disk_mib) + " GB of disk, one IPv4 address";
}

std::optional<Money> monthly_price(const Offer& offer, std::int64_t disk_mib, std::string& why) {
  const auto missing = [&](const char* part) {
    why = part;
    return std::nullopt;
  };
  if (offer.currency.empty()) return missing("its price has no currency");
  if (!offer.hourly_nanos) return missing("the catalogue has no price for it");
  if (*offer.hourly_nanos <= 0 || (offer.monthly_cap_nanos && *offer.monthly_cap_nanos <= 0))
    return missing("its price is 0 in the catalogue, which is taken for a missing one");
  auto total = capped_month(*offer.hourly_nanos, offer.monthly_cap_nanos);
  const std::int64_t extra_gib = (disk_mib - offer.disk_mib + mib_per_gib - 1) / mib_per_gib;
  if (total && extra_gib > 0) {
    if (!offer.disk_gib_month_nanos || *offer.disk_gib_month_nanos <= 0)
      return missing("the catalogue has no price for its disk");
    total = sum(*total, scaled(*offer.disk_gib_month_nanos, extra_gib));
  }
  if (total && offer.ipv4_hourly_nanos) {
    if (*offer.ipv4_hourly_nanos < 0 ||
        (offer.ipv4_monthly_cap_nanos && *offer.ipv4_monthly_cap_nanos < 0))
      return missing("the price of its IPv4 address is below 0 in the catalogue");
    total = sum(*total, capped_month(*offer.ipv4_hourly_nanos, offer.ipv4_monthly_cap_nanos));
  }
  if (!total) return missing("its price is too large to be one");
  return Money{*total, offer.currency};
}

std::optional<Money> converted(const Money& money, const Facts& facts) {
  if (money.currency == facts.currency) return money;
  constexpr std::int64_t nanos_per_unit = 1'000'000'000;
  for (const CurrencyRate& rate : facts.rates) {
    if (rate.currency != money.currency || rate.nanos <= 0) continue;
    const auto nanos = scaled(money.nanos, rate.nanos, nanos_per_unit);
    if (!nanos) return std::nullopt;
    return Money{*nanos, facts.currency};
  }
  return std::nullopt;
}

std::string money_text(const Money& money) {
  constexpr std::int64_t nanos_per_cent = 10'000'000;
  const auto cents = scaled(money.nanos, 1, nanos_per_cent);
  const auto rounded = cents ? scaled(*cents, nanos_per_cent) : std::nullopt;
  return decimal_of_nanos(rounded.value_or(money.nanos)) + " " + money.currency;
}

std::string price_note(const AccountOffer& offer, std::int64_t disk_mib, const Money& monthly) {
  if (!offer.list_price) return {};
  Offer listed = offer.offer;
  listed.currency = offer.list_price->currency;
  listed.hourly_nanos = offer.list_price->hourly_nanos;
  listed.monthly_cap_nanos = offer.list_price->monthly_cap_nanos;
  std::string why;
  const auto list = monthly_price(listed, disk_mib, why);
  return (list ? "list price " + money_text(*list) + ", " : "no list price, ") + "your price " +
         money_text(monthly) + ": " + offer.list_price->why;
}

std::string offer_text(const DroppedOffer& offer) {
  return place_text(offer.instance_type, offer.region, offer.zone, offer.account);
}

std::string offer_text(const AccountOffer& offer) {
  return place_text(offer.offer.instance_type, offer.offer.region, offer.offer.zone, offer.account);
}

namespace {

bool only_passing(const Judged& judged) {
  return judged.code.empty() || drop_rank(judged.code) < passing_codes;
}

/// The cheapest price of each account among offers that fit, also where it cannot be had just now,
/// or the policy does not buy it: what something costs elsewhere is no less true for that.
std::map<std::string, std::int64_t> cheapest_by_account(const std::vector<Judged>& all) {
  std::map<std::string, std::int64_t> cheapest;
  for (const Judged& judged : all) {
    const bool comparable = only_passing(judged) || judged.code == "above_cap" ||
                            (judged.code == "provider" && judged.missing_per_mille == 0);
    if (!comparable || judged.monthly_compared.currency.empty()) continue;
    const std::int64_t nanos = judged.monthly_compared.nanos;
    const auto [known, added] = cheapest.emplace(judged.offer->account, nanos);
    if (!added) known->second = std::min(known->second, nanos);
  }
  return cheapest;
}

/// Drops what costs less than a tenth of the cheapest that any other account has. A price that the
/// config made (a discount) is the user's own word.
void drop_far_too_cheap(const std::vector<Judged>& all, const std::vector<Judged*>& fitting) {
  const auto cheapest = cheapest_by_account(all);
  if (cheapest.size() < 2) return;
  for (Judged* judged : fitting) {
    if (judged->offer->list_price) continue;
    std::int64_t others = std::numeric_limits<std::int64_t>::max();
    for (const auto& [account, nanos] : cheapest)
      if (account != judged->offer->account) others = std::min(others, nanos);
    if (judged->monthly_compared.nanos < others / implausibly_cheap)
      judged->drop("implausible", money_text(judged->monthly_compared) +
                                      " a month is less than a tenth of the cheapest elsewhere");
  }
}

/// Keeps the cheapest of what an account would sell if it could be asked, or did not deny it.
void note_denied(std::vector<Yardstick>& denied, const Judged& judged) {
  const std::string& account = judged.offer->account;
  auto known = std::find_if(denied.begin(), denied.end(),
                            [&](const Yardstick& one) { return one.account == account; });
  if (known == denied.end())
    known = denied.insert(denied.end(), {account, judged.offer->refused_why,
                                         judged.code == "unreachable", true, std::nullopt});
  if (!known->cheapest || judged.monthly_compared.nanos < known->cheapest->nanos)
    known->cheapest = judged.monthly_compared;
}

}  // namespace

Ranking rank_offers(const Facts& facts, const Room& required, const RankingRules& rules) {
  const Judge judge(facts, required, rules);
  std::vector<Judged> all;
  all.reserve(facts.offers->size());
  std::vector<Judged*> fitting;  // also what cannot be had just now
  for (const AccountOffer& candidate : *facts.offers)
    if (Judged& judged = all.emplace_back(judge.judge(candidate)); only_passing(judged))
      fitting.push_back(&judged);
  drop_far_too_cheap(all, fitting);
  Ranking ranking;
  for (const Judged* judged : fitting) {
    if (!only_passing(*judged)) continue;
    if (!ranking.usual || judged->monthly_compared.nanos < ranking.usual->nanos)
      ranking.usual = judged->monthly_compared;
    if (judged->code == "denied" || judged->code == "unreachable")
      note_denied(ranking.denied, *judged);
  }
  std::vector<const Judged*> good;
  std::vector<const Judged*> bad;
  for (const Judged& judged : all) (judged.code.empty() ? good : bad).push_back(&judged);
  const auto by = [](auto before) {
    return [before](const Judged* left, const Judged* right) { return before(*left, *right); };
  };
  std::sort(good.begin(), good.end(), by(ranks_before));
  std::sort(bad.begin(), bad.end(), by(misses_less));
  ranking.kept = good.size();
  ranking.missed = bad.size();
  good.resize(std::min(good.size(), facts.most_offers));
  bad.resize(std::min(bad.size(), facts.most_offers));
  for (const Judged* judged : good) ranking.ranked.push_back(ranked_of(*judged));
  for (const Judged* judged : bad) ranking.dropped.push_back(dropped_of(*judged));
  return ranking;
}

std::optional<Money> cheapest_known(const Facts& facts, const std::vector<AccountOffer>& last_known,
                                    const Room& required, const RankingRules& rules) {
  const Judge judge(facts, required, rules);
  std::optional<Money> cheapest;
  for (const AccountOffer& candidate : last_known)
    if (const Judged judged = judge.judge(candidate);
        only_passing(judged) && (!cheapest || judged.monthly_compared.nanos < cheapest->nanos))
      cheapest = judged.monthly_compared;
  return cheapest;
}

}  // namespace berth
