#include "aws/pace.hpp"

#include <gtest/gtest.h>

namespace berth::aws {
namespace {

constexpr std::int64_t now = 1'800'000'000'000;

TEST(Pace, LetsFiveGoAndGivesTheOthersTheirTurns) {
  Pace pace;
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(pace.wait_ms("us-east-1", "launch-" + std::to_string(i), now), 0);
  EXPECT_EQ(pace.wait_ms("us-east-1", "sixth", now), 500);
  EXPECT_EQ(pace.wait_ms("us-east-1", "seventh", now), 1000);
  EXPECT_EQ(pace.wait_ms("us-east-1", "sixth", now + 200), 300) << "it keeps its turn";
  EXPECT_EQ(pace.wait_ms("eu-central-1", "elsewhere", now), 0);
  EXPECT_EQ(pace.wait_ms("us-east-1", "sixth", now + 500), 0);
  EXPECT_EQ(pace.wait_ms("us-east-1", "seventh", now + 1700), 0) << "late is as good";
  EXPECT_EQ(pace.wait_ms("us-east-1", "eighth", now + 60'000), 0);
}

TEST(Pace, IsNotStoppedByAClockThatIsSetBack) {
  Pace pace;
  EXPECT_EQ(pace.wait_ms("us-east-1", "first", now), 0);
  EXPECT_EQ(pace.wait_ms("us-east-1", "second", now - 86'400'000), 0);
}

TEST(Pace, HasATurnForEachOfAThousand) {
  Pace pace;
  std::int64_t last = 0;
  for (int i = 0; i < 1000; ++i) last = pace.wait_ms("us-east-1", std::to_string(i), now);
  EXPECT_EQ(last, 995 * 500);
}

}  // namespace
}  // namespace berth::aws
