// The berth program. What it does is in cli.cpp; the commands are in command_table.cpp.
#include <sys/prctl.h>

#include "cli/cli.hpp"

int main(int argc, char** argv) {
#ifndef BERTH_SANITIZED
  // A crash must not leave credentials in a core file. (The leak checker needs ptrace.) What berth
  // starts is free to leave one.
  prctl(PR_SET_DUMPABLE, 0);
#endif
  return berth::cli::run_program(argc, argv);
}
