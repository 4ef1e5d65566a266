// The same application again.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

TEST(Redeploy, StaysOnItsServerWhereItStillFits) {
  Story story;
  story.alpha.forget("cx33");
  story.beta.catalogue.clear();
  const std::string first = story.deploy("web");
  story.run();
  story.add_server("own", 64, 256, 2000);  // emptier, and no reason to move
  const std::string second = story.deploy("web", 3, 6, 60);
  story.run();
  EXPECT_EQ(story.status(second), "succeeded");
  EXPECT_EQ(story.deployment(second).server_id, story.deployment(first).server_id);
  ASSERT_EQ(story.holds("web").size(), 1U);
  EXPECT_EQ(story.holds("web")[0].room, (Room{3000, 6144, 61440}));
  EXPECT_EQ(story.holds("web")[0].deployment_id, second);
}

TEST(Redeploy, MovesWhereItNoLongerFitsAndGivesTheOldRoomBack) {
  Story story;
  const std::string first = story.deploy("web");
  story.run();
  const std::string second = story.deploy("web", 6, 12, 100);
  story.run();
  EXPECT_EQ(story.status(second), "succeeded");
  EXPECT_NE(story.deployment(second).server_id, story.deployment(first).server_id);
  ASSERT_EQ(story.holds("web").size(), 1U);
  EXPECT_EQ(story.holds("web")[0].server_id, story.deployment(second).server_id);
}

TEST(Redeploy, KeepsWhatItHadWhenTheNewOneFails) {
  Story story;
  const std::string first = story.deploy("web");
  story.run();
  story.commands.scripts.push_back([](const auto&) { return exited(1, "no such image"); });
  const std::string second = story.deploy("web", 6, 12, 100);
  story.run();
  EXPECT_EQ(story.status(second), "deploy_failed");
  ASSERT_EQ(story.holds("web").size(), 1U);
  EXPECT_EQ(story.holds("web")[0].deployment_id, first);
  EXPECT_TRUE(story.holds("web")[0].active);
}

TEST(Redeploy, TwoAtOnceGoOneAfterTheOther) {
  Story story;
  const std::string first = story.deploy("web");
  const std::string second = story.deploy("web", 1, 2, 20);
  story.run();
  EXPECT_EQ(story.status(first), "succeeded");
  EXPECT_EQ(story.status(second), "succeeded");
  EXPECT_EQ(story.live_machines(), 1);
  ASSERT_EQ(story.holds("web").size(), 1U);
  EXPECT_EQ(story.holds("web")[0].deployment_id, second);
}

TEST(Release, GivesTheRoomBackAndTheServerStays) {
  Story story;
  const std::string web = story.deploy("web");
  story.run();
  release(story.parts(), "acme", "web", "dev");
  EXPECT_TRUE(story.holds("web").empty());
  EXPECT_EQ(story.live_machines(), 1);
  EXPECT_THROW(release(story.parts(), "acme", "web", "dev"), Refusal);
  const std::string api = story.deploy("api", 3, 6, 60);
  story.run();
  EXPECT_EQ(story.deployment(api).server_id, story.deployment(web).server_id);
}

TEST(Release, IsRefusedWhileADeploymentIsUnderWay) {
  Story story;
  story.deploy("web");
  story.step();
  EXPECT_THROW(release(story.parts(), "acme", "web", "dev"), Refusal);
}

TEST(Ttl, ReleasesTheRoomByItself) {
  Story story;
  DeployRequest request;
  request.organization = "acme";
  request.application = "review";
  request.millicores = 2000;
  request.memory_mib = 4096;
  request.disk_mib = 51200;
  request.ttl_ms = 2 * 3'600'000;
  const std::string review = story.deploy(request);
  story.run();
  ASSERT_EQ(story.holds("review").size(), 1U);
  story.pass(2 * 3'600'000 - 60'000);
  EXPECT_EQ(story.holds("review").size(), 1U);
  story.pass(120'000);
  EXPECT_TRUE(story.holds("review").empty());
  EXPECT_EQ(story.events(review).back(), "application.released");
  EXPECT_EQ(story.status(review), "succeeded");
}

TEST(Ttl, StartsAnewWithEachDeployment) {
  Story story;
  DeployRequest request;
  request.organization = "acme";
  request.application = "review";
  request.millicores = 1000;
  request.memory_mib = 1024;
  request.disk_mib = 20480;
  request.ttl_ms = 3'600'000;
  story.deploy(request);
  story.run();
  story.pass(3'000'000);
  story.deploy(request);
  story.run();
  story.pass(3'000'000);
  EXPECT_EQ(story.holds("review").size(), 1U);
  story.pass(700'000);
  EXPECT_TRUE(story.holds("review").empty());
}

}  // namespace
}  // namespace berth
