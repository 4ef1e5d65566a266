// Organizations and accounts that left the config while they have servers. Such servers are paid
// for until somebody gives them back: nobody forgets them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/parts.hpp"

namespace berth {

/// One that left, and what it has.
struct LeftBehind {
  std::string subject;   // "organization acme", "account hetzner-main"
  std::string what;      // its servers and their cost: it is told again when this changes
  std::string sentence;  // for people: who left, what that costs a month, and what to do
  std::vector<std::string> organizations;  // whose the servers are
};

[[nodiscard]] bool organization_left(const Configuration& settings, std::string_view organization);
/// Neither the config nor the ledger has it: nobody can be asked to destroy what lives there.
[[nodiscard]] bool account_left(const Configuration& settings, const LedgerView& view,
                                std::string_view account);

/// Organizations first, then accounts; each that has servers.
std::vector<LeftBehind> left_behind(const Configuration& settings, const LedgerView& view);

/// What is left of one that is in no config: "" where both are there.
std::string why_left(const Configuration& settings, const LedgerView& view, const Server& server);

/// How a server of this account ends: its account is not known any more.
std::string way_out(const Configuration& settings, const std::string& account,
                    const std::string& server_name, const std::string& vendor_id);

/// Tells people once of each that left, and again when its servers change; wakes deployments that
/// wait for an organization that is gone, and what waits for an account that is back.
void look_after_left(const EngineParts& parts, LedgerTransaction& tx);
/// The same in a transaction of its own, where there is anything to do.
void look_after_left(const EngineParts& parts);

/// A deployment whose organization left ends, and says so. True: it did, or `work` ends its command
/// first.
bool end_without_organization(const EngineParts& parts, LedgerTransaction& tx,
                              DeploymentRecord& deployment, std::optional<Work>& work);

/// The config's organizations, and those that left it and have servers.
std::vector<std::string> organizations_with_servers(const EngineParts& parts,
                                                    const LedgerView& view);

/// Takes a server out of the fleet that nobody here can destroy. Returns what is left to do.
/// REQUIRES: account_left(), and no deployment is under way there.
std::string forget_server(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
                          Server& server, const std::string& user);

}  // namespace berth
