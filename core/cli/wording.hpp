// Times, durations, money and room as people write and read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "berth.hpp"

namespace berth::cli {

/// "4.51 EUR": rounded to cents, a price below one keeps its digits. "" without a currency.
std::string money_text(const Money& money);

/// "3 cores, 5 GB memory, 60 GB disk"; "" for no room.
std::string room_text(const Room& room);

/// "42s", "3m 05s", "2h 10m", "5d 3h".
std::string duration_text(std::int64_t ms);

/// "17:01:05" in the local time zone.
std::string clock_text(std::int64_t unix_ms);
/// "2026-11-21 17:01:05" in the local time zone; "" for 0.
std::string local_text(std::int64_t unix_ms);
/// "2026-11-21T17:01:05.120Z".
std::string utc_text(std::int64_t unix_ms);

/// "2h", "90m", "1d12h", "45s" -> ms. Refuses, with a sentence in `why`, what has no unit, zero,
/// and more than ten years.
std::optional<std::int64_t> parse_duration(std::string_view text, std::string& why);

/// "1 server", "3 servers".
std::string counted(std::size_t count, std::string_view one, std::string_view many);

}  // namespace berth::cli
