#include "offers/bucket.hpp"

#include <algorithm>
#include <cmath>

namespace berth {
namespace {

constexpr std::int64_t call = 1'000'000;
constexpr std::int64_t first_back_off_ms = 1'000;
constexpr std::int64_t most_doublings = 6;  // 64 s
/// So long after a pause a refusal is the first one again.
constexpr std::int64_t forgiven_ms = 120'000;

}  // namespace

void Bucket::refill(std::int64_t requests_now, std::int64_t per_ms_now, std::int64_t now) {
  requests = requests_now;
  per_ms = per_ms_now;
  // Processes read the clock before they wait for the file, so a little backwards is normal and
  // means no time has passed. More than this is a clock that was set back: waiting until it is
  // there again would freeze the budget, and a pause moves with it.
  constexpr std::int64_t jump_ms = 5'000;
  const std::int64_t capacity = requests * call;
  const std::int64_t elapsed = now - at_unix_ms;
  if (elapsed < -jump_ms) {
    if (paused_until_unix_ms > 0) paused_until_unix_ms += elapsed;
    at_unix_ms = now;
  } else if (elapsed > 0) {
    const long double refill = static_cast<long double>(std::min(elapsed, per_ms)) *
                               static_cast<long double>(capacity) /
                               static_cast<long double>(per_ms);
    if (level) *level += std::llround(refill);  // rounded down, many small steps would lose calls
    at_unix_ms = now;
  }
  level = std::min(level.value_or(capacity), capacity);
}

// The last tenth is for destroying servers: what costs money must be able to end.
std::int64_t Bucket::kept_for_deletes() const {
  return requests < 2 ? 0 : std::max<std::int64_t>(requests / 10, 1) * call;
}

CallGrant Bucket::take(int want, bool deleting) {
  if (paused_until_unix_ms > at_unix_ms) return {0, paused_until_unix_ms - at_unix_ms};
  const std::int64_t kept = deleting ? 0 : kept_for_deletes();
  const std::int64_t calls = std::min<std::int64_t>((*level - kept) / call, want);
  if (calls > 0) {
    *level -= calls * call;
    return {static_cast<int>(calls), 0};
  }
  const long double missing = static_cast<long double>(kept + call - *level);
  const long double wait =
      missing * static_cast<long double>(per_ms) / static_cast<long double>(requests * call);
  return {0, std::max<std::int64_t>(static_cast<std::int64_t>(std::ceil(wait)), 1)};
}

void Bucket::give_back(std::int64_t calls) {
  if (level && requests > 0) level = std::min(*level + calls * call, requests * call);
}

void Bucket::pause(std::int64_t until) {
  paused_until_unix_ms = std::max(paused_until_unix_ms, until);
}

void Bucket::back_off(int jitter, std::int64_t now) {
  if (paused_until_unix_ms > now) return;
  if (now - paused_until_unix_ms > forgiven_ms) refusals = 0;
  const std::int64_t whole = first_back_off_ms << std::min(refusals, most_doublings);
  ++refusals;
  paused_until_unix_ms = now + whole + whole * std::clamp(jitter, 0, 1000) / 2000;
}

void Bucket::learn(std::int64_t remaining, std::int64_t limit) {
  if (limit <= 0 || !level) return;
  const std::int64_t known = std::clamp<std::int64_t>(remaining, 0, limit);
  const long double told = static_cast<long double>(known) / static_cast<long double>(limit) *
                           static_cast<long double>(requests * call);
  // Where the vendor has less than what is kept for deletes, all else goes on at half the pace of
  // the refill: one call of it for each two that come back. So the vendor's own count recovers, and
  // nobody waits minutes for the tenth to be full again.
  level = std::min(*level, std::max(static_cast<std::int64_t>(told), kept_for_deletes() - call));
}

std::int64_t Bucket::whole_calls_left() const { return level.value_or(requests * call) / call; }

}  // namespace berth
