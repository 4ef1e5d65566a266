// Tells a waiting person what goes on: events as lines, and on a terminal a line that moves.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "berth.hpp"
#include "cli/answer.hpp"

namespace berth::cli {

/// With --json events are lines on stderr, else on stdout. On a terminal that can, past events stay
/// above one status line with a spinner and the time elapsed.
class Progress {
 public:
  /// `about` begins the status line: the application's or the command's name.
  Progress(const Answer& answer, std::string about);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Events up to this one are known already: they are not told.
  void skip_to(std::int64_t seq) { last_seq_ = seq; }
  /// Each event is told once, also when it is handed in again.
  void event(const EventReport& event);
  /// Call it a few times a second: draws the status line anew.
  void tick();
  /// A line of our own among the events, on stderr where there is no live line.
  void say(std::string_view text);
  /// Takes the status line away and shows the cursor; event() and tick() may follow.
  void rest();

 private:
  void draw();
  void clear();

  Terminal& terminal_;
  bool live_;
  bool to_err_;
  std::string about_;
  std::string doing_;               // the newest event in words
  std::int64_t started_unix_ms_;
  std::int64_t drawn_unix_ms_ = 0;
  std::int64_t last_seq_ = 0;
  std::size_t frame_ = 0;
  bool line_drawn_ = false;
};

/// "17:01:05 provisioning.started      buying cx22 …": one line, made printable.
std::string event_line(const Terminal& terminal, const EventReport& event);

}  // namespace berth::cli
