// How many requests a credential may still make. One budget per credential, however many accounts,
// plugins and processes use it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "berth/call.hpp"
#include "berth/manifest.hpp"

namespace berth {

/// What a budget says to one request: go (wait_ms == 0), or ask again after wait_ms. Nothing is
/// taken in the second case.
struct Grant {
  std::int64_t wait_ms = 0;
};

/// The budget of one credential. Threads: any. Time is Unix ms, handed in.
class RateBudget {
 public:
  virtual ~RateBudget() = default;
  /// One request. `deleting` may use the tenth that is kept so that a server can always be removed.
  virtual Grant take(bool deleting, std::int64_t now_unix_ms) = 0;
  /// Learns from what the vendor answered: 429 (or 503) with Retry-After pauses everyone, and
  /// where the vendor counts fewer requests left than we do, its count holds.
  virtual void observe(const HttpResponse& response, std::int64_t now_unix_ms) = 0;
  /// The plugin read a refusal for the rate in an answer. Everyone pauses for `retry_after_ms`, or,
  /// where the vendor named no time, for longer each time in a row. Returns how long.
  virtual std::int64_t refused(std::optional<std::int64_t> retry_after_ms,
                               std::int64_t now_unix_ms) = 0;
};

/// The budgets of all credentials, by fingerprint. Threads: any. Outlives what it hands out.
class RateBudgets {
 public:
  virtual ~RateBudgets() = default;
  /// requests == 0: no limit is known. Accounts with one credential have one budget; `account` says
  /// whose requests these are.
  virtual std::shared_ptr<RateBudget> of(const std::string& fingerprint, RateLimit limit,
                                         const std::string& account) = 0;
};

/// Budgets that this process keeps for itself.
class MemoryRateBudgets final : public RateBudgets {
 public:
  std::shared_ptr<RateBudget> of(const std::string& fingerprint, RateLimit limit,
                                 const std::string& account) override;

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<RateBudget>> budgets_;
};

/// A token bucket of this process: `requests` tokens, refilled evenly over `per_s`.
class TokenBucket final : public RateBudget {
 public:
  explicit TokenBucket(RateLimit limit);
  Grant take(bool deleting, std::int64_t now_unix_ms) override;
  void observe(const HttpResponse& response, std::int64_t now_unix_ms) override;
  std::int64_t refused(std::optional<std::int64_t> retry_after_ms,
                       std::int64_t now_unix_ms) override;

 private:
  const RateLimit limit_;
  std::mutex mutex_;
  double tokens_;
  std::int64_t refilled_unix_ms_ = 0;
  std::int64_t paused_until_unix_ms_ = 0;
};

/// The vendor's own count, from `ratelimit-limit` and `ratelimit-remaining`. What
/// `ratelimit-reset` means differs from vendor to vendor, so that is left to the plugins.
struct VendorCount {
  std::int64_t limit = 0, remaining = 0;
};
std::optional<VendorCount> vendor_count(const HttpResponse& response);

/// No refusal pauses a budget for longer, whatever the vendor said.
inline constexpr std::int64_t longest_pause_ms = 60 * 60'000;

/// How long the vendor asked to wait (Retry-After in seconds or as a date); 0: it did not.
std::int64_t retry_after_ms(const HttpResponse& response, std::int64_t now_unix_ms);

/// Names a credential without telling it: 16 hex digits of a BLAKE2b hash of the secret values.
std::string credential_fingerprint(const std::vector<std::string>& secrets);

}  // namespace berth
