#include "profiles.hpp"

#include <utility>

#include "words.hpp"

namespace berth::aws {
namespace {

/// "profile "my name"" -> "my name"; "": it is no such section.
std::string name_in(const std::string& section, const std::string& kind) {
  if (section.compare(0, kind.size(), kind) != 0) return {};
  const auto words = shell_words(section);
  return words && words->size() == 2 ? words->back() : std::string();
}

std::string file_of(const Surroundings& around, const char* variable, const char* file) {
  const std::string named = around.variable(variable);
  return expanded(around, named.empty() ? std::string("~/.aws/") + file : named);
}

Ini read_file(const Surroundings& around, const std::string& path, std::string& problem) {
  const Surroundings::File file = around.read(path);
  if (!file.text && file.why.empty()) return {};
  if (!file.text) {
    problem = path + " cannot be read: " + file.why;
    return {};
  }
  if (const std::string why = around.distrust(path); !why.empty()) {
    problem = path + " is not used: " + why;
    return {};
  }
  Ini ini = read_ini(*file.text);
  if (!ini.problem.empty()) problem = path + ", " + ini.problem;
  return ini;
}

}  // namespace

std::string Profile::text(const std::string& key) const {
  const auto found = settings_.find(key);
  return found == settings_.end() || found->second.compare(0, 1, "\n") == 0 ? "" : found->second;
}

void Profile::update(const Profile& other) {
  for (const auto& [key, value] : other.settings_) settings_[key] = value;
}

std::string expanded(const Surroundings& around, std::string path) {
  if (path == "~" || path.compare(0, 2, "~/") == 0) path.replace(0, 1, around.home());
  return path;
}

Profiles read_profiles(const Surroundings& around) {
  Profiles profiles;
  profiles.config_file = file_of(around, "AWS_CONFIG_FILE", "config");
  profiles.credentials_file = file_of(around, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  Ini config = read_file(around, profiles.config_file, profiles.problem);
  if (!profiles.problem.empty()) return profiles;
  Ini credentials = read_file(around, profiles.credentials_file, profiles.problem);
  if (!profiles.problem.empty()) return profiles;

  for (auto& [section, settings] : config.sections) {
    const std::string profile = section == "default" ? section : name_in(section, "profile");
    const std::string session = name_in(section, "sso-session");
    if (!profile.empty())
      profiles.of_config[profile] = Profile(std::move(settings));
    else if (!session.empty())
      profiles.sso_sessions[session] = Profile(std::move(settings));
  }
  profiles.all = profiles.of_config;
  for (auto& [section, settings] : credentials.sections) {
    profiles.of_credentials[section] = Profile(std::move(settings));
    profiles.all[section].update(profiles.of_credentials[section]);
  }
  return profiles;
}

}  // namespace berth::aws
