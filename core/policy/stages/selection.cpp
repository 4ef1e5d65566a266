#include <algorithm>

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

std::string missing_catalogues(const Facts& facts) {
  std::string text;
  for (const MissingCatalogue& missing : facts.missing_catalogues)
    text += (missing.set_aside
                 ? " Account " + missing.account + " is not used: "
                 : " The catalogue of account " + missing.account + " could not be read: ") +
            missing.why + (missing.why.empty() || missing.why.back() != '.' ? "." : "");
  return text;
}

Verdict nothing_found(const Facts& facts, const Decision& so_far) {
  const std::string details = nearest_misses(so_far.dropped) + missing_catalogues(facts);
  // These two are given only to offers that are right in everything else (see drop_order).
  const std::string nearest = so_far.dropped.empty() ? "" : so_far.dropped.front().code;
  if (nearest == "out_of_stock")
    return {VerdictKind::deny, "all_out_of_stock",
            "Every offer that fits is out of stock just now." + details};
  if (nearest == "boots_failed")
    return {VerdictKind::deny, "all_out_of_stock",
            "Every offer that fits has failed to boot lately." + details};
  if (facts.offers->empty())
    return {VerdictKind::deny, "no_fitting_offer",
            "No account has anything on offer in its regions." + details};
  return {VerdictKind::deny, "no_fitting_offer",
          "None of " + std::to_string(facts.offers->size()) + " offers fits." + details};
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

    // An outage passes, and the other clouds serve meanwhile. A broken installation does not, and
    // would quietly buy from the dearer cloud for months.
    for (const MissingCatalogue& missing : facts.missing_catalogues)
      if (missing.unusable)
        return {VerdictKind::deny, "account_unusable",
                "Account " + missing.account + " cannot be used: " + missing.why +
                    (missing.why.empty() || missing.why.back() != '.' ? "." : "") +
                    " Mend it, or set it aside (active = false in its [[account]], or `berth "
                    "accounts update`)."};

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
    if (so_far.ranked.empty()) return nothing_found(facts, so_far);

    const RankedOffer& best = so_far.ranked.front();
    so_far.estimate = best.monthly_compared;
    so_far.left_out = missing_catalogues(facts);
    const std::size_t count = so_far.offers_kept;
    return {VerdictKind::proceed, "selected",
            offer_text(best.offer) + ", about " + money_text(best.monthly_compared) + " a month, " +
                (count == 1 ? "is the only offer that fits."
                            : "is the cheapest of " + std::to_string(count) + " that fit.") +
                so_far.left_out};
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
