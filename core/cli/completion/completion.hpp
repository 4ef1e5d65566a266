// Shell completion, made from the command table so that it cannot go stale.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"

namespace berth::cli {

std::string bash_completion(const CommandTable& table);
std::string zsh_completion(const CommandTable& table);
std::string fish_completion(const CommandTable& table);

/// A command and where it stands: "/servers/list". The scripts find their place by such paths.
struct PlacedCommand {
  std::string path;
  const Command* command;
};
/// Every command that is not hidden, groups before what is in them.
std::vector<PlacedCommand> placed_commands(const CommandTable& table);

/// What `berth __complete` is asked for these values; "" where it knows none.
std::string_view completion_kind(Completes completes);

/// "--org|--app": the options, of any command, whose next word is a value.
std::string options_with_values(const CommandTable& table, std::string_view separator);

}  // namespace berth::cli
