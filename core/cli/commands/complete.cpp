#include <memory>
#include <ostream>
#include <set>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/utf8.hpp"

namespace berth::cli {
namespace {

std::set<std::string> values(const std::string& kind, Berth& berth) {
  std::set<std::string> words;
  constexpr int far_back = 500;  // deployments; a completion must be quick
  if (kind == "server")
    for (const ServerReport& server : berth.servers()) words.insert(server.name);
  if (kind == "plugin")
    for (const PluginReport& plugin : berth.plugins()) words.insert(plugin.id);
  if (kind == "account")
    for (const AccountReport& account : berth.accounts()) words.insert(account.id);
  if (kind == "project")
    for (const ProjectReport& project : berth.projects()) words.insert(project.id);
  if (kind == "organization")
    for (const ServerReport& server : berth.servers()) words.insert(server.organization);
  if (kind == "organization" || kind == "application" || kind == "deployment")
    for (const DeploymentReport& deployment : berth.deployments({}, {}, far_back))
      words.insert(kind == "organization"  ? deployment.organization
                   : kind == "application" ? deployment.application
                                           : deployment.id);
  words.erase("");
  return words;
}

}  // namespace

Command complete_command() {
  auto kind = std::make_shared<std::string>();
  return {"__complete",
          "print the values that the shell may offer",
          "berth __complete server",
          {{"KIND", "of value", kind.get(), true,
            {"organization", "application", "deployment", "server", "account", "plugin",
             "project"}}},
          {},
          ToDoAlone{[kind](const Options& options, Answer& answer) {
            // Whoever presses TAB has not asked for anything to be run yet.
            Options quiet = options;
            quiet.bundled_only = true;
            Berth berth = Berth::open(quiet);
            for (const std::string& word : values(*kind, berth))
              answer.terminal().out << printable(word) << '\n';
            return 0;
          }}};
}

}  // namespace berth::cli
