#include "engine/json_writer.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "berth/codec.hpp"

namespace berth {
namespace {

/// Stands in JSON as it is.
bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

}  // namespace

JsonWriter& JsonWriter::text(std::string_view name, std::string_view value) {
  separate(name);
  quote(value);
  return *this;
}

JsonWriter& JsonWriter::number(std::string_view name, std::int64_t value) {
  separate(name);
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  text_.append(digits.data(), end.ptr);
  return *this;
}

JsonWriter& JsonWriter::real(std::string_view name, double value) {
  if (!std::isfinite(value)) return null(name);
  separate(name);
  std::array<char, 40> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  text_.append(digits.data(), end.ptr);
  return *this;
}

JsonWriter& JsonWriter::truth(std::string_view name, bool value) {
  return json(name, value ? "true" : "false");
}

JsonWriter& JsonWriter::money(std::string_view name, const Money& value) {
  return begin_object(name)
      .text("amount", decimal_of_nanos(value.nanos))
      .text("currency", value.currency)
      .end_object();
}

JsonWriter& JsonWriter::json(std::string_view name, std::string_view value) {
  separate(name);
  text_ += value;
  return *this;
}

JsonWriter& JsonWriter::begin(std::string_view name, char bracket) {
  separate(name);
  text_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::end(char bracket) {
  text_ += bracket;
  return *this;
}

void JsonWriter::separate(std::string_view name) {
  if (!text_.empty() && text_.back() != '{' && text_.back() != '[') text_ += ',';
  if (name.empty()) return;
  text_ += '"';
  text_ += name;
  text_ += "\":";
}

void JsonWriter::quote(std::string_view text) {
  if (!std::all_of(text.begin(), text.end(), is_plain)) {
    text_ += boost::json::serialize(boost::json::string(codec::valid_utf8(text)));
    return;
  }
  text_ += '"';
  text_ += text;
  text_ += '"';
}

}  // namespace berth
