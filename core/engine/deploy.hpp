// Running the deploy command on a server that is ready.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/parts.hpp"

namespace berth {

/// Why the configured command could not be started, as a sentence with what to do; "": it could.
std::string deploy_command_problem(const EngineParts& parts, const DeploymentRecord& deployment);

/// Starts the configured command, or (where none is) ends the deployment as succeeded at once.
std::optional<Work> begin_deploying(const EngineParts& parts, LedgerTransaction& tx,
                                    const TaskRecord& task, DeploymentRecord& deployment,
                                    const Server& server);

/// What stops what the deploy command started; empty: nothing does. Where an application has none
/// of its own, the one beside the general deploy command counts.
const std::vector<std::string>& release_command_of(const Configuration& settings,
                                                   const DeploymentRecord& deployment);

/// The same for a server: it gets what the deploy command got, and why ($BERTH_RELEASE).
Command release_command_for(const EngineParts& parts, const LedgerView& view,
                            const DeploymentRecord& deployment, const Server& server,
                            const HoldRecord& hold);

/// The command as it is started, once the server's host key was looked at.
Command with_host_key(Command command, const std::string& key);

/// What a command wrote, without secrets and made plain.
void clean_output(const EngineParts& parts, const std::string& project, CommandResult& result);

/// " It wrote last: …"; "" where it wrote nothing.
std::string last_words(const std::string& tail);

/// Is a command that runs to be ended: does this process stop, or does `ends` say so of the ledger?
/// The command asks often; the ledger is asked every half second or so.
std::function<bool()> watch_of(const EngineParts& parts,
                               std::function<bool(const LedgerView&)> ends);

/// Ends the session that a dead process left behind, so that a cancelled deployment can finish.
Work end_command(const EngineParts& parts, const DeploymentRecord& deployment);

}  // namespace berth
