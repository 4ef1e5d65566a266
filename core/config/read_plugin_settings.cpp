// [account.settings] and [notifier.settings]: a free table that becomes JSON for the plugin. What
// its keys mean only the plugin's manifest knows; here a secret is what was written as a reference.
#include <boost/json.hpp>

#include <cmath>

#include "config/read.hpp"
#include "config/secrets.hpp"

namespace berth {

namespace {

namespace json = boost::json;

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
        object[name] = converted(name, value);
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
                        : reading_.secret_in(reading_.path_of(*file));
    if (secret.why.empty() && !is_utf8(secret.value))
      secret.why = (env ? *env : reading_.path_of(*file).string()) + " holds no UTF-8 text";
    if (!secret.why.empty()) {
      into_.unresolved[key] = std::move(secret.why);
      return;
    }
    into_.secrets.push_back(secret.value);
    object[key] = std::move(secret.value);
  }

  json::value converted(const std::string& key, const toml::node& node) {
    if (const auto text = node.value_exact<std::string>()) return json::string(*text);
    if (const auto number = node.value_exact<std::int64_t>()) return *number;
    if (const auto flag = node.value_exact<bool>()) return *flag;
    if (const auto number = node.value_exact<double>(); number && std::isfinite(*number))
      return *number;  // whether a number fits is for the manifest to say
    if (const toml::array* list = node.as_array()) {
      json::array texts;
      for (const toml::node& each : *list) {
        const auto text = each.value_exact<std::string>();
        if (!text) return refused(key, each);
        texts.push_back(json::string(*text));
      }
      return texts;
    }
    return refused(key, node);
  }

  json::value refused(const std::string& key, const toml::node& node) {
    reading_.complain(reading_.place_of(node.source()),
                      "'" + key + "' is neither text, number, true or false, nor a list of texts",
                      node.is_table() ? "a secret is written { env = \"NAME\" } or "
                                        "{ file = \"path\" }"
                      : node.is_date() || node.is_time() || node.is_date_time()
                          ? "a date is given as text: write it in quotes"
                          : "");
    return nullptr;
  }

  /// Boost.JSON writes whatever bytes it is given, but reads UTF-8 only.
  static bool is_utf8(const std::string& text) {
    json::error_code error;
    json::parse(json::serialize(json::string(text)), error);
    return !error;
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
