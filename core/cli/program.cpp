#include <poll.h>
#include <unistd.h>

#include <iostream>

#include "cli/cli.hpp"

namespace berth::cli {
namespace {

/// `berth audit | head`: nobody is there to miss what could not be written.
bool reader_went_away() {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
}

}  // namespace

int run_program(int argc, char** argv, const Options& options) {
  outlive_closed_pipes();
  Terminal terminal = process_terminal();
  SignalInterrupts interrupts;
  const int status = run_cli(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc),
                             terminal, interrupts, options);
  if (!std::cout.flush() && !reader_went_away()) {
    std::cerr << "berth: the answer could not be written: standard output is closed or full.\n";
    return status == 0 ? 1 : status;
  }
  return status;
}

}  // namespace berth::cli
