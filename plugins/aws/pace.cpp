#include "pace.hpp"

#include <algorithm>
#include <iterator>

namespace berth::aws {
namespace {

constexpr std::int64_t at_once = 5;
constexpr std::int64_t step_ms = 500;
/// Who has not come for its turn by then does not come any more.
constexpr std::int64_t turn_life_ms = 120'000;

}  // namespace

std::int64_t Pace::wait_ms(const std::string& region, const std::string& launch,
                           std::int64_t now_unix_ms) {
  const std::lock_guard<std::mutex> lock(guard_);
  Region& own = regions_[region];
  for (auto turn = own.turns.begin(); turn != own.turns.end();)
    turn = turn->second + turn_life_ms < now_unix_ms ? own.turns.erase(turn) : std::next(turn);
  const auto known = own.turns.find(launch);
  if (known != own.turns.end()) {
    if (known->second > now_unix_ms) return known->second - now_unix_ms;
    own.turns.erase(known);
    return 0;
  }
  // A clock that was set back must not make everyone wait.
  const auto waiting = static_cast<std::int64_t>(own.turns.size()) + at_once;
  if (own.full_at_unix_ms > now_unix_ms + waiting * step_ms + turn_life_ms)
    own.full_at_unix_ms = now_unix_ms;
  own.full_at_unix_ms = std::max(own.full_at_unix_ms, now_unix_ms) + step_ms;
  const std::int64_t turn = own.full_at_unix_ms - at_once * step_ms;
  if (turn <= now_unix_ms) return 0;
  own.turns[launch] = turn;
  return turn - now_unix_ms;
}

}  // namespace berth::aws
