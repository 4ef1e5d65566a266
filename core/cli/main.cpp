// The berth program. What it does is in cli.cpp; the commands are in command_table.cpp.
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <iostream>

#include "cli/cli.hpp"

namespace {

/// `berth audit | head`: nobody is there to miss what could not be written.
bool reader_went_away() {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
}

}  // namespace

int main(int argc, char** argv) {
#if !defined(__SANITIZE_ADDRESS__)
  // A crash must not leave credentials in a core file. (The leak checker needs ptrace.) What berth
  // starts is free to leave one.
  prctl(PR_SET_DUMPABLE, 0);
#endif
  berth::cli::outlive_closed_pipes();
  berth::cli::Terminal terminal = berth::cli::process_terminal();
  berth::cli::SignalInterrupts interrupts;
  const int status =
      berth::cli::run_cli(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc),
                          terminal, interrupts);
  if (!std::cout.flush() && !reader_went_away()) {
    std::cerr << "berth: the answer could not be written: standard output is closed or full.\n";
    return status == 0 ? 1 : status;
  }
  return status;
}
