// What waiting costs: one batched look per account.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

TEST(Waiting, LooksOncePerAccountHoweverManyServersBoot) {
  Story story;
  story.alpha.forget("cx43");
  story.beta.catalogue.clear();
  for (int i = 0; i < 5; ++i) story.deploy("app" + std::to_string(i), 3, 6, 60);
  story.run();
  EXPECT_EQ(story.alpha.live().size(), 5U);
  // 20 s of booting, a look every 5 s and one early: not five times that.
  EXPECT_LE(story.alpha.calls_of("find"), 7);
  EXPECT_EQ(story.beta.calls_of("find"), 0);
}

TEST(Waiting, LooksAtOnceWhereTheCloudSaysThatTheServerRuns) {
  Story story;
  story.alpha.boot_ms = 0;
  const std::string web = story.deploy("web");
  story.step();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("find"), 1);
}

TEST(Waiting, BelievesThatAServerRunsOnlyWhenItAnswersTheProbe) {
  Story story;
  story.alpha.boot_ms = 0;
  story.network.deaf = {"10.0.0.1"};
  const std::string web = story.deploy("web");
  story.step();
  ASSERT_EQ(story.alpha.live().at(0).address, "10.0.0.1");
  EXPECT_EQ(story.status(web), "provisioning");
  story.network.deaf.clear();
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
}

TEST(Waiting, NeedsNoLookWhereNothingIsProbedAndTheCreateToldAll) {
  Story story;
  story.settings.provisioning.ready = ReadyWhen::running;
  story.alpha.boot_ms = 0;
  const std::string web = story.deploy("web");
  story.step();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("find"), 0);
  const Server server = story.server_of(web);
  EXPECT_EQ(server.status, ServerStatus::ready);
  EXPECT_EQ(server.vendor_id, story.alpha.live().at(0).id);
  EXPECT_EQ(server.public_ipv4, story.alpha.live().at(0).address);
  EXPECT_EQ(story.audit(web).at(0).vendor_id, server.vendor_id);
  EXPECT_EQ(story.audit(web).at(0).status, "succeeded");
}

TEST(Waiting, EveryWaitNamesWhatItWaitsFor) {
  Story story;
  const std::string web = story.deploy("web");
  story.step();
  EXPECT_EQ(story.status(web), "provisioning");
  EXPECT_NE(story.deployment(web).reason.find("to be ready"), std::string::npos);
  const std::string again = story.deploy("web");
  story.step();
  EXPECT_EQ(story.code(again), "waiting_for_deployment");
  EXPECT_NE(story.deployment(again).reason.find(web), std::string::npos);
}

TEST(Waiting, ABrokenLookIsRepeatedAndCostsNoServer) {
  Story story;
  Glance blind;
  blind.answer = failure(ErrorCode::unavailable, Effect::none, "<html>502</html>");
  story.alpha.finds.assign(5, blind);
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.all().size(), 1U);
}

// A look that showed the server did not take back the one before, so that two old lists with a true
// one between them destroyed a server that was on its way.
TEST(Waiting, OnlyLooksInARowCountAsAbsence) {
  Story story;
  story.alpha.boot_ms = 90'000;
  Glance old;
  old.stale = true;
  const Glance truth;
  story.alpha.finds = {old, truth, truth, truth, truth, truth, old};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.attempts(web).size(), 1U);
  EXPECT_EQ(story.alpha.all().size(), 1U);
}

TEST(Waiting, AStepForOneDeploymentLeavesTheOthersAlone) {
  Story story;
  const std::string web = story.deploy("web");
  const std::string api = story.deploy("api");
  story.step(Scope{web});
  EXPECT_EQ(story.status(web), "provisioning");
  EXPECT_EQ(story.status(api), "placing");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
}

}  // namespace
}  // namespace berth
