// The berth program without its main(): words in, exit status out.
#pragma once

#include <string>
#include <vector>

#include "berth.hpp"
#include "cli/interrupts.hpp"
#include "cli/terminal.hpp"

namespace berth::cli {

/// Never throws. `words` without the program's name; `options`: what they do not say.
int run_cli(const std::vector<std::string>& words, Terminal& terminal, Interrupts& interrupts,
            const Options& options = {});

/// main(), around run_cli() with the process's own terminal and signals.
int run_program(int argc, char** argv, const Options& options = {});

}  // namespace berth::cli
