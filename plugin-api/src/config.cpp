#include "berth/config.hpp"

#include "json_fields.hpp"

namespace berth {
namespace {

template <class T>
const T& typed(const Settings& settings, std::string_view key, const char* type) {
  const auto found = settings.find(std::string(key));
  if (found == settings.end()) throw ConfigError("\"" + std::string(key) + "\" is not set");
  const T* value = std::get_if<T>(&found->second);
  if (value == nullptr) throw ConfigError("\"" + std::string(key) + "\" is not " + type);
  return *value;
}

Failure invalid(std::string message) {
  Failure failure;
  failure.code = ErrorCode::invalid;
  failure.effect = Effect::none;
  failure.message = std::move(message);
  return failure;
}

}  // namespace

bool PluginConfig::has(std::string_view key) const { return settings_.count(std::string(key)) > 0; }

const std::string& PluginConfig::text(std::string_view key) const {
  return typed<std::string>(settings_, key, "text");
}
std::int64_t PluginConfig::integer(std::string_view key) const {
  return typed<std::int64_t>(settings_, key, "a whole number");
}
bool PluginConfig::boolean(std::string_view key) const {
  return typed<bool>(settings_, key, "true or false");
}
std::string PluginConfig::text_or(std::string_view key, std::string_view otherwise) const {
  return has(key) ? text(key) : std::string(otherwise);
}
std::vector<std::string> PluginConfig::list(std::string_view key) const {
  if (!has(key)) return {};
  return typed<std::vector<std::string>>(settings_, key, "a list of texts");
}

Result<Settings> codec::settings_among(std::string_view json,
                                       const std::function<bool(const std::string&)>& wanted) {
  std::string problem;
  const boost::json::value parsed = codec::parse_json(json, problem);
  if (!problem.empty()) return invalid("config: " + problem);
  const auto* object = parsed.if_object();
  if (object == nullptr) return invalid("config: expected an object");
  Settings settings;
  for (const auto& member : *object) {
    const std::string key(member.key().data(), member.key().size());
    if (!wanted(key)) continue;
    std::optional<SettingValue> value = codec::setting_value_of(member.value());
    if (value)
      settings[key] = *std::move(value);
    else if (!member.value().is_null())
      return invalid("config: \"" + key + "\" is neither text, number, boolean nor list of texts");
  }
  return settings;
}

Result<Settings> settings_of_json(std::string_view json) {
  return codec::settings_among(json, [](const std::string&) { return true; });
}

std::string json_of_settings(const Settings& settings) {
  boost::json::object object;
  for (const auto& [key, value] : settings) object[codec::valid_utf8(key)] = codec::json_of(value);
  return boost::json::serialize(object);
}

}  // namespace berth
