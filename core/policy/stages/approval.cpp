// What is approved depends on where the stage stands. After `selection` it is the best offer's
// price; before, when no catalogue has been read yet, it is price_cap, which becomes the estimate
// that `selection` then keeps to. An approval is a fact like others: the whole pipeline runs again
// with it, so what changed meanwhile (quota, prices) is decided anew.
#include "policy/ranking.hpp"
#include "policy/stages/stages.hpp"

namespace berth {

namespace {

std::string who_approves(const OrganizationFacts& organization) {
  if (organization.admins.empty())
    return "Nobody may approve: add admins to the [[organization]] of " + organization.id + ".";
  std::string names;
  for (std::size_t i = 0; i < organization.admins.size(); ++i) {
    if (i > 0) names += i + 1 == organization.admins.size() ? " or " : ", ";
    names += organization.admins[i];
  }
  return names + " may approve it.";
}

class Approval : public Stage {
 public:
  explicit Approval(const StageSettings& settings) : price_cap_(settings.price_cap) {}

  [[nodiscard]] Verdict decide(const Facts& facts, Decision& so_far) const override {
    const bool selected = !so_far.ranked.empty();
    if (!selected) {
      so_far.estimate = price_cap_ ? converted(*price_cap_, facts) : std::nullopt;
      if (!so_far.estimate)
        return {VerdictKind::deny, "no_rate",
                "The price cap of 'approval' cannot be compared: add its currency to rates of "
                "[currency]."};
    }
    const Money& estimate = *so_far.estimate;
    const std::string what = selected ? offer_text(so_far.ranked.front().offer) + " (" +
                                            so_far.ranked.front().includes() + "), about " +
                                            money_text(estimate) + " a month"
                                      : "A server of up to " + money_text(estimate) + " a month";
    const OrganizationFacts& organization = facts.organization;
    if (organization.auto_approve_provisioning)
      return {VerdictKind::proceed, "auto_approved",
              organization.id + " approves by itself (auto_approve_provisioning)."};
    if (!facts.approval)
      return {VerdictKind::hold, "approval_required",
              what + ", waits for approval. " + who_approves(organization)};

    const ApprovalFact& approval = *facts.approval;
    const auto limit = converted(approval.limit, facts);
    if (!limit)
      return {VerdictKind::hold, "approval_required",
              what + ", waits for approval: " + approval.by + " approved an amount in " +
                  approval.limit.currency + ", which cannot be compared any more. " +
                  who_approves(organization)};
    if (estimate.nanos > limit->nanos)
      return {VerdictKind::hold, "price_rose",
              what + ", is dearer than the " + money_text(*limit) + " that " + approval.by +
                  " approved. " + who_approves(organization)};
    return {VerdictKind::proceed, "approved",
            approval.by + " approved up to " + money_text(*limit) + " a month."};
  }

 private:
  std::optional<Money> price_cap_;
};

}  // namespace

std::unique_ptr<Stage> make_approval(const StageSettings& settings) {
  return std::make_unique<Approval>(settings);
}

}  // namespace berth
