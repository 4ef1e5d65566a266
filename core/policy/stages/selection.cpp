#include <algorithm>
#include <string_view>

#include "policy/ranking.hpp"
#include "policy/stages/stages.hpp"

namespace berth {

namespace {

/// Up to three near misses with their reasons; one line for a type that misses alike in many zones.
std::string nearest_misses(const std::vector<DroppedOffer>& dropped) {
  constexpr std::size_t most = 3;
  std::vector<const DroppedOffer*> named;
  for (const DroppedOffer& offer : dropped) {
    if (named.size() == most) break;
    const bool again = std::any_of(named.begin(), named.end(), [&](const DroppedOffer* other) {
      return other->account == offer.account && other->instance_type == offer.instance_type &&
             other->code == offer.code;
    });
    if (!again) named.push_back(&offer);
  }
  std::string text;
  for (const DroppedOffer* offer : named)
    text +=
        (text.empty() ? " Nearest: " : "; ") + offer_text(*offer) + " (" + offer->sentence + ")";
  return text.empty() ? text : text + ".";
}

std::string with_stop(const std::string& sentence) {
  return sentence.empty() || sentence.back() != '.' ? sentence + "." : sentence;
}

/// Whose offers are missing, why, and what the cheapest that is known there would cost.
std::string left_out(const Facts& facts, const std::vector<Yardstick>& yardsticks) {
  std::string text;
  for (const Yardstick& yardstick : yardsticks) {
    const auto missing =
        std::find_if(facts.missing_catalogues.begin(), facts.missing_catalogues.end(),
                     [&](const MissingCatalogue& one) {
                       return one.account == yardstick.account && one.region == yardstick.region;
                     });
    std::string_view state = " cannot be used: ";
    if (missing != facts.missing_catalogues.end() && missing->set_aside) state = " is not used: ";
    const bool unread =
        missing != facts.missing_catalogues.end() && !missing->set_aside && !missing->unusable;
    const std::string where = yardstick.region.empty() ? "" : " in " + yardstick.region;
    text += (unread ? " The catalogue of account " + yardstick.account + where +
                          " could not be read: "
                    : " Account " + yardstick.account + std::string(state)) +
            with_stop(yardstick.why);
    if (yardstick.cheapest)
      text += " The cheapest known there costs " + money_text(*yardstick.cheapest) + " a month.";
  }
  return text;
}

/// Which prices are of an earlier time, and why they are used all the same.
std::string old_prices(const Facts& facts) {
  std::string text;
  for (const OldCatalogue& old : facts.old_catalogues)
    text += " Prices of " + utc_text(old.read_unix_ms) + ", as the catalogue of account " +
            old.account + (old.region.empty() ? "" : " in " + old.region) + " cannot be read: " +
            with_stop(old.why);
  return text;
}

/// Whoever may have what fits is away, or refuses berth: one day it will not.
Verdict wait_for(bool passing, const std::string& found, const std::string& details) {
  if (passing)
    return {VerdictKind::wait, "clouds_unreachable",
            found + "A cloud could not be asked." + details, true};
  return {VerdictKind::wait, "account_unusable",
          found + "An account cannot be bought from until somebody mends it." + details +
              " Mend it, or set it aside (active = false in its account, or `berth accounts "
              "update`)."};
}

Verdict nothing_found(const Facts& facts, const Decision& so_far) {
  const std::string details = nearest_misses(so_far.dropped) + so_far.left_out + so_far.old_prices;
  // The first codes are given only to offers that are right in everything else (see drop_order).
  const std::string nearest = so_far.dropped.empty() ? "" : so_far.dropped.front().code;
  if (nearest == "unreachable") return wait_for(true, "", details);
  if (nearest == "denied") return wait_for(false, "", details);
  if (nearest == "out_of_stock")
    return {VerdictKind::deny, "all_out_of_stock",
            "Every offer that fits is out of stock just now." + details};
  if (nearest == "quota_reached")
    return {VerdictKind::deny, "vendor_quota_reached",
            "The vendors' own limits are reached for every offer that fits." + details};
  if (nearest == "refused" || nearest == "left")
    return {VerdictKind::deny, "all_refused", "Every offer that fits was refused." + details};
  if (nearest == "boots_failed")
    return {VerdictKind::deny, "all_out_of_stock",
            "Every offer that fits has failed to boot lately." + details};
  const std::string found =
      facts.offers->empty() ? "No account has anything on offer in its regions."
                            : "None of " + std::to_string(facts.offers->size()) + " offers fits.";
  // Whose catalogue is missing may have what fits; where it is known, it is known that it has not.
  const auto may_have = [](const Yardstick& one) { return !one.known || one.cheapest; };
  const auto& missing_ones = so_far.yardsticks;
  if (std::any_of(missing_ones.begin(), missing_ones.end(), may_have)) {
    const bool passing =
        std::any_of(missing_ones.begin(), missing_ones.end(),
                    [&](const Yardstick& one) { return may_have(one) && one.passing; });
    return wait_for(passing, facts.offers->empty() ? "" : found + " ", details);
  }
  return {VerdictKind::deny, "no_fitting_offer", found + details};
}

class Selection : public Stage {
 public:
  explicit Selection(const StageSettings& settings)
      : price_cap_(settings.price_cap), providers_(settings.providers) {}

  [[nodiscard]] Verdict decide(const Facts& facts, Decision& so_far) const override {
    if (facts.tries >= facts.max_tries)
      return {VerdictKind::deny, "tries_exhausted",
              "Provisioning was tried " + std::to_string(facts.tries) +
                  (facts.tries == 1 ? " time" : " times") +
                  " for this deployment, and no more is allowed (tries in [provisioning])."};
    if (!facts.offers)
      return {VerdictKind::needs_offers, "needs_offers", "The catalogues have to be read first."};

    RankingRules rules;
    rules.providers = providers_;
    // An approval that came before has spoken for its cap, and for nothing dearer.
    rules.cap = so_far.estimate;
    if (price_cap_) {
      const auto own = converted(*price_cap_, facts);
      if (!own)
        return {VerdictKind::deny, "no_rate",
                "The price cap of 'selection' is in " + price_cap_->currency + ": add " +
                    price_cap_->currency + " to rates of [currency]."};
      if (!rules.cap || own->nanos < rules.cap->nanos) rules.cap = own;
    }
    Ranking ranking = rank_offers(facts, so_far.required, rules);
    so_far.ranked = std::move(ranking.ranked);
    so_far.dropped = std::move(ranking.dropped);
    so_far.offers_kept = ranking.kept;
    so_far.offers_dropped = ranking.missed;
    so_far.usual = ranking.usual;
    for (const MissingCatalogue& missing : facts.missing_catalogues) {
      const bool bought_from =
          providers_.empty() || missing.provider.empty() ||
          std::find(providers_.begin(), providers_.end(), missing.provider) != providers_.end();
      if (bought_from)
        so_far.yardsticks.push_back(
            {missing.account, missing.why, missing.passing, !missing.last_known.empty(),
             cheapest_known(facts, missing.last_known, so_far.required, rules), missing.region});
    }
    so_far.old_prices = old_prices(facts);
    so_far.left_out = left_out(facts, so_far.yardsticks);
    so_far.yardsticks.insert(so_far.yardsticks.end(), ranking.denied.begin(), ranking.denied.end());
    if (so_far.ranked.empty()) return nothing_found(facts, so_far);

    const RankedOffer& best = so_far.ranked.front();
    so_far.estimate = best.monthly_compared;
    const std::size_t count = so_far.offers_kept;
    return {VerdictKind::proceed, "selected",
            offer_text(best.offer) + ", about " + money_text(best.monthly_compared) + " a month, " +
                (count == 1 ? "is the only offer that fits."
                            : "is the cheapest of " + std::to_string(count) + " that fit.") +
                so_far.left_out + so_far.old_prices};
  }

 private:
  std::optional<Money> price_cap_;
  std::vector<std::string> providers_;
};

}  // namespace

std::unique_ptr<Stage> make_selection(const StageSettings& settings) {
  return std::make_unique<Selection>(settings);
}

}  // namespace berth
