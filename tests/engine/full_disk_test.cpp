// A ledger that cannot be written for a while: what happened meanwhile is not lost.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

TEST(FullDisk, DuringTheCreateLosesNothing) {
  Story story;
  story.alpha.creates.push_back(meanwhile([&] { story.full_disk = 1; }));
  const std::string web = story.deploy("web");
  EXPECT_THROW(story.step(), LedgerError);
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  story.step();  // the same process goes on: what the create answered is committed now
  EXPECT_EQ(story.attempts(web).at(0).status, AttemptStatus::booting);
  EXPECT_EQ(story.attempts(web).at(0).vendor_id, "alpha-1");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  EXPECT_EQ(story.alpha.all().size(), 1U);
}

TEST(FullDisk, BeforeTheIntentIsCommittedAsksNobody) {
  Story story;
  const std::string web = story.deploy("web");
  story.full_disk = 1;
  EXPECT_THROW(story.step(), LedgerError);
  EXPECT_EQ(story.alpha.calls_of("create"), 0);
  EXPECT_EQ(story.status(web), "placing");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
}

TEST(FullDisk, RefusesARequestWhole) {
  Story story;
  story.full_disk = 1;
  EXPECT_THROW(story.deploy("web"), LedgerError);
  story.run();
  EXPECT_EQ(story.live_machines(), 0);
  std::vector<DeploymentRecord> all;
  story.look([&](const LedgerView& view) { all = view.deployments({}); });
  EXPECT_TRUE(all.empty());
}

TEST(FullDisk, AndThenDeathStillFindsTheServer) {
  Story story;
  story.alpha.creates.push_back(meanwhile([&] { story.full_disk = 1; }));
  const std::string web = story.deploy("web");
  EXPECT_THROW(story.step(), LedgerError);
  story.die();
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  EXPECT_EQ(story.alpha.all().size(), 1U);
}

}  // namespace
}  // namespace berth
