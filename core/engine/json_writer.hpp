// JSON as text, written piece by piece.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "berth/money.hpp"

namespace berth {

/// For documents of hundreds of values, written for every deployment: as a tree of boost::json they
/// take several times as long. In an object every value has a name, in an array none has.
/// Texts come out as valid UTF-8, whatever they were; names are taken as they are.
class JsonWriter {
 public:
  explicit JsonWriter(std::size_t expected_bytes = 0) { text_.reserve(expected_bytes); }

  JsonWriter& begin_object(std::string_view name = {}) { return begin(name, '{'); }
  JsonWriter& end_object() { return end('}'); }
  JsonWriter& begin_array(std::string_view name = {}) { return begin(name, '['); }
  JsonWriter& end_array() { return end(']'); }

  JsonWriter& text(std::string_view name, std::string_view value);
  JsonWriter& number(std::string_view name, std::int64_t value);
  JsonWriter& real(std::string_view name, double value);  // not finite: null
  JsonWriter& truth(std::string_view name, bool value);
  JsonWriter& null(std::string_view name) { return json(name, "null"); }
  /// {"amount": "10.95", "currency": "USD"}
  JsonWriter& money(std::string_view name, const Money& value);
  /// `value` is JSON already.
  JsonWriter& json(std::string_view name, std::string_view value);

  [[nodiscard]] std::string taken() { return std::move(text_); }

 private:
  JsonWriter& begin(std::string_view name, char bracket);
  JsonWriter& end(char bracket);
  void separate(std::string_view name);
  void quote(std::string_view text);

  std::string text_;
};

}  // namespace berth
