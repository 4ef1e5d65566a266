// Where the program speaks and listens. A plain value, so that tests hand in string streams.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace berth::cli {

enum class Tone { plain, strong, good, warning, bad, faint };

struct Terminal {
  std::ostream& out;
  std::ostream& err;
  bool in_is_tty = false, out_is_tty = false, err_is_tty = false;
  bool colour = false;       // never with NO_COLOR
  bool utf8 = true;          // else the spinner is ASCII
  bool moves_cursor = false; // a terminal that is not dumb: a line may be drawn over
  std::function<int()> columns = {};                             // asked anew: windows change
  std::function<std::optional<std::string>()> read_line = {};  // nullopt: end of input, or a signal
  std::function<std::string()> read_input = {};                  // all of stdin
  std::function<std::int64_t()> now_unix_ms = {};

  /// `text` in `tone`, where there is colour.
  [[nodiscard]] std::string painted(Tone tone, std::string_view text) const;
  /// `text` of many lines as it may be written: nothing of it but this program's own colours
  /// (and those only where there is colour) does anything to a terminal.
  [[nodiscard]] std::string harmless(std::string_view text) const;
  /// Columns a table may take: 0 (as many as it likes) where out is no terminal.
  [[nodiscard]] int table_width() const;
};

/// The process's own: isatty, NO_COLOR, TERM, the locale.
Terminal process_terminal();

}  // namespace berth::cli
