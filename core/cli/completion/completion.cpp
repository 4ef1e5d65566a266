#include "cli/completion/completion.hpp"

#include <set>

namespace berth::cli {
namespace {

void place(const std::string& above, const std::vector<Command>& commands,
           std::vector<PlacedCommand>& placed) {
  for (const Command& command : commands) {
    if (command.hidden()) continue;
    const std::string path = above + "/" + command.name;
    placed.push_back({path, &command});
    place(path, command.commands, placed);
  }
}

}  // namespace

std::vector<PlacedCommand> placed_commands(const CommandTable& table) {
  std::vector<PlacedCommand> placed;
  place("", table.commands, placed);
  return placed;
}

std::string_view completion_kind(Completes completes) {
  switch (completes) {
    case Completes::organization: return "organization";
    case Completes::application: return "application";
    case Completes::deployment: return "deployment";
    case Completes::server: return "server";
    case Completes::account: return "account";
    case Completes::plugin: return "plugin";
    case Completes::project: return "project";
    case Completes::nothing:
    case Completes::file:
    case Completes::directory:
    case Completes::offer: break;  // too slow: it may ask the clouds
  }
  return {};
}

std::string options_with_values(const CommandTable& table, std::string_view separator) {
  std::set<std::string> names;
  for (const Option& option : table.globals)
    if (!option.value.empty()) names.insert(option.name);
  for (const PlacedCommand& placed : placed_commands(table))
    for (const Option& option : placed.command->options)
      if (!option.value.empty()) names.insert(option.name);
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : std::string(separator)) + name;
  return text;
}

}  // namespace berth::cli
