// How far this machine's clock is from a vendor's, by the Date of its answer. Header only: AWS's
// plugin uses it too.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

#include "berth/call.hpp"

namespace berth::json_api {

/// Signatures are accepted within five minutes of the vendor's clock; certificates care for less.
inline constexpr std::int64_t tolerable_skew_ms = 4 * 60'000;

/// "Tue, 15 Nov 1994 08:12:31 GMT" -> Unix ms. nullopt: not such a date.
inline std::optional<std::int64_t> unix_ms_of_http_date(const std::string& text) {
  std::tm utc{};
  const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return static_cast<std::int64_t>(timegm(&utc)) * 1000;
}

/// What has to be added to `now_unix_ms` to have the vendor's time; nullopt: it told none, or the
/// difference is too small to be the reason of anything.
inline std::optional<std::int64_t> clock_error_ms(const HttpResponse& response,
                                                  std::int64_t now_unix_ms) {
  const auto there = unix_ms_of_http_date(std::string(response.header("date")));
  if (!there || std::llabs(*there - now_unix_ms) < tolerable_skew_ms) return std::nullopt;
  return *there - now_unix_ms;
}

/// "This machine's clock is 17 minutes ahead of AWS's: set it right (timedatectl set-ntp true)."
inline std::string clock_sentence(std::int64_t error_ms, const std::string& vendor) {
  const std::int64_t minutes = std::llabs(error_ms) / 60'000;
  const std::string how_much = minutes < 120       ? std::to_string(minutes) + " minutes"
                               : minutes < 48 * 60 ? std::to_string(minutes / 60) + " hours"
                                                   : std::to_string(minutes / 1440) + " days";
  return "This machine's clock is " + how_much + (error_ms < 0 ? " ahead of " : " behind ") +
         vendor + "'s: set it right (timedatectl set-ntp true).";
}

}  // namespace berth::json_api
