#include "cli/progress.hpp"

#include <fmt/format.h>

#include <array>
#include <ostream>

#include "cli/utf8.hpp"
#include "cli/wording.hpp"

namespace berth::cli {
namespace {

constexpr std::array<std::string_view, 10> dots{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
constexpr std::array<std::string_view, 4> strokes{"|", "/", "-", "\\"};
constexpr std::int64_t frame_ms = 100;
constexpr std::string_view hide_cursor = "\x1b[?25l";
constexpr std::string_view show_cursor = "\x1b[?25h";
constexpr std::string_view erase_line = "\r\x1b[K";

Tone tone_of(std::string_view event_type) {
  if (event_type.ends_with("succeeded") || event_type.ends_with("auto-provisioned"))
    return Tone::good;
  if (event_type.ends_with("failed") || event_type.ends_with("denied") ||
      event_type.ends_with("timed_out"))
    return Tone::bad;
  return Tone::plain;
}

}  // namespace

std::string event_line(const Terminal& terminal, const EventReport& event) {
  const std::string type = printable(event.type);
  std::string line = terminal.painted(Tone::faint, clock_text(event.at_unix_ms)) + " " +
                     terminal.painted(tone_of(type), type);
  if (!event.message.empty())
    line += fmt::format("{:{}}  {}", "", std::max(0, 24 - display_width(type)),
                        printable(event.message));
  return line;
}

Progress::Progress(const Answer& answer, std::string about)
    : terminal_(answer.terminal()),
      live_(!answer.json() && terminal_.moves_cursor),
      to_err_(answer.json()),
      about_(std::move(about)),
      started_unix_ms_(terminal_.now_unix_ms()) {}

Progress::~Progress() { rest(); }

void Progress::event(const EventReport& event) {
  if (event.seq <= last_seq_ && event.seq != 0) return;
  last_seq_ = event.seq;
  clear();
  std::ostream& stream = to_err_ ? terminal_.err : terminal_.out;
  stream << event_line(terminal_, event) << '\n' << std::flush;
  doing_ = printable(event.message.empty() ? event.type : event.message);
  drawn_unix_ms_ = 0;
}

void Progress::tick() {
  if (!live_) return;
  const std::int64_t now = terminal_.now_unix_ms();
  if (now >= drawn_unix_ms_ && now - drawn_unix_ms_ < frame_ms) return;
  drawn_unix_ms_ = now;
  draw();
}

void Progress::say(std::string_view text) {
  clear();
  (live_ ? terminal_.out : terminal_.err) << text << '\n' << std::flush;
}

void Progress::rest() { clear(); }

void Progress::draw() {
  ++frame_;
  const std::string_view spinner =
      terminal_.utf8 ? dots[frame_ % dots.size()] : strokes[frame_ % strokes.size()];
  const std::string elapsed = duration_text(drawn_unix_ms_ - started_unix_ms_);
  const int columns = terminal_.columns ? terminal_.columns() : 80;
  // The last column stays free: a full line would wrap and could not be drawn over.
  const int room = columns - 1 - display_width(spinner) - 1 - display_width(elapsed) - 2;
  const std::string words = about_ + (doing_.empty() ? "" : ": " + doing_);
  // The cursor rests at the line's start, so that a log line on stderr begins there.
  terminal_.out << hide_cursor << erase_line << terminal_.painted(Tone::strong, spinner) << ' '
                << shortened(words, room) << "  " << terminal_.painted(Tone::faint, elapsed) << '\r'
                << std::flush;
  line_drawn_ = true;
}

void Progress::clear() {
  if (!line_drawn_) return;
  terminal_.out << erase_line << show_cursor << std::flush;
  line_drawn_ = false;
}

}  // namespace berth::cli
