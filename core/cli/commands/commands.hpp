// One function, and one file of that name, per command.
#pragma once

#include "cli/command.hpp"

namespace berth::cli {

Command deploy_command();
Command plan_command();
Command status_command();
Command events_command();
Command approve_command();
Command cancel_command();
Command retry_command();
Command release_command();
Command run_command();
Command reap_command();
Command adopt_command();
Command backup_command();
Command restore_command();
Command servers_command();
Command offers_command();
Command accounts_command();
Command stack_command();
Command audit_command();
Command plugins_command();
Command config_command();
/// `others`: the commands beside it that are completed too.
Command completion_command(std::vector<Option> globals, std::vector<Command> others);
/// Hidden; what the completion scripts ask for values.
Command complete_command();

}  // namespace berth::cli
