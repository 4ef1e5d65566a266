#include "json_fields.hpp"

#include <cmath>
#include <stdexcept>

namespace berth::codec {

std::string_view kind_word(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null: return "null";
    case boost::json::kind::bool_: return value.get_bool() ? "true" : "false";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_: return "a number";
    case boost::json::kind::string: return "text";
    case boost::json::kind::array: return "an array";
    case boost::json::kind::object: return "an object";
  }
  return "something else";
}

boost::json::value parse_json(std::string_view json, std::string& problem) {
  boost::json::error_code error;
  boost::json::parse_options options;
  options.max_depth = 32;
  boost::json::parser parser({}, options);
  const std::size_t read = parser.write_some(json.data(), json.size(), error);
  if (!error && read == json.size()) return parser.release();
  if (!error) error = boost::json::error::extra_data;
  problem = "not JSON at byte " + std::to_string(read) + ": " + error.message();
  return nullptr;
}

void Writing::embedded(std::string_view name, std::string& json) {
  if (json.empty()) return;
  std::string problem;
  boost::json::value value = parse_json(json, problem);
  if (problem.empty() && !value.is_object()) problem = "expected an object";
  if (!problem.empty()) throw std::invalid_argument(std::string(name) + ": " + problem);
  put(name, std::move(value));
}

std::string_view clipped(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

namespace {

/// Length of the valid UTF-8 sequence that `text` begins with; 0: there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    // Over-long forms and surrogates are refused, as Boost.JSON does when reading.
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    std::size_t sound = 0;
    while (sound < text.size()) {
      // Nearly all text is ASCII: this one comparison is all that most bytes cost.
      const bool ascii = static_cast<unsigned char>(text[sound]) < 0x80;
      const std::size_t length = ascii ? 1 : sequence_length(text.substr(sound));
      if (length == 0) break;
      sound += length;
    }
    valid += text.substr(0, sound);
    text.remove_prefix(sound);
    if (text.empty()) break;
    valid += "\xEF\xBF\xBD";
    text.remove_prefix(1);
  }
  return valid;
}

std::optional<SettingValue> setting_value_of(const boost::json::value& value) {
  if (const auto* text = value.if_string()) return std::string(text->data(), text->size());
  if (const auto* flag = value.if_bool()) return *flag;
  if (value.is_number()) {
    boost::json::error_code error;
    const auto whole = value.to_number<std::int64_t>(error);
    if (!error && !value.is_double()) return whole;
    const double number = value.to_number<double>();
    return std::isfinite(number) ? std::optional<SettingValue>(number) : std::nullopt;
  }
  const auto* array = value.if_array();
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> list;
  for (const auto& entry : *array) {
    const auto* text = entry.if_string();
    if (text == nullptr) return std::nullopt;
    list.emplace_back(text->data(), text->size());
  }
  return list;
}

boost::json::value json_of(const SettingValue& value) {
  const auto json_text = [](std::string_view text) {
    const std::string valid = valid_utf8(text);
    return boost::json::string(valid.data(), valid.size());
  };
  if (const auto* text = std::get_if<std::string>(&value)) return json_text(*text);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* number = std::get_if<double>(&value)) {
    if (!std::isfinite(*number)) return nullptr;  // JSON has no word for it
    return *number;
  }
  boost::json::array list;
  for (const auto& entry : std::get<std::vector<std::string>>(value))
    list.push_back(json_text(entry));
  return list;
}

}  // namespace berth::codec
