#include "http/rate_budget.hpp"

#include <sodium.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace berth {
namespace {

constexpr std::int64_t pause_without_word_ms = 1'000;  // a 429 that does not say how long
constexpr double kept_for_deletes = 0.1;

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || number < 0)
    return std::nullopt;
  return number;
}

}  // namespace

TokenBucket::TokenBucket(RateLimit limit)
    : limit_(limit), tokens_(static_cast<double>(limit.requests)) {}

Grant TokenBucket::take(bool deleting, std::int64_t now_unix_ms) {
  const std::lock_guard lock(mutex_);
  // Clocks jump back; a pause must not grow by that.
  paused_until_unix_ms_ = std::min(paused_until_unix_ms_, now_unix_ms + longest_pause_ms);
  if (now_unix_ms < paused_until_unix_ms_) return {paused_until_unix_ms_ - now_unix_ms};
  if (limit_.requests <= 0 || limit_.per_s <= 0) return {};

  const auto full = static_cast<double>(limit_.requests);
  const double per_ms = full / (static_cast<double>(limit_.per_s) * 1000.0);
  const std::int64_t passed = std::max<std::int64_t>(0, now_unix_ms - refilled_unix_ms_);
  tokens_ = std::min(full, tokens_ + static_cast<double>(passed) * per_ms);
  refilled_unix_ms_ = now_unix_ms;

  const double floor = deleting ? 0.0 : std::floor(full * kept_for_deletes);
  const double missing = floor + 1.0 - tokens_;
  if (missing > 1e-9) return {static_cast<std::int64_t>(std::ceil(missing / per_ms))};
  tokens_ -= 1.0;
  return {};
}

void TokenBucket::observe(const HttpResponse& response, std::int64_t now_unix_ms) {
  const auto count = vendor_count(response);
  if (count && limit_.requests > 0) {
    const std::lock_guard lock(mutex_);
    tokens_ = std::min(tokens_, static_cast<double>(count->remaining) *
                                    static_cast<double>(limit_.requests) /
                                    static_cast<double>(count->limit));
  }
  std::int64_t pause = 0;
  if (response.status == 429 || response.status == 503)
    pause = retry_after_ms(response, now_unix_ms);
  if (response.status == 429 && pause == 0) pause = pause_without_word_ms;
  if (pause > 0) refused(pause, now_unix_ms);
}

std::int64_t TokenBucket::refused(std::optional<std::int64_t> retry_after_ms,
                                  std::int64_t now_unix_ms) {
  const std::int64_t pause =
      std::clamp<std::int64_t>(retry_after_ms.value_or(pause_without_word_ms), 1, longest_pause_ms);
  const std::lock_guard lock(mutex_);
  paused_until_unix_ms_ = std::max(paused_until_unix_ms_, now_unix_ms + pause);
  return paused_until_unix_ms_ - now_unix_ms;
}

std::shared_ptr<RateBudget> MemoryRateBudgets::of(const std::string& fingerprint, RateLimit limit,
                                                  const std::string&) {
  const std::lock_guard lock(mutex_);
  auto& budget = budgets_[fingerprint];
  if (!budget) budget = std::make_shared<TokenBucket>(limit);
  return budget;
}

std::optional<VendorCount> vendor_count(const HttpResponse& response) {
  const auto limit = whole(response.header("ratelimit-limit"));
  const auto remaining = whole(response.header("ratelimit-remaining"));
  if (!limit || !remaining || *limit == 0) return std::nullopt;
  return VendorCount{*limit, std::min(*remaining, *limit)};
}

std::int64_t retry_after_ms(const HttpResponse& response, std::int64_t now_unix_ms) {
  const std::string text(response.header("retry-after"));
  if (text.empty()) return 0;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size())
    return std::clamp<std::int64_t>(seconds, 0, 86'400) * 1000;
  tm at{};
  if (strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &at) == nullptr) return 0;
  return std::max<std::int64_t>(0, static_cast<std::int64_t>(timegm(&at)) * 1000 - now_unix_ms);
}

std::string credential_fingerprint(const std::vector<std::string>& secrets) {
  // The prefix keeps this apart from any other hash of the same value that someone may hold, and
  // lengths keep {"ab","c"} apart from {"a","bc"}.
  std::string text = "berth credential 1\n";
  for (const std::string& secret : secrets) {
    text += std::to_string(secret.size());
    text += ':';
    text += secret;
  }
  std::array<unsigned char, crypto_generichash_BYTES_MIN> digest{};
  crypto_generichash(digest.data(), digest.size(),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  std::string hex;
  for (unsigned i = 0; i < 8; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4U];
    hex += "0123456789abcdef"[digest[i] & 15U];
  }
  return hex;
}

}  // namespace berth
