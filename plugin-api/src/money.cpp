#include "berth/money.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace berth {
namespace {

__extension__ typedef __int128 Wide;  // -Wpedantic knows no 128-bit integer

constexpr int decimals = 9;
constexpr std::uint64_t nanos_per_unit = 1'000'000'000;
constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Joins sign and magnitude; the most negative number has no positive counterpart.
std::optional<std::int64_t> signed_of(std::uint64_t magnitude, bool negative) {
  if (magnitude > largest + (negative ? 1 : 0)) return std::nullopt;
  return negative ? static_cast<std::int64_t>(0 - magnitude) : static_cast<std::int64_t>(magnitude);
}

}  // namespace

std::optional<std::int64_t> nanos_of_decimal(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || (point != std::string_view::npos && fraction.empty())) return std::nullopt;

  std::uint64_t magnitude = 0;
  const auto append = [&magnitude](char digit) {
    const auto value = static_cast<std::uint64_t>(digit - '0');
    if (magnitude > (largest + 1 - value) / 10) return false;
    magnitude = magnitude * 10 + value;
    return true;
  };
  for (const char c : whole)
    if (!is_digit(c) || !append(c)) return std::nullopt;
  for (const char c : fraction)
    if (!is_digit(c)) return std::nullopt;
  for (std::size_t i = 0; i < decimals; ++i)
    if (!append(i < fraction.size() ? fraction[i] : '0')) return std::nullopt;
  if (fraction.size() > decimals && fraction[decimals] >= '5') ++magnitude;
  return signed_of(magnitude, negative);
}

std::optional<std::int64_t> nanos_of_double(double number) {
  if (!std::isfinite(number)) return std::nullopt;
  std::array<char, 512> text{};  // the smallest double has 345 characters in fixed notation
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (end.ec != std::errc{}) return std::nullopt;
  return nanos_of_decimal({text.data(), static_cast<std::size_t>(end.ptr - text.data())});
}

std::string decimal_of_nanos(std::int64_t nanos) {
  const bool negative = nanos < 0;
  const std::uint64_t magnitude =
      negative ? 0 - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
  std::string fraction = std::to_string(nanos_per_unit + magnitude % nanos_per_unit).substr(1);
  while (fraction.size() > 2 && fraction.back() == '0') fraction.pop_back();
  return (negative ? "-" : "") + std::to_string(magnitude / nanos_per_unit) + "." + fraction;
}

std::optional<std::int64_t> scaled(std::int64_t nanos, std::int64_t quantity,
                                   std::int64_t divisor) {
  if (divisor == 0) return std::nullopt;
  Wide product = static_cast<Wide>(nanos) * quantity;
  Wide by = divisor;
  if (by < 0) {
    product = -product;
    by = -by;
  }
  const bool negative = product < 0;
  if (negative) product = -product;
  const Wide rounded = product / by + ((product % by) * 2 >= by ? 1 : 0);
  if (rounded > static_cast<Wide>(largest) + 1) return std::nullopt;
  return signed_of(static_cast<std::uint64_t>(rounded), negative);
}

}  // namespace berth
