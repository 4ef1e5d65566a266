// An account's keys as AWS's tools find them: found, held, and renewed before they expire.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "source.hpp"
#include "static_keys.hpp"

namespace berth::aws {

/// Threads: any, at once. Calls that come together share one renewal.
///
/// What is written in the environment's files is looked at for each request, so other keys there
/// are used at once. Keys that expire are renewed in the last 15 minutes of their life (at most its
/// half); calls wait for that in the last 10 (at most its quarter). Where a renewal fails, those at
/// hand are used as long as they live.
class Chain {
 public:
  explicit Chain(ChainSettings settings) : settings_(std::move(settings)) {}

  /// Keys for the next request. A failure has no effect.
  Result<Credentials> current(const Asking& asking);
  /// AWS refused these: others, if there are any; at most once a minute new ones are asked for.
  std::optional<Credentials> after_refusal(const Credentials& refused, const Asking& asking);

  /// Whose they are, as far as that can be told without asking anybody; no secret. "": nobody's.
  [[nodiscard]] std::string identity() const;
  /// "role … (profile …)", for people.
  [[nodiscard]] std::string words() const;

 private:
  enum class Age { none, young, old, late, dead };
  /// Looks where keys come from now. REQUIRES: mutex_ is held.
  std::optional<Failure> look();
  [[nodiscard]] Age age(std::int64_t now_unix_ms) const;
  Result<Credentials> obtain(std::unique_lock<std::mutex>& lock, const Asking& asking,
                             const Credentials* refused);
  Result<Credentials> renewed(std::unique_lock<std::mutex>& lock, const Asking& asking, Age before);

  const ChainSettings settings_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool asking_ = false;  // somebody does
  SourcePointer source_;
  std::string state_;  // source_'s
  std::optional<Issued> held_;
  std::int64_t held_since_ms_ = 0;
  std::int64_t next_try_ms_ = 0;     // no renewal before, as long as what is held lives
  std::int64_t next_forced_ms_ = 0;  // no renewal because of a refusal before
  std::optional<Failure> failure_;   // the last one, where nothing is held
  std::int64_t failed_ms_ = 0;
};

}  // namespace berth::aws
