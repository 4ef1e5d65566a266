// [account.settings] and [notifier.settings]: a free table that becomes JSON for the plugin. What
// its keys mean only the plugin's manifest knows; here a secret is what was written as a reference.
#include <boost/json.hpp>

#include <cmath>
#include <sstream>

#include "config/read.hpp"
#include "config/secrets.hpp"

namespace berth {

namespace {

namespace json = boost::json;

constexpr int deepest = 16;

/// { env = "NAME" } or { file = "path" }: tables of just that.
bool looks_like_reference(const toml::node& node) {
  const toml::table* table = node.as_table();
  return table != nullptr && (table->contains("env") || table->contains("file"));
}

class SettingsReader {
 public:
  SettingsReader(Reading& reading, PluginSettings& into) : reading_(reading), into_(into) {}

  json::object read(const toml::table& table) {
    json::object object;
    for (const auto& [key, value] : table) {
      const std::string name(key.str());
      into_.places[name] = reading_.place_of(key.source());
      if (looks_like_reference(value))
        resolve(name, *value.as_table(), object);
      else
        object[name] = converted(value, 1);
    }
    return object;
  }

 private:
  void resolve(const std::string& key, const toml::table& reference, json::object& object) {
    const Place& place = into_.places[key];
    const auto env = reference["env"].value_exact<std::string>();
    const auto file = reference["file"].value_exact<std::string>();
    if (reference.size() != 1 || (env ? env->empty() : !file || file->empty()))
      return reading_.complain(place, "'" + key + "' is not a reference to a secret",
                               "write { env = \"NAME\" } or { file = \"path\" }");
    into_.secret_keys.push_back(key);
    Secret secret = env ? secret_from_environment(*env, reading_.environment)
                        : secret_from_file(reading_.path_of(*file));
    if (secret.why.empty() && !is_utf8(secret.value))
      secret.why = (env ? *env : reading_.path_of(*file).string()) + " holds no UTF-8 text";
    if (!secret.why.empty()) {
      into_.unresolved[key] = std::move(secret.why);
      return;
    }
    into_.secrets.push_back(secret.value);
    object[key] = std::move(secret.value);
  }

  json::value converted(const toml::node& node, int depth) {
    if (const auto text = node.value_exact<std::string>()) return json::string(*text);
    if (const auto number = node.value_exact<std::int64_t>()) return *number;
    if (const auto flag = node.value_exact<bool>()) return *flag;
    if (const auto number = node.value_exact<double>()) {
      if (std::isfinite(*number)) return *number;
      complain(node, "a number that is not finite cannot be a setting");
      return nullptr;
    }
    if (depth > deepest) {
      complain(node, "the settings are nested too deeply");
      return nullptr;
    }
    if (const toml::array* list = node.as_array()) {
      json::array values;
      for (const toml::node& each : *list) values.push_back(converted(each, depth + 1));
      return values;
    }
    if (const toml::table* table = node.as_table()) return nested(*table, depth);
    return json::string(date_text(node));
  }

  json::value nested(const toml::table& table, int depth) {
    json::object object;
    for (const auto& [key, value] : table) {
      if (looks_like_reference(value))
        complain(value, "a reference to a secret may stand at the top of the settings only");
      object[std::string(key.str())] = converted(value, depth + 1);
    }
    return object;
  }

  static std::string date_text(const toml::node& node) {
    std::ostringstream text;
    if (const auto date = node.value_exact<toml::date>()) text << *date;
    if (const auto time = node.value_exact<toml::time>()) text << *time;
    if (const auto both = node.value_exact<toml::date_time>()) text << *both;
    return text.str();
  }

  /// Boost.JSON writes whatever bytes it is given, but reads UTF-8 only.
  static bool is_utf8(const std::string& text) {
    json::error_code error;
    json::parse(json::serialize(json::string(text)), error);
    return !error;
  }

  void complain(const toml::node& node, std::string sentence) {
    reading_.complain(reading_.place_of(node.source()), std::move(sentence));
  }

  Reading& reading_;
  PluginSettings& into_;
};

}  // namespace

PluginSettings read_plugin_settings(TableReader& owner) {
  PluginSettings settings;
  if (const toml::table* table = owner.table("settings"))
    settings.json = json::serialize(SettingsReader(owner.reading(), settings).read(*table));
  return settings;
}

}  // namespace berth
