// The rate budget of one credential: a token bucket that may be paused. Pure arithmetic.
#pragma once

#include <cstdint>
#include <optional>

#include "offers/cache.hpp"

namespace berth {

/// Levels are in millionths of a call. Time is Unix ms, handed in.
struct Bucket {
  std::optional<std::int64_t> level;  // empty: full
  std::int64_t at_unix_ms = 0;
  std::int64_t paused_until_unix_ms = 0;
  std::int64_t refusals = 0;              // in a row, without a word of how long
  std::int64_t requests = 0, per_ms = 0;  // the limit, as it was told last; 0: none is known

  /// Follows the clock, and the limit, which may have changed with the plugin.
  void refill(std::int64_t requests_now, std::int64_t per_ms_now, std::int64_t now);
  /// REQUIRES: refilled.
  CallGrant take(int want, bool deleting);
  void give_back(std::int64_t calls);
  void pause(std::int64_t until);
  void back_off(int jitter, std::int64_t now);
  void learn(std::int64_t remaining, std::int64_t limit);
  [[nodiscard]] std::int64_t kept_for_deletes() const;
  [[nodiscard]] std::int64_t whole_calls_left() const;
};

}  // namespace berth
