#include "cli/interrupts.hpp"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>
#include <thread>

namespace berth::cli {
namespace {

// Signal handlers have no object: these are the process's.
volatile std::sig_atomic_t signals_seen = 0;
volatile std::sig_atomic_t last_signal = 0;
volatile std::sig_atomic_t signals_borne = 0;
volatile std::sig_atomic_t hangups_seen = 0;
volatile std::sig_atomic_t cursor_may_be_hidden = 0;

extern "C" void berth_cli_count_signal(int number) {
  const int saved_errno = errno;
  last_signal = number;
  signals_seen = signals_seen + 1;
  if (signals_seen > signals_borne) {
    constexpr std::string_view show_cursor = "\x1b[?25h\n";
    if (cursor_may_be_hidden != 0 &&
        write(STDOUT_FILENO, show_cursor.data(), show_cursor.size()) < 0) {
      // nothing can be done about it here
    }
    std::signal(number, SIG_DFL);
    raise(number);
  }
  errno = saved_errno;
}

extern "C" void berth_cli_count_hangup(int) { hangups_seen = hangups_seen + 1; }

extern "C" void berth_cli_ignore_signal(int) {}

void handle(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;  // the library's calls need not know of our signals
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

}  // namespace

void SignalInterrupts::listen(int patience) {
  signals_borne = patience;
  cursor_may_be_hidden = isatty(STDOUT_FILENO);
  handle(SIGINT, berth_cli_count_signal);
  handle(SIGTERM, berth_cli_count_signal);
}

int SignalInterrupts::count() const { return signals_seen; }
int SignalInterrupts::signal() const { return last_signal; }

void SignalInterrupts::outlive_hangups() { handle(SIGHUP, berth_cli_count_hangup); }
int SignalInterrupts::hangups() const { return hangups_seen; }

bool SignalInterrupts::another_within(std::int64_t ms) {
  const int before = signals_seen;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  while (signals_seen == before && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return signals_seen != before;
}

void outlive_closed_pipes() { handle(SIGPIPE, berth_cli_ignore_signal); }

}  // namespace berth::cli
