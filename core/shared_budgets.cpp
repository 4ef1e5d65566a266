#include "shared_budgets.hpp"

#include <algorithm>

namespace berth {
namespace {

/// Calls are taken from cache.db in chunks, so that not every request of 64 processes writes there.
constexpr int largest_chunk = 8;
/// A chunk grows only while calls come so close upon each other.
constexpr std::int64_t burst_ms = 250;
/// What a chunk was not used for within this time is given back: others may have paused since.
constexpr std::int64_t chunk_life_ms = 2000;
/// The vendor's count is of interest once less than a third is left.
constexpr std::int64_t low_share = 3;

class SharedRateBudget final : public RateBudget {
 public:
  SharedRateBudget(Cache& cache, const Clock& clock, Entropy& entropy, std::string credential,
                   std::string account, RateLimit limit)
      : cache_(cache),
        clock_(clock),
        entropy_(entropy),
        credential_(std::move(credential)),
        account_(std::move(account)),
        limit_(limit) {}

  ~SharedRateBudget() override {
    if (spent_ > 0 || left_ > 0) settle(clock_.now().unix_ms);
  }

  SharedRateBudget(const SharedRateBudget&) = delete;
  SharedRateBudget& operator=(const SharedRateBudget&) = delete;

  Grant take(bool deleting, std::int64_t now_unix_ms) override {
    const std::lock_guard lock(mutex_);
    if (limit_.requests <= 0) {
      if (++spent_ >= largest_chunk) settle(now_unix_ms);
      return {};
    }
    const std::int64_t age = now_unix_ms - taken_unix_ms_;
    if (left_ > 0 && age >= 0 && age < chunk_life_ms) {
      --left_;
      ++spent_;
      return {};
    }
    const bool burst = age >= 0 && age < burst_ms;
    chunk_ = burst ? std::min(largest_chunk, 2 * chunk_) : 1;
    if (spent_ > 0 || left_ > 0) settle(now_unix_ms);
    const CallGrant grant =
        cache_.take_calls(credential_, deleting ? 1 : chunk_, static_cast<int>(limit_.requests),
                          limit_.per_s * 1000, deleting, now_unix_ms);
    if (grant.calls <= 0) return {std::max<std::int64_t>(grant.wait_ms, 1)};
    ++spent_;
    left_ = grant.calls - 1;
    taken_unix_ms_ = now_unix_ms;
    return {};
  }

  void observe(const HttpResponse& response, std::int64_t now_unix_ms) override {
    if (response.status == 429 || response.status == 503)
      if (const std::int64_t wait = retry_after_ms(response, now_unix_ms); wait > 0)
        refused(wait, now_unix_ms);
    if (response.status < 300) forgive(now_unix_ms);
    const auto count = vendor_count(response);
    if (!count || count->remaining > count->limit / low_share) return;
    const std::lock_guard lock(mutex_);
    left_ = std::min<std::int64_t>(left_, count->remaining);
    cache_.learn_calls(credential_, count->remaining, count->limit,
                       static_cast<int>(limit_.requests), limit_.per_s * 1000, now_unix_ms);
  }

  std::int64_t refused(std::optional<std::int64_t> retry_after_ms,
                       std::int64_t now_unix_ms) override {
    const std::lock_guard lock(mutex_);
    settle(now_unix_ms);  // what is left of the chunk must not leave during the pause
    if (retry_after_ms && *retry_after_ms > 0) {
      const std::int64_t pause = std::min(*retry_after_ms, longest_pause_ms);
      cache_.pause_calls(credential_, now_unix_ms + pause);
      return pause;
    }
    const int jitter = static_cast<int>(entropy_.below(1001));
    const std::int64_t until = cache_.back_off_calls(credential_, jitter, now_unix_ms);
    backed_off_until_unix_ms_ = until;
    return std::max<std::int64_t>(until - now_unix_ms, 1);
  }

 private:
  void forgive(std::int64_t now_unix_ms) {
    const std::lock_guard lock(mutex_);
    if (backed_off_until_unix_ms_ == 0 || now_unix_ms < backed_off_until_unix_ms_) return;
    backed_off_until_unix_ms_ = 0;
    cache_.forgive_calls(credential_);
  }

  void settle(std::int64_t now_unix_ms) {
    cache_.settle_calls(credential_, account_, spent_, left_, now_unix_ms);
    spent_ = left_ = 0;
  }

  Cache& cache_;
  const Clock& clock_;
  Entropy& entropy_;
  const std::string credential_, account_;
  const RateLimit limit_;
  std::mutex mutex_;
  int chunk_ = 1;
  std::int64_t left_ = 0;   // of the chunk
  std::int64_t spent_ = 0;  // since it was counted last
  std::int64_t taken_unix_ms_ = 0;
  std::int64_t backed_off_until_unix_ms_ = 0;  // 0: no refusal since it answered last
};

}  // namespace

std::shared_ptr<RateBudget> SharedRateBudgets::of(const std::string& fingerprint, RateLimit limit,
                                                  const std::string& account) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<RateBudget>& budget = budgets_[{fingerprint, account}];
  if (!budget)
    budget =
        std::make_shared<SharedRateBudget>(cache_, clock_, entropy_, fingerprint, account, limit);
  return budget;
}

}  // namespace berth
