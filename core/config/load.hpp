// Reads berth.toml. This folder is the only one with toml++.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "config/settings.hpp"

namespace berth {

/// One thing that is wrong with the config.
struct ConfigProblem {
  Place place;
  std::string sentence;    // what is wrong and what was expected: "unknown key 'max_server'"
  std::string suggestion;  // what to do: "did you mean 'max_servers'?"; may be ""
  [[nodiscard]] std::string text() const;  // "berth.toml:12:1: unknown key … — did you mean …?"
};

/// Every problem found, not only the first. what() is all of them, a line each.
class ConfigurationError : public std::runtime_error {
 public:
  explicit ConfigurationError(std::vector<ConfigProblem> problems);
  [[nodiscard]] const std::vector<ConfigProblem>& problems() const { return problems_; }

 private:
  std::vector<ConfigProblem> problems_;
};

/// Looks a variable up; nullptr: not set. Handed in so that tests need no environment.
using Environment = std::function<const char*(const std::string& name)>;

/// Throws ConfigurationError. Relative paths are relative to the config file. Secrets are read from
/// the environment ({ env = "HCLOUD_TOKEN" }) or from files of mode 0600 ({ file = "…" }); a
/// literal secret cannot be told here (the manifest knows) and is refused by
/// plugin_setting_problems. A secret that cannot be read is no error here: it stands in
/// PluginSettings::unresolved, so that `berth servers list` works without every token.
Configuration load_settings(const std::filesystem::path& file, const Environment& environment);

/// The same from text (`name` stands in for the file in errors).
Configuration parse_settings(std::string_view text, const std::filesystem::path& name,
                             const Environment& environment);

/// Is something else in its files by now? What the environment holds never changes.
bool files_changed(const Configuration& configuration);

/// Where a config is looked for when none is named: $BERTH_CONFIG (even if it is not there),
/// ./berth.toml, $XDG_CONFIG_HOME/berth/berth.toml (else ~/.config/…), /etc/berth/berth.toml. "" if
/// none exists.
std::filesystem::path find_config(const Environment& environment);

}  // namespace berth
