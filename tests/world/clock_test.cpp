#include <gtest/gtest.h>

#include <set>

#include "world/world.hpp"

namespace berth {
namespace {

TEST(Clock, TellsWallTimeTimeSinceBootAndTheBoot) {
  const auto clock = system_clock();
  const Moment first = clock->now();
  EXPECT_GT(first.unix_ms, 1'700'000'000'000);
  EXPECT_GT(first.boot_ms, 0);
  EXPECT_EQ(first.boot_id.size(), 36U);
  const Moment second = clock->now();
  EXPECT_GE(second.boot_ms, first.boot_ms);
  EXPECT_EQ(second.boot_id, first.boot_id);
}

TEST(Entropy, MakesIdsOf26LowerCaseBase32Characters) {
  const auto entropy = system_entropy();
  std::set<std::string> seen;
  for (int i = 0; i < 2000; ++i) {
    const std::string id = entropy->id();
    EXPECT_EQ(id.size(), 26U);
    EXPECT_EQ(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567"), std::string::npos) << id;
    EXPECT_TRUE(seen.insert(id).second);
  }
}

TEST(Entropy, StaysBelowItsBound) {
  const auto entropy = system_entropy();
  std::set<std::int64_t> seen;
  for (int i = 0; i < 500; ++i) {
    const std::int64_t number = entropy->below(7);
    EXPECT_GE(number, 0);
    EXPECT_LT(number, 7);
    seen.insert(number);
  }
  EXPECT_EQ(seen.size(), 7U);
  EXPECT_EQ(entropy->below(1), 0);
}

}  // namespace
}  // namespace berth
