// The profiles of ~/.aws/config and ~/.aws/credentials.
#pragma once

#include <map>
#include <string>

#include "ini.hpp"
#include "surroundings.hpp"

namespace berth::aws {

/// One profile's settings, with what to say of it.
class Profile {
 public:
  Profile() = default;
  explicit Profile(IniSection settings) : settings_(std::move(settings)) {}
  [[nodiscard]] bool has(const std::string& key) const { return settings_.count(key) > 0; }
  /// "": not set. Settings with settings of their own below them are none of ours.
  [[nodiscard]] std::string text(const std::string& key) const;
  [[nodiscard]] const IniSection& settings() const { return settings_; }
  /// Takes over what `other` sets.
  void update(const Profile& other);

 private:
  IniSection settings_;
};

using ProfileMap = std::map<std::string, Profile>;

struct Profiles {
  std::string config_file, credentials_file;  // where they are looked for; need not be there
  ProfileMap of_config;                       // [default], [profile NAME]
  ProfileMap of_credentials;                  // [NAME]
  ProfileMap all;           // both; where both set a key, the credentials file's counts
  ProfileMap sso_sessions;  // [sso-session NAME]
  std::string problem;      // a file is there and is not to be used: why, and what to do
};

/// $AWS_CONFIG_FILE and $AWS_SHARED_CREDENTIALS_FILE, else those of the home folder. Both name
/// where money is spent and what is run, so neither may be another user's to write.
Profiles read_profiles(const Surroundings& around);

/// "~" and "~/x" as a shell has them.
std::string expanded(const Surroundings& around, std::string path);

}  // namespace berth::aws
