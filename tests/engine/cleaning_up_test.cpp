// Servers on their way out.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

TEST(CleaningUp, ADestroyIsRepeatedUntilTheCloudSaysTheServerIsGone) {
  Story story;
  story.alpha.boots.push_back(Boot::fails);
  story.alpha.ignored_destroys = 3;
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.alpha.calls_of("destroy alpha-1"), 4);
  EXPECT_TRUE(story.alpha.live().empty());
  EXPECT_EQ(story.status(web), "succeeded");
}

TEST(CleaningUp, AFailedDestroyIsTriedAgainAndOutlivesItsDeployment) {
  Story story;
  story.alpha.destroys = {refused(ErrorCode::unavailable), lost_request(), lost_answer()};
  const std::string web = story.deploy("web");
  story.pass(6'000);
  story.cancel(web);
  story.run();
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_EQ(story.attempts(web).at(0).status, AttemptStatus::gone);
  EXPECT_EQ(story.servers(true).at(0).status, ServerStatus::gone);
}

TEST(CleaningUp, APartialListDoesNotMakeAServerGone) {
  Story story;
  story.alpha.ignored_destroys = 2;
  const std::string web = story.deploy("web");
  story.pass(6'000);
  story.cancel(web);
  Glance partial;
  partial.partial = true;
  story.alpha.finds.assign(8, partial);
  story.run();
  EXPECT_EQ(story.live_machines(), 0);
}

TEST(CleaningUp, OneStaleListDoesNotMakeAServerGoneWhoseDestroyWasRefused) {
  Story story;
  story.alpha.destroys = {refused(ErrorCode::unavailable)};
  const std::string web = story.deploy("web");
  story.pass(6'000);
  story.cancel(web);
  Glance stale;
  stale.stale = true;
  story.alpha.finds = {stale};
  story.run();
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_EQ(story.attempts(web).at(0).status, AttemptStatus::gone);
}

TEST(CleaningUp, AServerThatIsBeingDestroyedStillCountsForTheQuota) {
  Story story;
  story.settings.organizations[0].max_servers = 1;
  story.alpha.boots.push_back(Boot::fails);
  story.alpha.ignored_destroys = 100;
  const std::string web = story.deploy("web");
  story.run(300'000);
  EXPECT_EQ(story.status(web), "denied");
  EXPECT_EQ(story.code(web), "quota_exceeded");
  EXPECT_EQ(story.beta.calls_of("create"), 0);
}

}  // namespace
}  // namespace berth
