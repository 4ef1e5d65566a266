// The settings of one account, as a plugin's constructor sees them. Std-only, C++17.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "berth/failure.hpp"

namespace berth {

/// A setting's value. `double` never is one: it is here so that a wrong type can be named. A
/// decimal (an amount of money, say) is text: "0.0114".
using SettingValue =
    std::variant<std::string, std::int64_t, bool, double, std::vector<std::string>>;
using Settings = std::map<std::string, SettingValue>;

/// The settings cannot be used. Thrown by PluginConfig and by a plugin's constructor; becomes an
/// `invalid` Failure with these words.
class ConfigError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// What the host gave to create(): secrets are resolved, defaults are filled in, and the settings
/// fit the manifest. Besides the manifest's keys the host sets `account_id` and `default_region`
/// where it knows them. Immutable; any thread.
class PluginConfig {
 public:
  PluginConfig() = default;
  explicit PluginConfig(Settings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] bool has(std::string_view key) const;

  // Each throws ConfigError, naming the key, when it is not set or has another type.
  [[nodiscard]] const std::string& text(std::string_view key) const;
  [[nodiscard]] std::int64_t integer(std::string_view key) const;
  [[nodiscard]] bool boolean(std::string_view key) const;

  /// Throws ConfigError only for another type.
  [[nodiscard]] std::string text_or(std::string_view key, std::string_view otherwise) const;

  /// Empty when it is not set. Throws ConfigError for another type.
  [[nodiscard]] std::vector<std::string> list(std::string_view key) const;

  [[nodiscard]] const Settings& settings() const { return settings_; }

 private:
  Settings settings_;
};

/// The config object's JSON text; null members are left out. Failure `invalid` names the member.
Result<Settings> settings_of_json(std::string_view json);

/// The config object as create() gets it.
std::string json_of_settings(const Settings& settings);

}  // namespace berth
