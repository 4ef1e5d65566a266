#include "cli/wording.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <ctime>

namespace berth::cli {
namespace {

std::tm local_time(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1000;
  std::tm time{};
  localtime_r(&seconds, &time);
  return time;
}

}  // namespace

std::string money_text(const Money& money) {
  if (money.currency.empty()) return {};
  constexpr std::int64_t cent = 10'000'000;
  std::int64_t nanos = money.nanos;
  if (std::abs(nanos) >= cent) nanos = (nanos + (nanos < 0 ? -cent / 2 : cent / 2)) / cent * cent;
  return decimal_of_nanos(nanos) + " " + money.currency;
}

std::string room_text(const Room& room) {
  if (room == Room{}) return {};
  return fmt::format("{} {}, {} GB memory, {} GB disk", cores_text(room.millicores),
                     room.millicores == 1000 ? "core" : "cores",
                     gigabytes_text(room.memory_mib), gigabytes_text(room.disk_mib));
}

std::string duration_text(std::int64_t ms) {
  const std::int64_t seconds = (ms < 0 ? 0 : ms) / 1000;
  const std::int64_t minutes = seconds / 60;
  const std::int64_t hours = minutes / 60;
  if (minutes == 0) return fmt::format("{}s", seconds);
  if (hours == 0) return fmt::format("{}m {:02}s", minutes, seconds % 60);
  if (hours < 48) return fmt::format("{}h {:02}m", hours, minutes % 60);
  return fmt::format("{}d {}h", hours / 24, hours % 24);
}

std::string clock_text(std::int64_t unix_ms) {
  const std::tm time = local_time(unix_ms);
  return fmt::format("{:02}:{:02}:{:02}", time.tm_hour, time.tm_min, time.tm_sec);
}

std::string local_text(std::int64_t unix_ms) {
  if (unix_ms == 0) return {};
  const std::tm time = local_time(unix_ms);
  return fmt::format("{:04}-{:02}-{:02} {}", time.tm_year + 1900, time.tm_mon + 1, time.tm_mday,
                     clock_text(unix_ms));
}

std::string utc_text(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1000;
  std::tm time{};
  gmtime_r(&seconds, &time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", time.tm_year + 1900,
                     time.tm_mon + 1, time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec,
                     unix_ms % 1000);
}

std::optional<std::int64_t> parse_duration(std::string_view text, std::string& why) {
  const auto refuse = [&](std::string_view reason) -> std::optional<std::int64_t> {
    why = fmt::format("the duration '{}' {}: write numbers with s, m, h or d, such as 2h or 1d12h",
                      text, reason);
    return std::nullopt;
  };
  constexpr std::int64_t longest = 10LL * 365 * 86'400'000;
  std::int64_t total = 0;
  std::int64_t number = -1;  // below 0: no digit since the last unit
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      number = (number < 0 ? 0 : number) * 10 + (c - '0');
      if (number > longest) return refuse("is too long (at most ten years)");
      continue;
    }
    const std::int64_t unit = c == 's'   ? 1'000
                              : c == 'm' ? 60'000
                              : c == 'h' ? 3'600'000
                              : c == 'd' ? 86'400'000
                                         : 0;
    if (unit == 0 || number < 0) return refuse("cannot be read");
    if (number > longest / unit || total + number * unit > longest)
      return refuse("is too long (at most ten years)");
    total += number * unit;
    number = -1;
  }
  if (number >= 0) return refuse("has no unit");
  if (total == 0) return refuse(text.empty() ? "is empty" : "is zero");
  return total;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace berth::cli
