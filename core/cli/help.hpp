// --help, from the same table as the parser.
#pragma once

#include <string>

#include "cli/command.hpp"
#include "cli/parse.hpp"

namespace berth::cli {

/// The help of a command, of a group, or (empty path) of berth.
std::string help_text(const CommandTable& table, const CommandPath& path);

}  // namespace berth::cli
