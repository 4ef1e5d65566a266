// Reads and writes a struct by one description of its fields, so that both ways cannot differ:
// template <class Fields> void describe(Fields& f, Sought& s) { f.required("attempt_id", …); … }
// Private to the SDK.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "berth/codec.hpp"
#include "berth/config.hpp"
#include "berth/money.hpp"

namespace berth::codec {

/// A row of an enum's words; `words_of` is overloaded beside the descriptions.
template <class Enum>
struct EnumWord {
  Enum value;
  std::string_view word;
};

std::string_view kind_word(const boost::json::value& value);

/// Fills a struct from an object. The first problem is kept, with the path of the field.
class Reading {
 public:
  Reading(const boost::json::value& value, std::string path, std::string& problem)
      : path_(std::move(path)), problem_(problem) {
    object_ = value.if_object();
    if (object_ == nullptr)
      complain_at(path_, "expected an object, got " + std::string(kind_word(value)));
  }

  template <class T>
  void required(std::string_view name, T& field) {
    if (const auto* value = find(name))
      get(*value, field, at(name));
    else if (object_ != nullptr)
      complain_at(at(name), "is missing");
  }

  /// Absent leaves the struct's own default.
  template <class T>
  void optional(std::string_view name, T& field) {
    if (const auto* value = find(name)) get(*value, field, at(name));
  }

  /// Written always, but who leaves it out gets the struct's own default.
  template <class T>
  void defaulted(std::string_view name, T& field) {
    optional(name, field);
  }

  void money(std::string_view name, std::optional<std::int64_t>& nanos) {
    const auto* value = find(name);
    if (value == nullptr) return;
    const auto* text = value->if_string();
    if (text == nullptr)
      return complain_at(at(name), "expected a decimal as text, such as \"0.0114\", got " +
                                       std::string(kind_word(*value)));
    nanos = nanos_of_decimal({text->data(), text->size()});
    if (!nanos)
      complain_at(at(name), "is not a decimal of a usable size: \"" + std::string(*text) + "\"");
  }

  /// An object kept as JSON text.
  void embedded(std::string_view name, std::string& json) {
    const auto* value = find(name);
    if (value == nullptr) return;
    if (!value->is_object())
      return complain_at(at(name), "expected an object, got " + std::string(kind_word(*value)));
    json = boost::json::serialize(*value);
  }

  void within(std::string_view name, std::int64_t number, std::int64_t most) {
    if (number < 0 || number > most)
      complain_at(at(name), "expected 0 to " + std::to_string(most) + ", got " +
                                std::to_string(number));
  }

  void complain(std::string_view name, const std::string& what) { complain_at(at(name), what); }

 private:
  [[nodiscard]] const boost::json::value* find(std::string_view name) const {
    if (object_ == nullptr) return nullptr;
    const auto* value = object_->if_contains(boost::json::string_view(name.data(), name.size()));
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  [[nodiscard]] std::string at(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
  }
  void complain_at(const std::string& path, const std::string& what) {
    if (problem_.empty()) problem_ = path.empty() ? what : path + ": " + what;
  }
  void wrong(const std::string& path, std::string_view expected, const boost::json::value& value) {
    complain_at(path,
                "expected " + std::string(expected) + ", got " + std::string(kind_word(value)));
  }

  void get(const boost::json::value& value, std::string& field, const std::string& path) {
    const auto* text = value.if_string();
    if (text == nullptr) return wrong(path, "text", value);
    field.assign(text->data(), text->size());
  }
  void get(const boost::json::value& value, std::int64_t& field, const std::string& path) {
    boost::json::error_code error;
    const auto number =
        value.to_number<std::int64_t>(error);  // also takes 5.0, as scripts write it
    if (error) return wrong(path, "a whole number of 64 bits", value);
    field = number;
  }
  void get(const boost::json::value& value, bool& field, const std::string& path) {
    const bool* flag = value.if_bool();
    if (flag == nullptr) return wrong(path, "true or false", value);
    field = *flag;
  }
  template <class T>
  void get(const boost::json::value& value, std::optional<T>& field, const std::string& path) {
    get(value, field.emplace(), path);
  }
  template <class T>
  void get(const boost::json::value& value, std::vector<T>& field, const std::string& path) {
    const auto* array = value.if_array();
    if (array == nullptr) return wrong(path, "an array", value);
    field.clear();
    field.reserve(array->size());
    for (const auto& entry : *array) {
      const std::string inner = path + "[" + std::to_string(field.size()) + "]";
      get(entry, field.emplace_back(), inner);
    }
  }
  template <class T>
  void get(const boost::json::value& value, std::map<std::string, T>& field,
           const std::string& path) {
    const auto* object = value.if_object();
    if (object == nullptr) return wrong(path, "an object", value);
    field.clear();
    for (const auto& member : *object) {
      const std::string key(member.key().data(), member.key().size());
      get(member.value(), field[key], path + "." + key);
    }
  }
  template <class T>
  std::enable_if_t<std::is_enum_v<T>> get(const boost::json::value& value, T& field,
                                          const std::string& path) {
    std::string word;
    get(value, word, path);
    if (!value.is_string()) return;
    for (const auto& entry : words_of(field))
      if (entry.word == word) {
        field = entry.value;
        return;
      }
    // A newer plugin's word must not stop an older host, where the enum can say "unknown".
    const std::string_view fallback = unknown_word_of(field);
    if (fallback.empty()) return complain_at(path, "unknown word \"" + word + "\"");
    for (const auto& entry : words_of(field))
      if (entry.word == fallback) field = entry.value;
  }
  template <class T>
  std::enable_if_t<std::is_class_v<T>> get(const boost::json::value& value, T& field,
                                           const std::string& path) {
    Reading inner(value, path, problem_);
    describe(inner, field);
  }

  const boost::json::object* object_ = nullptr;
  std::string path_;
  std::string& problem_;
};

/// Makes an object from a struct.
class Writing {
 public:
  template <class T>
  void required(std::string_view name, T& field) {
    put(name, json_of(field));
  }

  template <class T>
  void optional(std::string_view name, T& field) {
    if (!is_none(field)) put(name, json_of(field));
  }
  void optional(std::string_view name, std::optional<std::int64_t>& field) {
    if (field) put(name, *field);
  }

  template <class T>
  void defaulted(std::string_view name, T& field) {
    put(name, json_of(field));
  }

  void money(std::string_view name, std::optional<std::int64_t>& nanos) {
    if (nanos) put(name, text_of(decimal_of_nanos(*nanos)));
  }

  void embedded(std::string_view name, std::string& json);

  void within(std::string_view /*name*/, std::int64_t /*number*/, std::int64_t /*most*/) {}

  void complain(std::string_view /*name*/, const std::string& /*what*/) {}

  boost::json::object take() { return std::move(object_); }

 private:
  void put(std::string_view name, boost::json::value value) {
    object_[boost::json::string_view(name.data(), name.size())] = std::move(value);
  }
  static boost::json::string text_of(std::string_view text) {
    const std::string valid = valid_utf8(text);
    return boost::json::string(valid.data(), valid.size());
  }

  static bool is_none(std::int64_t number) { return number == 0; }
  static bool is_none(bool flag) { return !flag; }
  template <class Container>
  static std::enable_if_t<std::is_class_v<Container>, bool> is_none(const Container& entries) {
    return entries.empty();
  }

  static boost::json::value json_of(std::string& text) { return text_of(text); }
  static boost::json::value json_of(std::int64_t number) { return number; }
  static boost::json::value json_of(bool flag) { return flag; }
  template <class T>
  static boost::json::value json_of(std::vector<T>& list) {
    boost::json::array array;
    array.reserve(list.size());
    for (auto& entry : list) array.push_back(json_of(entry));
    return array;
  }
  template <class T>
  static boost::json::value json_of(std::map<std::string, T>& entries) {
    boost::json::object object;
    for (auto& [key, entry] : entries) object[text_of(key)] = json_of(entry);
    return object;
  }
  template <class T>
  static std::enable_if_t<std::is_enum_v<T>, boost::json::value> json_of(T value) {
    for (const auto& entry : words_of(value))
      if (entry.value == value) return text_of(entry.word);
    return text_of(unknown_word_of(value));
  }
  template <class T>
  static std::enable_if_t<std::is_class_v<T>, boost::json::value> json_of(T& field) {
    Writing inner;
    describe(inner, field);
    return inner.take();
  }

  boost::json::object object_;
};

/// Parses `json`; on failure `problem` says why and where.
boost::json::value parse_json(std::string_view json, std::string& problem);

/// nullopt: no type that a setting can have (null, objects, mixed lists).
std::optional<SettingValue> setting_value_of(const boost::json::value& value);

boost::json::value json_of(const SettingValue& value);

/// settings_of_json(), but members that are not wanted may be anything.
Result<Settings> settings_among(std::string_view json,
                                const std::function<bool(const std::string& key)>& wanted);

}  // namespace berth::codec
