// The config is changed while berth works.
#include <gtest/gtest.h>

#include <algorithm>

#include "story.hpp"

namespace berth {
namespace {

/// Once a commit leaves an attempt like this, somebody changes the config.
void when_an_attempt_is(Story& story, AttemptStatus status, std::function<void()> change) {
  story.at_commit = [&story, status, change = std::move(change),
                     done = false](const LedgerView& view) mutable {
    for (const AttemptRecord& attempt : view.live_attempts("alpha"))
      if (!done && attempt.status == status) {
        done = true;
        change();
      }
  };
}

TEST(ChangedConfig, TakesTheYesAwayFromAPurchaseThatNobodyWasAskedForYet) {
  Story story;
  when_an_attempt_is(story, AttemptStatus::requested, [&] {
    story.settings.organizations[0].auto_approve_provisioning = false;
    story.config = "config-2";
  });
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "awaiting_approval");
  EXPECT_EQ(story.alpha.calls_of("create") + story.beta.calls_of("create"), 0);
  EXPECT_EQ(story.attempts(web).front().failure_code, "config_changed");
  EXPECT_EQ(story.attempts(web).front().config, "config-1");
  story.approve(web);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.attempts(web).back().config, "config-2");
  EXPECT_EQ(story.live_machines(), 1);
}

TEST(ChangedConfig, LosesNoDeploymentThatItAllows) {
  Story story;
  when_an_attempt_is(story, AttemptStatus::requested, [&] { story.config = "config-2"; });
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  EXPECT_EQ(story.deployment(web).tries, 0) << "nothing of the vendor's went wrong";
}

TEST(ChangedConfig, KeepsWhatAnAdminApproved) {
  Story story;
  story.settings.organizations[0].auto_approve_provisioning = false;
  const std::string web = story.deploy("web");
  story.run();
  when_an_attempt_is(story, AttemptStatus::requested, [&] { story.config = "config-2"; });
  story.approve(web);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
}

TEST(ChangedConfig, GoesOnWithAServerThatWasAskedForBefore) {
  Story story;
  story.alpha.creates.push_back(meanwhile([&] { story.config = "config-2"; }));
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
}

TEST(ChangedConfig, EndsAPurchaseByHandThatNobodyWasAskedForYet) {
  Story story;
  when_an_attempt_is(story, AttemptStatus::requested, [&] { story.config = "config-2"; });
  story.buy("alpha/r1//cx33/on_demand");
  story.run();
  EXPECT_EQ(story.alpha.calls_of("create"), 0);
  EXPECT_TRUE(story.servers().empty());
}

TEST(InvalidConfig, BuysNothingAndSaysWhyUntilItIsMended) {
  Story story;
  story.config_problem = "berth.toml:3:1: unknown key";
  const std::string web = story.deploy("web");
  for (int round = 0; round < 5; ++round) {
    story.step();
    story.pass(1'000);
  }
  EXPECT_EQ(story.status(web), "placing");
  EXPECT_EQ(story.code(web), "config_invalid");
  EXPECT_NE(story.deployment(web).reason.find("berth.toml:3:1: unknown key"), std::string::npos);
  const std::vector<std::string> told = story.pager.types();
  EXPECT_EQ(std::count(told.begin(), told.end(), "deployment.waiting"), 1);
  EXPECT_EQ(story.alpha.calls_of("create"), 0);
  story.config_problem.clear();
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
}

TEST(InvalidConfig, RefusesNothingForGood) {
  Story story;
  story.settings.organizations[0].max_servers = 0;  // the rules of before
  story.config_problem = "berth.toml:3:1: unknown key";
  const std::string web = story.deploy("web");
  story.step();
  EXPECT_EQ(story.status(web), "placing");
  story.config_problem.clear();
  story.settings.organizations[0].max_servers = 1;
  story.config = "config-2";
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
}

TEST(InvalidConfig, IsNotWaitedForWithoutEnd) {
  Story story;
  story.config_problem = "berth.toml:3:1: unknown key";
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "error");
  EXPECT_EQ(story.code(web), "config_invalid");
  EXPECT_EQ(story.alpha.calls_of("create"), 0);
}

TEST(InvalidConfig, TakesBackAPurchaseThatNobodyWasAskedForYet) {
  Story story;
  when_an_attempt_is(story, AttemptStatus::requested,
                     [&] { story.config_problem = "berth.toml:3:1: unknown key"; });
  const std::string web = story.deploy("web");
  for (int round = 0; round < 5; ++round) {
    story.step();
    story.pass(1'000);
  }
  EXPECT_EQ(story.code(web), "config_invalid");
  EXPECT_EQ(story.alpha.calls_of("create"), 0);
  story.config_problem.clear();
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
}

TEST(InvalidConfig, RefusesAPurchaseByHand) {
  Story story;
  story.config_problem = "berth.toml:3:1: unknown key";
  try {
    story.buy("alpha/r1//cx33/on_demand");
    FAIL() << "it was bought";
  } catch (const Refusal& refusal) {
    EXPECT_NE(std::string(refusal.what()).find("berth.toml:3:1"), std::string::npos);
  }
  EXPECT_TRUE(story.servers().empty());
}

TEST(InvalidConfig, StillPlacesWhereRoomIs) {
  Story story;
  story.deploy("first");
  story.run();
  story.config_problem = "berth.toml:3:1: unknown key";
  const std::string second = story.deploy("second", 1, 1, 10);
  story.run();
  EXPECT_EQ(story.status(second), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
}

}  // namespace
}  // namespace berth
