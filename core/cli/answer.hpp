// How a command answers: text for people, or exactly one JSON document.
#pragma once

#include <boost/json/fwd.hpp>
#include <string_view>

#include "cli/terminal.hpp"

namespace berth::cli {

class Answer {
 public:
  Answer(Terminal& terminal, bool json) : terminal_(terminal), json_(json) {}

  [[nodiscard]] bool json() const { return json_; }
  [[nodiscard]] Terminal& terminal() const { return terminal_; }

  /// The answer with --json, on stdout; without, nothing. The first one counts: a failure that
  /// follows an answer cannot add a second document.
  void document(const boost::json::value& value);
  /// The answer for people, on stdout; with --json, nothing. Ends the line if `text` does not.
  void print(std::string_view text);
  /// What is not the answer, on stderr, in both forms: what goes on, what to do next.
  void note(std::string_view text);
  /// Why the command failed: a document {status, reason_code, reason} or a line on stderr.
  void failure(std::string_view reason_code, std::string_view reason);

 private:
  Terminal& terminal_;
  bool json_;
  bool answered_ = false;
};

}  // namespace berth::cli
