// Words on the command line into a command and its values.
#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"

namespace berth::cli {

/// What was asked for: the command's path, outermost first ("servers", "add"). Empty: none.
using CommandPath = std::vector<const Command*>;

/// Fills the targets of the table. Throws Error (usage) that says what was wrong, with "did you
/// mean"; --help and --version stop the search for errors. `words` without the program's name.
CommandPath parse(const CommandTable& table, const Globals& globals,
                  const std::vector<std::string>& words);

/// "berth servers add".
std::string spelled(const CommandPath& path);

}  // namespace berth::cli
