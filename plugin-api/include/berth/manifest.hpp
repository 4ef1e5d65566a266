// What a plugin says of itself before any of its code runs. Its schema is
// schema/manifest.schema.json, its meaning is in README.md. Std-only, C++17.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/config.hpp"
#include "berth/failure.hpp"

namespace berth {

enum class SettingType { string, integer, boolean, decimal, string_list };

/// The word of the manifest: "string_list".
std::string_view to_word(SettingType type);

/// One key of the plugin's settings.
struct Setting {
  std::string key;
  SettingType type = SettingType::string;
  bool secret = false;    // redacted everywhere; all secrets together are the credential
  bool required = false;  // must be set; a setting with a default never is
  std::optional<SettingValue> default_value;
  std::string help;  // one line
};

/// At most `requests` HTTP requests in `per_s` seconds for one credential.
struct RateLimit {
  std::int64_t requests = 0;
  std::int64_t per_s = 0;
};

struct Manifest {
  std::string id;       // [a-z][a-z0-9-]*, at most 63
  std::string version;  // the plugin's own, for people
  std::string name;     // for people
  std::vector<std::string> interfaces;
  std::int64_t concurrent = 1;  // calls at once on one instance
  std::string default_region;   // "": none
  std::optional<RateLimit> rate;
  std::vector<Setting> config;  // in the manifest's order

  [[nodiscard]] bool implements(std::string_view interface_id) const;
  /// nullptr: no such key.
  [[nodiscard]] const Setting* setting(std::string_view key) const;
};

/// Set by the host, not by a person; a manifest cannot declare it.
inline constexpr const char* account_id_key = "account_id";
/// Known to every plugin without being declared: the account's region, else the manifest's.
inline constexpr const char* default_region_key = "default_region";

/// Failure `invalid` says what is wrong and where. Unknown members are ignored (version rule).
Result<Manifest> parse_manifest(std::string_view json);

/// What is wrong with an account's settings, one sentence each, secrets not quoted; empty: nothing.
/// Unknown keys come with "did you mean"; wrong types and missing required keys are named. Secrets
/// must be resolved before. `account_id` and `default_region` are always allowed (text).
std::vector<std::string> settings_problems(const Manifest& manifest, const Settings& settings);

/// `settings` plus the manifest's defaults for what is not set, `default_region` included.
Settings with_defaults(const Manifest& manifest, Settings settings);

}  // namespace berth
