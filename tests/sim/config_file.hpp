// The config of a simulated world: who edits it, and what stood in the file when.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "config/settings.hpp"

namespace berth::sim {

/// One config that stood in the file, and how long.
struct ConfigVersion {
  std::string fingerprint;  // AttemptRecord::config of what is decided by it
  Configuration settings;
  std::int64_t from_ms = 0, until_ms = 0;  // of the baton; `until_ms` is in the future: it stands
};

/// A real file of a few bytes, which berth looks at, stands for the text; what it means is here.
class ConfigFile {
 public:
  ConfigFile(std::filesystem::path file, std::function<std::int64_t()> now);
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;
  ~ConfigFile();

  /// Somebody writes this one.
  void write(Configuration settings);
  /// Somebody writes what cannot be used.
  void spoil();

  /// As berth reads it. Throws std::runtime_error while it cannot be used.
  [[nodiscard]] Configuration load() const;
  [[nodiscard]] bool usable() const { return usable_; }
  /// The newest that could be used.
  [[nodiscard]] const Configuration& newest() const { return versions_.back().settings; }
  [[nodiscard]] const std::vector<ConfigVersion>& versions() const { return versions_; }
  /// The last one that had it; nullptr: none.
  [[nodiscard]] const ConfigVersion* named(const std::string& fingerprint) const;

 private:
  void put(const std::string& text);
  void end_of_the_one_before();

  const std::filesystem::path file_;
  const std::function<std::int64_t()> now_;
  std::vector<ConfigVersion> versions_;
  bool usable_ = false;
  int writes_ = 0;
};

}  // namespace berth::sim
