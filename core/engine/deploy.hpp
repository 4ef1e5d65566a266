// Running the deploy command on a server that is ready.
#pragma once

#include <optional>
#include <string>

#include "engine/parts.hpp"

namespace berth {

/// Why the configured command could not be started, as a sentence with what to do; "": it could.
std::string deploy_command_problem(const EngineParts& parts, const DeploymentRecord& deployment);

/// Starts the configured command, or (where none is) ends the deployment as succeeded at once.
std::optional<Work> begin_deploying(const EngineParts& parts, LedgerTransaction& tx,
                                    const TaskRecord& task, DeploymentRecord& deployment,
                                    const Server& server);

/// Ends the session that a dead process left behind, so that a cancelled deployment can finish.
Work end_command(const EngineParts& parts, const DeploymentRecord& deployment);

}  // namespace berth
