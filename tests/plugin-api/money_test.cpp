#include "berth/money.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace berth {
namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

TEST(Money, ReadsDecimals) {
  EXPECT_EQ(nanos_of_decimal("12.5"), 12'500'000'000);
  EXPECT_EQ(nanos_of_decimal("0"), 0);
  EXPECT_EQ(nanos_of_decimal("007"), 7'000'000'000);
  EXPECT_EQ(nanos_of_decimal("-0.0114"), -11'400'000);
  EXPECT_EQ(nanos_of_decimal("0.000000001"), 1);
}

TEST(Money, RoundsTheTenthDecimalHalfUp) {
  EXPECT_EQ(nanos_of_decimal("0.0000000004"), 0);
  EXPECT_EQ(nanos_of_decimal("0.0000000005"), 1);
  EXPECT_EQ(nanos_of_decimal("0.00000000049999"), 0);
  EXPECT_EQ(nanos_of_decimal("0.9999999995"), 1'000'000'000);
}

TEST(Money, RefusesWhatIsNoPlainDecimal) {
  for (const char* text : {"", "-", ".", "1.", ".5", "+1", "1e3", "1,5", " 1", "1 ", "--1", "0x1",
                           "NaN", "inf", "1.2.3", "1.5x", "1.0000000000x"})
    EXPECT_EQ(nanos_of_decimal(text), std::nullopt) << text;
}

TEST(Money, RefusesWhatDoesNotFit) {
  EXPECT_EQ(nanos_of_decimal("9223372036.854775807"), most);
  EXPECT_EQ(nanos_of_decimal("9223372036.854775808"), std::nullopt);
  EXPECT_EQ(nanos_of_decimal("9223372036.8547758075"), std::nullopt);
  EXPECT_EQ(nanos_of_decimal("-9223372036.854775808"), least);
  EXPECT_EQ(nanos_of_decimal("-9223372036.854775809"), std::nullopt);
  EXPECT_EQ(nanos_of_decimal("99999999999999999999999999"), std::nullopt);
}

TEST(Money, WritesAtLeastTwoDecimals) {
  EXPECT_EQ(decimal_of_nanos(12'500'000'000), "12.50");
  EXPECT_EQ(decimal_of_nanos(0), "0.00");
  EXPECT_EQ(decimal_of_nanos(11'400'000), "0.0114");
  EXPECT_EQ(decimal_of_nanos(-1), "-0.000000001");
  EXPECT_EQ(decimal_of_nanos(least), "-9223372036.854775808");
}

TEST(Money, TextAndNanosAgreeBothWays) {
  for (const std::int64_t nanos : {most, least, std::int64_t{0}, std::int64_t{-7'110'000'000}})
    EXPECT_EQ(nanos_of_decimal(decimal_of_nanos(nanos)), nanos);
}

TEST(Money, TakesTheShortestDecimalOfADouble) {
  EXPECT_EQ(nanos_of_double(0.07143), 71'430'000);
  EXPECT_EQ(nanos_of_double(0.1 + 0.2), 300'000'000);
  EXPECT_EQ(nanos_of_double(1e-300), 0);
  EXPECT_EQ(nanos_of_double(5e-324), 0);
  EXPECT_EQ(nanos_of_double(48), 48'000'000'000);
  EXPECT_EQ(nanos_of_double(1e300), std::nullopt);
  EXPECT_EQ(nanos_of_double(std::numeric_limits<double>::infinity()), std::nullopt);
  EXPECT_EQ(nanos_of_double(std::numeric_limits<double>::quiet_NaN()), std::nullopt);
}

TEST(Money, ScalesExactly) {
  EXPECT_EQ(scaled(11'400'000, 730), 8'322'000'000);
  EXPECT_EQ(scaled(10, 1, 4), 3);
  EXPECT_EQ(scaled(-10, 1, 4), -3);
  EXPECT_EQ(scaled(10, -1, -4), 3);
  EXPECT_EQ(scaled(most, most, most), most);
  EXPECT_EQ(scaled(most, 2), std::nullopt);
  EXPECT_EQ(scaled(least, -1), std::nullopt);
  EXPECT_EQ(scaled(1, 1, 0), std::nullopt);
}

}  // namespace
}  // namespace berth
