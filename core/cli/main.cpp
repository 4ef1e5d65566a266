// The berth program. What it does is in cli.cpp; the commands are in command_table.cpp.
#include "cli/cli.hpp"

int main(int argc, char** argv) { return berth::cli::run_program(argc, argv); }
