#include <system_error>

#include "config/load.hpp"

namespace berth {

namespace {

std::string text_of(const Environment& environment, const std::string& name) {
  const char* value = environment(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

std::filesystem::path find_config(const Environment& environment) {
  // What was named is taken even if it is not there: another file in its place would surprise.
  if (const std::string named = text_of(environment, "BERTH_CONFIG"); !named.empty()) return named;
  std::vector<std::filesystem::path> candidates{"berth.toml"};
  const std::string xdg = text_of(environment, "XDG_CONFIG_HOME");
  const std::string home = text_of(environment, "HOME");
  if (!xdg.empty())
    candidates.push_back(std::filesystem::path(xdg) / "berth" / "berth.toml");
  else if (!home.empty())
    candidates.push_back(std::filesystem::path(home) / ".config" / "berth" / "berth.toml");
  candidates.emplace_back("/etc/berth/berth.toml");
  for (const auto& candidate : candidates) {
    std::error_code ignored;  // a folder that cannot be searched holds no config of ours
    if (std::filesystem::exists(candidate, ignored)) return candidate;
  }
  return {};
}

}  // namespace berth
