// The configuration of a process that works for long: a changed file comes into force.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/live.hpp"
#include "journal/journal.hpp"
#include "ledger/ledger.hpp"
#include "world/world.hpp"

namespace berth {

/// Looks once a second at what is in the config's files, takes all of it or nothing, and says
/// which. A config that cannot be used leaves the one before in force, and is a problem(). What it
/// refers to outlives it.
class WatchedConfiguration final : public LiveConfiguration {
 public:
  using Load = std::function<Configuration()>;  // throws std::exception, with words for people
  /// `taken_over` is told each one that comes into force after `first`.
  WatchedConfiguration(const Configuration& first, Load load, const Clock& clock, Journal& journal,
                       std::function<void(const Configuration&)> taken_over);

  [[nodiscard]] const Configuration& current() const override { return in_force_.load()->settings; }
  [[nodiscard]] std::string fingerprint() const override { return in_force_.load()->fingerprint; }
  [[nodiscard]] std::string problem() const override;
  [[nodiscard]] bool still(const std::string& of) const override;

  /// Looks, if a second has passed since the last time or somebody asked. True: it looked.
  bool look();
  /// The next look is due at once.
  void ask() { asked_ = true; }
  /// Did a look find one that is not in force yet?
  [[nodiscard]] bool has_another() const;
  /// It comes into force. Between two transactions, so that each has one config from its beginning
  /// to its end.
  void take_over();

 private:
  struct Loaded {
    Configuration settings;
    std::string fingerprint;
  };
  static std::unique_ptr<Loaded> loaded(Configuration settings);

  const Load load_;
  const Clock& clock_;
  Journal& journal_;
  const std::function<void(const Configuration&)> taken_over_;
  mutable std::atomic<bool> asked_{false};
  std::mutex looking_;  // guards next_look_ms_
  std::int64_t next_look_ms_;
  mutable std::mutex mutex_;                   // guards what follows
  std::vector<std::unique_ptr<Loaded>> kept_;  // somebody may still read them
  std::unique_ptr<Loaded> next_;
  std::string problem_;
  std::atomic<const Loaded*> in_force_{nullptr};
};

/// Looks before each write transaction; what was found comes into force at its start.
std::unique_ptr<Ledger> under(WatchedConfiguration& config, std::unique_ptr<Ledger> inside);

}  // namespace berth
