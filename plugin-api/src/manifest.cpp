#include "berth/manifest.hpp"

#include <algorithm>
#include <array>

#include "berth/did_you_mean.hpp"
#include "json_fields.hpp"

namespace berth {
namespace {

using codec::EnumWord;

constexpr std::array<EnumWord<SettingType>, 5> type_words{{
    {SettingType::string, "string"},
    {SettingType::integer, "integer"},
    {SettingType::boolean, "boolean"},
    {SettingType::decimal, "decimal"},
    {SettingType::string_list, "string_list"},
}};

constexpr std::size_t longest_id = 63;
constexpr std::int64_t most_concurrent = 1024;

Failure invalid(std::string message) {
  Failure failure;
  failure.code = ErrorCode::invalid;
  failure.effect = Effect::none;
  failure.message = "manifest: " + std::move(message);
  return failure;
}

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A lower-case letter, then lower-case letters, digits and `joint`.
bool is_identifier(std::string_view text, char joint) {
  return !text.empty() && text.size() <= longest_id && is_lower(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [joint](char c) { return is_lower(c) || is_digit(c) || c == joint; });
}

/// "berth.cloud-provider/1": a dotted name, a slash, a number.
bool is_interface_id(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) return false;
  const std::string_view name = text.substr(0, slash);
  const std::string_view number = text.substr(slash + 1);
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '.'; }) &&
         std::all_of(number.begin(), number.end(), is_digit);
}

std::string_view expected_words(SettingType type) {
  switch (type) {
    case SettingType::string: return "text";
    case SettingType::integer: return "a whole number";
    case SettingType::boolean: return "true or false";
    case SettingType::decimal: return "a decimal as text, such as \"0.05\"";
    case SettingType::string_list: return "a list of texts";
  }
  return "something else";
}

bool fits(SettingType type, const SettingValue& value) {
  switch (type) {
    case SettingType::string: return std::holds_alternative<std::string>(value);
    case SettingType::integer: return std::holds_alternative<std::int64_t>(value);
    case SettingType::boolean: return std::holds_alternative<bool>(value);
    case SettingType::string_list: return std::holds_alternative<std::vector<std::string>>(value);
    case SettingType::decimal: {
      const auto* text = std::get_if<std::string>(&value);
      return text != nullptr && nanos_of_decimal(*text).has_value();
    }
  }
  return false;
}

std::string_view value_words(const SettingValue& value) {
  constexpr std::array<std::string_view, std::variant_size_v<SettingValue>> words{
      "text", "a whole number", "a boolean", "a number with a fraction", "a list of texts"};
  return words.at(value.index());
}

/// A setting as the manifest spells it, before its parts are judged together.
struct RawSetting {
  std::string type;
  bool secret = false;
  bool required = false;
  std::string help;
};

template <class Fields>
void describe(Fields& f, RawSetting& v) {
  f.required("type", v.type);
  f.optional("secret", v.secret);
  f.optional("required", v.required);
  f.optional("help", v.help);
}

template <class Fields>
void describe(Fields& f, RateLimit& v) {
  f.required("requests", v.requests);
  f.required("per_s", v.per_s);
}

/// "" or what is wrong.
std::string read_setting(const std::string& key, const boost::json::value& json, Setting& setting) {
  const std::string path = "config." + key;
  if (!is_identifier(key, '_'))
    return path + ": a key is made of [a-z0-9_] and begins with a letter";
  if (key == account_id_key || key == default_region_key)
    return path + ": every plugin gets this from the host; do not declare it";
  RawSetting raw;
  std::string problem;
  codec::Reading reading(json, path, problem);
  describe(reading, raw);
  if (!problem.empty()) return problem;

  setting.key = key;
  setting.secret = raw.secret;
  setting.required = raw.required;
  setting.help = std::move(raw.help);
  const auto* row = std::find_if(type_words.begin(), type_words.end(),
                                 [&raw](const auto& entry) { return entry.word == raw.type; });
  if (row == type_words.end()) {
    std::vector<std::string> known;
    for (const auto& entry : type_words) known.emplace_back(entry.word);
    return path + ".type: unknown type \"" + raw.type + "\"" + did_you_mean(raw.type, known);
  }
  setting.type = row->value;

  const auto* given = json.get_object().if_contains("default");
  if (given == nullptr) return {};
  setting.default_value = codec::setting_value_of(*given);
  if (!setting.default_value || !fits(setting.type, *setting.default_value))
    return path + ".default: expected " + std::string(expected_words(setting.type));
  if (setting.required) return path + ": a required setting cannot have a default";
  if (setting.secret) return path + ": a secret cannot have a default";
  return {};
}

template <class Fields>
void describe(Fields& f, Manifest& v) {
  f.required("id", v.id);
  f.required("version", v.version);
  f.required("name", v.name);
  f.required("interfaces", v.interfaces);
  f.defaulted("concurrent", v.concurrent);
  f.optional("default_region", v.default_region);
}

/// "" or what is wrong.
std::string judged(const Manifest& manifest) {
  if (!is_identifier(manifest.id, '-'))
    return "id: is made of [a-z0-9-], begins with a letter and has at most 63 characters";
  if (manifest.version.empty()) return "version: is empty";
  if (manifest.name.empty()) return "name: is empty";
  if (manifest.interfaces.empty()) return "interfaces: is empty";
  for (const auto& id : manifest.interfaces)
    if (!is_interface_id(id))
      return "interfaces: \"" + id + "\" is not an interface id such as berth.cloud-provider/1";
  if (manifest.concurrent < 1 || manifest.concurrent > most_concurrent)
    return "concurrent: must lie between 1 and 1024";
  if (manifest.rate && (manifest.rate->requests < 1 || manifest.rate->per_s < 1))
    return "rate: both numbers must be positive";
  return {};
}

}  // namespace

std::string_view to_word(SettingType type) {
  for (const auto& entry : type_words)
    if (entry.value == type) return entry.word;
  return "string";
}

bool Manifest::implements(std::string_view interface_id) const {
  return std::find(interfaces.begin(), interfaces.end(), interface_id) != interfaces.end();
}

const Setting* Manifest::setting(std::string_view key) const {
  for (const auto& entry : config)
    if (entry.key == key) return &entry;
  return nullptr;
}

Result<Manifest> parse_manifest(std::string_view json) {
  std::string problem;
  const boost::json::value parsed = codec::parse_json(json, problem);
  if (!problem.empty()) return invalid(problem);
  Manifest manifest;
  codec::Reading reading(parsed, "", problem);
  describe(reading, manifest);
  if (!problem.empty()) return invalid(problem);

  const boost::json::object& object = parsed.get_object();
  if (const auto* rate = object.if_contains("rate")) {
    codec::Reading inner(*rate, "rate", problem);
    describe(inner, manifest.rate.emplace());
    if (!problem.empty()) return invalid(problem);
  }
  if (const auto* config = object.if_contains("config")) {
    if (!config->is_object()) return invalid("config: expected an object");
    for (const auto& member : config->get_object()) {
      const std::string key(member.key().data(), member.key().size());
      problem = read_setting(key, member.value(), manifest.config.emplace_back());
      if (!problem.empty()) return invalid(problem);
    }
  }
  problem = judged(manifest);
  if (!problem.empty()) return invalid(problem);
  return manifest;
}

std::vector<std::string> settings_problems(const Manifest& manifest, const Settings& settings) {
  std::vector<std::string> problems;
  std::vector<std::string> known{default_region_key};
  for (const auto& setting : manifest.config) known.push_back(setting.key);

  for (const auto& [key, value] : settings) {
    const Setting* setting = manifest.setting(key);
    const bool from_host = key == account_id_key || key == default_region_key;
    if (setting == nullptr && !from_host) {
      problems.push_back("unknown setting \"" + key + "\" of plugin " + manifest.id +
                         did_you_mean(key, known));
      continue;
    }
    const SettingType type = setting == nullptr ? SettingType::string : setting->type;
    if (!fits(type, value))
      problems.push_back("\"" + key + "\" must be " + std::string(expected_words(type)) + ", not " +
                         (type == SettingType::decimal && value.index() == 0
                              ? "other text"
                              : std::string(value_words(value))));
  }
  for (const auto& setting : manifest.config)
    if (setting.required && settings.count(setting.key) == 0)
      problems.push_back("\"" + setting.key + "\" is required by plugin " + manifest.id +
                         (setting.help.empty() ? "" : " (" + setting.help + ")"));
  return problems;
}

Settings with_defaults(const Manifest& manifest, Settings settings) {
  for (const auto& setting : manifest.config)
    if (setting.default_value) settings.try_emplace(setting.key, *setting.default_value);
  if (!manifest.default_region.empty())
    settings.try_emplace(default_region_key, manifest.default_region);
  return settings;
}

}  // namespace berth
