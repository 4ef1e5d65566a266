// The configuration that is in force.
#pragma once

#include <string>

#include "config/settings.hpp"

namespace berth {

/// Threads: any. What it returned stays valid and as it is for as long as the object lives, also
/// after another one came into force.
class LiveConfiguration {
 public:
  virtual ~LiveConfiguration() = default;
  [[nodiscard]] virtual const Configuration& current() const = 0;
  /// Which one that is: a hash of all that it was read from. "": nobody watches it.
  [[nodiscard]] virtual std::string fingerprint() const { return {}; }
  /// Why what is in its files now cannot be used; "": it can, or is in force already.
  [[nodiscard]] virtual std::string problem() const { return {}; }
  /// Reads the files once more: are they what this fingerprint stands for? If not, what is in them
  /// is looked at before the next write transaction.
  [[nodiscard]] virtual bool still(const std::string& of) const { return of == fingerprint(); }
};

/// One that never changes; it outlives this.
class FixedConfiguration final : public LiveConfiguration {
 public:
  explicit FixedConfiguration(const Configuration& settings) : settings_(settings) {}
  [[nodiscard]] const Configuration& current() const override { return settings_; }

 private:
  const Configuration& settings_;
};

}  // namespace berth
