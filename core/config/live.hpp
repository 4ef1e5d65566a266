// The configuration that is in force.
#pragma once

#include "config/settings.hpp"

namespace berth {

/// Threads: any. What it returned stays valid and as it is for as long as the object lives, also
/// after another one came into force.
class LiveConfiguration {
 public:
  virtual ~LiveConfiguration() = default;
  [[nodiscard]] virtual const Configuration& current() const = 0;
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
