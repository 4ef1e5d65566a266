// Money as the whole project keeps it: integer nano-units and a currency. Std-only, C++17.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace berth {

/// An amount in billionths of a currency's unit (1.25 EUR = 1'250'000'000 nanos). Never a binary
/// float. 64 bits hold 9.2 billion units.
struct Money {
  std::int64_t nanos = 0;
  std::string currency;  // ISO 4217, upper case: "USD", "EUR"

  bool operator==(const Money& other) const {
    return nanos == other.nanos && currency == other.currency;
  }
  bool operator!=(const Money& other) const { return !(*this == other); }
};

/// "12.5" -> 12'500'000'000. Plain decimals only (no exponent, no sign but '-'); digits beyond the
/// ninth decimal are rounded half up. nullopt: not a decimal, or too large.
std::optional<std::int64_t> nanos_of_decimal(std::string_view text);

/// The shortest decimal of a JSON number that a vendor gave as a float (0.07143 stays "0.07143").
std::optional<std::int64_t> nanos_of_double(double number);

/// 12'500'000'000 -> "12.50": at least two decimals, no trailing zeros beyond them.
std::string decimal_of_nanos(std::int64_t nanos);

/// nanos * quantity / divisor, exact in 128 bits, rounded half up. nullopt: does not fit 64 bits.
std::optional<std::int64_t> scaled(std::int64_t nanos, std::int64_t quantity,
                                   std::int64_t divisor = 1);

}  // namespace berth
