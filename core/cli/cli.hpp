// The berth program without its main(): words in, exit status out.
#pragma once

#include <string>
#include <vector>

#include "cli/interrupts.hpp"
#include "cli/terminal.hpp"

namespace berth::cli {

/// Never throws. `words` without the program's name.
int run_cli(const std::vector<std::string>& words, Terminal& terminal, Interrupts& interrupts);

}  // namespace berth::cli
