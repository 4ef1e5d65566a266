#include "policy/bound.hpp"

#include "policy/ranking.hpp"

namespace berth {

namespace {

constexpr int whole_percent = 100;

Money with_percent(const Money& money, int percent) {
  return {scaled(money.nanos, whole_percent + percent, whole_percent)
              .value_or(std::numeric_limits<std::int64_t>::max()),
          money.currency};
}

/// The lowest of several bounds, and why it is one.
struct Lowest {
  std::optional<Money> limit;
  std::string why;
  const Yardstick* of = nullptr;

  void take(const Money& bound, std::string reason, const Yardstick* yardstick = nullptr) {
    if (limit && limit->nanos <= bound.nanos) return;
    limit = bound;
    why = std::move(reason);
    of = yardstick;
  }
};

Lowest lowest_bound(const Facts& facts, const Decision& decision) {
  Lowest lowest;
  const std::string percent = std::to_string(facts.dearer_percent) + " %";
  if (facts.first_estimate)
    lowest.take(with_percent(*facts.first_estimate, facts.dearer_percent),
                "this deployment's first estimate was " + money_text(*facts.first_estimate) +
                    " a month, and at most " + percent + " more is bought without asking");
  else if (decision.usual)
    lowest.take(with_percent(*decision.usual, facts.dearer_percent),
                "the cheapest that fits costs " + money_text(*decision.usual) +
                    " a month and cannot be had just now, and at most " + percent +
                    " more is bought without asking");
  for (const Yardstick& yardstick : decision.yardsticks) {
    const std::string account =
        "account " + yardstick.account + " cannot be bought from (" + yardstick.why + ")";
    if (!yardstick.cheapest && (yardstick.known || !yardstick.region.empty())) continue;
    if (!yardstick.cheapest)
      lowest.take({0, facts.currency},
                  account + ", and nobody knows what a server would cost there", &yardstick);
    else
      lowest.take(with_percent(*yardstick.cheapest, facts.dearer_percent),
                  account + ", where the cheapest that fits costs " +
                      money_text(*yardstick.cheapest) + " a month, and at most " + percent +
                      " more is bought elsewhere without asking",
                  &yardstick);
  }
  return lowest;
}

std::string who_says_yes(const std::vector<std::string>& admins) {
  std::string names;
  for (std::size_t i = 0; i < admins.size(); ++i) {
    if (i > 0) names += i + 1 == admins.size() ? " or " : ", ";
    names += admins[i];
  }
  return " " + names + " may approve it.";
}

}  // namespace

Verdict check_bound(const Facts& facts, Decision& decision) {
  const RankedOffer& best = decision.ranked.front();
  const Money& price = best.monthly_compared;
  // A person's yes speaks for its amount, and for nothing else.
  if (facts.approval) {
    decision.bound = converted(facts.approval->limit, facts);
    if (!decision.bound) decision.bound = Money{0, facts.currency};
    if (price.nanos <= decision.bound->nanos)
      return {VerdictKind::proceed, "approved",
              facts.approval->by + " approved up to " + money_text(*decision.bound) + " a month."};
    const std::string what = offer_text(best.offer) + ", about " + money_text(price) +
                             " a month, is dearer than the " + money_text(*decision.bound) +
                             " that " + facts.approval->by + " approved.";
    if (facts.organization.admins.empty()) return {VerdictKind::deny, "price_rose", what};
    return {VerdictKind::hold, "price_rose", what + who_says_yes(facts.organization.admins)};
  }
  const Lowest lowest = lowest_bound(facts, decision);
  decision.bound = lowest.limit;
  if (!lowest.limit || price.nanos <= lowest.limit->nanos)
    return {VerdictKind::proceed, "within_bound",
            lowest.limit ? "At most " + money_text(*lowest.limit) +
                               " a month is bought without asking: " + lowest.why + "."
                         : "Nothing bounds its price."};
  const std::string what = offer_text(best.offer) + ", about " + money_text(price) +
                           " a month, is dearer than what is bought without asking: " + lowest.why +
                           ".";
  if (!facts.organization.admins.empty())
    return {VerdictKind::hold, lowest.of != nullptr ? "account_missing" : "dearer_than_shown",
            what + who_says_yes(facts.organization.admins)};
  if (lowest.of != nullptr)
    return {VerdictKind::wait, "account_missing", what + " Nobody may approve it.",
            lowest.of->passing};
  return {VerdictKind::deny, "dearer_than_shown",
          what + " Nobody may approve it: add admins to the [[organization]] of " +
              facts.organization.id + "."};
}

}  // namespace berth
