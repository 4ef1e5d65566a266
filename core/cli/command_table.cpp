// Every command of berth, in the order of --help.
#include "cli/commands/commands.hpp"

namespace berth::cli {
namespace {

std::vector<Option> global_options(Globals& globals) {
  return {
      {"--config", "FILE", "berth.toml; else $BERTH_CONFIG, ./berth.toml, the user's, /etc/berth",
       &globals.config, false, {}, Completes::file},
      {"--state-dir", "DIR", "where the ledger is; else as the config says", &globals.state_dir,
       false, {}, Completes::directory},
      {"--as", "USER", "who acts, and with whose rights; else you", &globals.user},
      {"--json", "", "one JSON document on stdout, everything else on stderr", &globals.json},
      {"--help", "", "show help", &globals.help},
      {"--version", "", "show the version", &globals.version},
  };
}

}  // namespace

CommandTable command_table(Globals& globals) {
  std::vector<Command> commands{
      deploy_command(),   plan_command(),    status_command(), events_command(),
      approve_command(),  cancel_command(),  retry_command(),  release_command(),
      run_command(),      reap_command(),    adopt_command(),  backup_command(),
      restore_command(),  servers_command(), offers_command(),
      accounts_command(), stack_command(),
      audit_command(),    plugins_command(), config_command(),
  };
  // Completion reads the table that it is part of: it gets the rest, and makes itself known.
  commands.push_back(completion_command(global_options(globals), commands));
  commands.push_back(complete_command());
  return {global_options(globals), std::move(commands)};
}

}  // namespace berth::cli
