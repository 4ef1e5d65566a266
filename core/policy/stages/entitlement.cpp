#include "policy/stages/stages.hpp"

namespace berth {

namespace {

class Entitlement : public Stage {
 public:
  [[nodiscard]] Verdict decide(const Facts& facts, Decision&) const override {
    const OrganizationFacts& organization = facts.organization;
    if (!organization.auto_provisioning && !facts.by_hand)
      return {VerdictKind::deny, "auto_provisioning_disabled",
              "berth buys no servers for " + organization.id +
                  ": set auto_provisioning = true in its [[organization]]."};
    if (organization.accounts <= 0)
      return {VerdictKind::deny, "no_accounts",
              "No active cloud account may be used by " + organization.id +
                  ": add \"" + organization.id + "\" to organizations of an [[account]] that has "
                  "active = true."};
    return {VerdictKind::proceed, "entitled",
            organization.id + " may have servers bought, from " +
                std::to_string(organization.accounts) +
                (organization.accounts == 1 ? " account." : " accounts.")};
  }
};

}  // namespace

std::unique_ptr<Stage> make_entitlement(const StageSettings&) {
  return std::make_unique<Entitlement>();
}

}  // namespace berth
