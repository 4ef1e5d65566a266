#include "policy/stages/stages.hpp"

namespace berth {

namespace {

std::string servers(int count) {
  return std::to_string(count) + (count == 1 ? " server" : " servers");
}

class Quota : public Stage {
 public:
  [[nodiscard]] Verdict decide(const Facts& facts, Decision&) const override {
    const OrganizationFacts& organization = facts.organization;
    if (!organization.max_servers)
      return {VerdictKind::deny, "no_quota",
              organization.id + " has no limit of servers, so none is bought: set max_servers in "
                                "its [[organization]]."};
    const int most = *organization.max_servers;
    const std::string state = organization.id + " may have " + servers(most) +
                              " (max_servers) and has " + std::to_string(facts.servers_counted);
    if (facts.servers_counted >= most)
      return {VerdictKind::deny, "quota_exceeded",
              state + ", those being created or deleted included: remove one, or raise "
                      "max_servers in its [[organization]]."};
    return {VerdictKind::proceed, "within_quota", state + "."};
  }
};

}  // namespace

std::unique_ptr<Stage> make_quota(const StageSettings&) { return std::make_unique<Quota>(); }

}  // namespace berth
