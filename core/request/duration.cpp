#include <array>
#include <utility>

#include "request/request.hpp"

namespace berth {

namespace {

/// The longest first: so they are written, and so they are read.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{{
    {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1},
}};
constexpr std::int64_t longest_ms = 365 * 86'400'000LL;

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

std::string_view take_while(std::string_view& text, bool digits) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count]) == digits) ++count;
  const std::string_view taken = text.substr(0, count);
  text.remove_prefix(count);
  return taken;
}

/// The sum of all parts; nullopt: not written as a duration. Stops counting beyond the longest.
std::optional<std::int64_t> total_of(std::string_view text) {
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  do {
    const std::string_view digits = take_while(text, true);
    const std::string_view unit = take_while(text, false);
    while (next_unit < units.size() && units[next_unit].first != unit) ++next_unit;
    if (digits.empty() || next_unit == units.size()) return std::nullopt;
    std::int64_t number = 0;
    for (const char digit : digits)
      if (number <= longest_ms) number = number * 10 + (digit - '0');
    const std::int64_t worth = units[next_unit++].second;
    if (number > longest_ms / worth) total = longest_ms + 1;
    if (total <= longest_ms) total += number * worth;
  } while (!text.empty());
  return total;
}

}  // namespace

std::optional<std::int64_t> parse_duration_ms(std::string_view text, std::string& why) {
  const std::string quoted = "'" + std::string(text) + "'";
  const auto total = total_of(text);
  if (!total) {
    why = quoted + " is not a duration such as 10m, 4m30s, 500ms, 2h or 1d";
    return std::nullopt;
  }
  if (*total == 0) {
    why = quoted + " is no time at all: a duration must be above zero";
    return std::nullopt;
  }
  if (*total > longest_ms) {
    why = quoted + " is too long: at most 365d";
    return std::nullopt;
  }
  return total;
}

std::string duration_text(std::int64_t ms) {
  if (ms <= 0) return "0s";
  std::string text;
  for (const auto& [unit, worth] : units) {
    if (ms >= worth) text += std::to_string(ms / worth) + std::string(unit);
    ms %= worth;
  }
  return text;
}

}  // namespace berth
