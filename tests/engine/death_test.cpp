// kill -9, and who comes after.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

TEST(Death, DuringTheCreateIsLookedUpAndNeverRepeatedBlindly) {
  Story story;
  story.alpha.creates.push_back(meanwhile([&] { story.die(); }));
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  EXPECT_EQ(story.alpha.all().size(), 1U);
}

TEST(Death, BeforeTheRequestLeftMakesASecondCreateOnlyAfterTheWait) {
  Story story;
  Fault nothing = lost_request();
  nothing.during = [&] { story.die(); };
  story.alpha.creates.push_back(nothing);
  const std::string web = story.deploy("web");
  const std::int64_t begin = story.clock.now().boot_ms;
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 2);
  ASSERT_EQ(story.alpha.all().size(), 1U);
  EXPECT_GE(story.alpha.all()[0].born_ms - begin, 60'000);
}

TEST(Death, AClaimLapsesOnlyWhenItsProcessIsDead) {
  Story story;
  std::vector<std::string> asked;
  const std::string web = story.deploy("web");
  story.alpha.creates.push_back(meanwhile([&] {
    // Another process works meanwhile: the create of a living one is not its business.
    story.become_another_process();
    story.clock.pass(30 * 60'000);
    story.step();
    asked = story.alpha.calls();
    story.become_another_process();
  }));
  story.step();
  EXPECT_EQ(asked, (std::vector<std::string>{"offers", "create cx33 #0"}));
  EXPECT_EQ(story.alpha.all().size(), 1U);
}

TEST(Death, WhileItWaitsCostsNothing) {
  Story story;
  const std::string web = story.deploy("web");
  story.pass(6'000);
  story.die();
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.all().size(), 1U);
}

TEST(Death, DuringTheLookIsLookedAtAgain) {
  Story story;
  const std::string web = story.deploy("web");
  story.step();
  story.alpha.finds_happen = [&, first = true]() mutable {
    if (first) story.die();
    first = false;
  };
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.all().size(), 1U);
}

TEST(Death, DuringTheDestroyIsDestroyedAgain) {
  Story story;
  Fault fault;
  fault.during = [&] { story.die(); };
  story.alpha.destroys.push_back(fault);
  story.alpha.boots.push_back(Boot::fails);
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_TRUE(story.alpha.live().empty());
  EXPECT_EQ(story.live_machines(), 1);
}

TEST(Death, AgainAndAgain) {
  Story story;
  int deaths = 0;
  story.at_commit = [&](const LedgerView&) {
    if (++deaths % 3 == 0 && deaths < 60) story.die();
  };
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.live_machines(), 1);
}

}  // namespace
}  // namespace berth
