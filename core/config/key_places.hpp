// Where a key of the config stands, for whoever finds out later that its value cannot be used.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "config/settings.hpp"

namespace berth {

/// Of a config that was read from a file. Threads: one at a time.
class KeyPlaces {
 public:
  explicit KeyPlaces(const Configuration& config);
  KeyPlaces(const KeyPlaces&) = delete;
  KeyPlaces& operator=(const KeyPlaces&) = delete;
  ~KeyPlaces();

  /// "berth.state_dir", "notifier[1].events[0]"; of a key that is not there: the file alone.
  [[nodiscard]] Place of(std::string_view key) const;

 private:
  struct File;
  std::string name_;
  std::unique_ptr<File> file_;
};

}  // namespace berth
