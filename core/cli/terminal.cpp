#include "cli/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <iterator>

#include "request/plain_text.hpp"

namespace berth::cli {
namespace {

constexpr std::string_view strong = "\x1b[1m", good = "\x1b[32m", warning = "\x1b[33m",
                           bad = "\x1b[31m", faint = "\x1b[2m", off = "\x1b[0m";

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = variable(name);
    if (value.empty()) continue;  // an empty one does not count, says setlocale(3)
    return value.find("UTF-8") != std::string_view::npos ||
           value.find("utf8") != std::string_view::npos ||
           value.find("UTF8") != std::string_view::npos;
  }
  return false;
}

int columns_of_stdout() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

/// poll() first: it returns on a signal, where a read would start again (SA_RESTART).
std::optional<std::string> typed_line() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (std::cin.rdbuf()->in_avail() <= 0 && poll(&input, 1, -1) < 0) return std::nullopt;
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  return line;
}

}  // namespace

std::string Terminal::painted(Tone tone, std::string_view text) const {
  if (!colour || tone == Tone::plain || text.empty()) return std::string(text);
  std::string_view code;
  switch (tone) {
    case Tone::strong: code = strong; break;
    case Tone::good: code = good; break;
    case Tone::warning: code = warning; break;
    case Tone::bad: code = bad; break;
    case Tone::faint: code = faint; break;
    case Tone::plain: break;
  }
  return std::string(code).append(text).append(off);
}

std::string Terminal::harmless(std::string_view text) const {
  std::string out;
  std::size_t from = 0;  // of what is not yet written
  for (auto at = text.find('\x1b'); colour && at != std::string_view::npos;
       at = text.find('\x1b', at + 1))
    for (const std::string_view code : {strong, good, warning, bad, faint, off})
      if (text.substr(at).starts_with(code)) {
        out += plain_page(text.substr(from, at - from));
        out += code;
        from = at + code.size();
        break;
      }
  return out + plain_page(text.substr(from));
}

int Terminal::table_width() const { return out_is_tty && columns ? columns() : 0; }

Terminal process_terminal() {
  const bool out_is_tty = isatty(STDOUT_FILENO) == 1;
  const std::string_view term = variable("TERM");
  const bool able = out_is_tty && !term.empty() && term != "dumb";
  Terminal terminal{std::cout, std::cerr};
  terminal.in_is_tty = isatty(STDIN_FILENO) == 1;
  terminal.out_is_tty = out_is_tty;
  terminal.err_is_tty = isatty(STDERR_FILENO) == 1;
  terminal.colour = able && variable("NO_COLOR").empty();
  terminal.moves_cursor = able;
  terminal.utf8 = locale_is_utf8();
  terminal.columns = columns_of_stdout;
  terminal.read_line = typed_line;
  terminal.read_input = [] {
    return std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  };
  terminal.now_unix_ms = [] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  return terminal;
}

}  // namespace berth::cli
