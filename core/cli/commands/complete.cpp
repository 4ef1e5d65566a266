#include <memory>
#include <ostream>
#include <set>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/utf8.hpp"

namespace berth::cli {
namespace {

std::set<std::string> values(const std::string& kind, const std::string& prefix, Berth& berth) {
  std::set<std::string> words;
  if (kind == "plugin")
    for (const PluginReport& plugin : berth.plugins()) words.insert(plugin.id);
  else
    for (const std::string& name : berth.names(kind, prefix)) words.insert(name);
  words.erase("");
  return words;
}

}  // namespace

Command complete_command() {
  auto kind = std::make_shared<std::string>();
  auto prefix = std::make_shared<std::string>();
  return {"__complete",
          "print the values that the shell may offer",
          "berth __complete server",
          {{"KIND", "of value", kind.get(), true,
            {"organization", "application", "deployment", "server", "account", "plugin",
             "project"}},
           {"PREFIX", "what was typed of it", prefix.get(), false}},
          {},
          ToDoAlone{[kind, prefix](const Options& options, Answer& answer) {
            // Whoever presses TAB has not asked for anything to be run yet.
            Options quiet = options;
            quiet.bundled_only = true;
            quiet.read_only = true;
            Berth berth = Berth::open(quiet);
            for (const std::string& word : values(*kind, *prefix, berth))
              answer.terminal().out << printable(word) << '\n';
            return 0;
          }}};
}

}  // namespace berth::cli
