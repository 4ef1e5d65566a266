#include "cli/json_text.hpp"

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "request/plain_text.hpp"

namespace berth::cli {
namespace {

namespace json = boost::json;

class Writer {
 public:
  explicit Writer(bool indented) : indented_(indented) {}

  void write(const json::value& value, std::size_t depth) {
    switch (value.kind()) {
      case json::kind::object: return write_object(value.get_object(), depth);
      case json::kind::array: return write_array(value.get_array(), depth);
      case json::kind::string: return write_string(value.get_string());
      case json::kind::double_: return write_number(value.get_double());
      default: text_ += json::serialize(value);  // null, true, false and whole numbers are sound
    }
  }

  [[nodiscard]] std::string taken() { return std::move(text_); }

 private:
  void write_object(const json::object& object, std::size_t depth) {
    text_ += '{';
    bool first = true;
    for (const auto& member : object) {
      separate(first, depth + 1);
      write_string(member.key());
      text_ += indented_ ? ": " : ":";
      write(member.value(), depth + 1);
    }
    close('}', first, depth);
  }

  void write_array(const json::array& array, std::size_t depth) {
    text_ += '[';
    bool first = true;
    for (const auto& element : array) {
      separate(first, depth + 1);
      write(element, depth + 1);
    }
    close(']', first, depth);
  }

  void write_string(std::string_view text) {
    text_ += json::serialize(json::string(plain_page(text)));
  }

  void write_number(double number) {
    if (!std::isfinite(number)) {
      text_ += "null";
      return;
    }
    std::array<char, 40> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    text_.append(digits.data(), end.ptr);
  }

  void separate(bool& first, std::size_t depth) {
    if (!first) text_ += ',';
    first = false;
    break_line(depth);
  }

  void close(char bracket, bool empty, std::size_t depth) {
    if (!empty) break_line(depth);
    text_ += bracket;
  }

  void break_line(std::size_t depth) {
    if (!indented_) return;
    text_ += '\n';
    text_.append(2 * depth, ' ');
  }

  bool indented_;
  std::string text_;
};

}  // namespace

std::string json_text(const json::value& value, bool indented) {
  Writer writer(indented);
  writer.write(value, 0);
  return writer.taken();
}

}  // namespace berth::cli
