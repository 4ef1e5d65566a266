#include "cli/answer.hpp"

#include <boost/json.hpp>
#include <ostream>

#include "cli/json_text.hpp"
#include "cli/utf8.hpp"

namespace berth::cli {
namespace {

void write_lines(std::ostream& stream, std::string_view text) {
  stream << text;
  if (!text.ends_with('\n')) stream << '\n';
  stream.flush();
}

}  // namespace

void Answer::document(const boost::json::value& value) {
  if (!json_ || answered_) return;
  answered_ = true;
  write_lines(terminal_.out, json_text(value, terminal_.out_is_tty));
}

void Answer::print(std::string_view text) {
  if (!json_ && !text.empty()) write_lines(terminal_.out, terminal_.harmless(text));
}

void Answer::note(std::string_view text) {
  write_lines(terminal_.err, terminal_.harmless(text));
}

void Answer::failure(std::string_view reason_code, std::string_view reason) {
  if (json_ && !answered_) {
    boost::json::object failure;
    failure["status"] = "error";
    failure["reason_code"] = reason_code;
    failure["reason"] = reason;
    document(failure);
    return;
  }
  note("berth: " + printable_lines(reason));
}

}  // namespace berth::cli
