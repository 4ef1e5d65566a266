// Taking it back, whatever state it is in.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

TEST(Cancel, BeforeAnythingHappened) {
  Story story;
  const std::string web = story.deploy("web");
  story.cancel(web, "dev");  // whoever asked may take it back
  story.run();
  EXPECT_EQ(story.status(web), "cancelled");
  EXPECT_EQ(story.alpha.calls_of("create"), 0);
  EXPECT_EQ(story.events(web).back(), "deployment.cancelled");
}

TEST(Cancel, IsNotForOthers) {
  Story story;
  const std::string web = story.deploy("web");
  EXPECT_THROW(story.cancel(web, "bob"), Refusal);
  EXPECT_THROW(story.cancel(web, ""), Refusal);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_THROW(story.cancel(web, "ann"), Refusal);  // it has ended
}

TEST(Cancel, WhileTheCreateIsInFlightDestroysWhatItMade) {
  Story story;
  std::string web;
  story.alpha.creates.push_back(meanwhile([&] { story.cancel(web); }));
  web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "cancelled");
  EXPECT_EQ(story.alpha.all().size(), 1U);
  EXPECT_EQ(story.live_machines(), 0);
}

TEST(Cancel, OfAnIntentThatNobodyAskedForYetMakesNothing) {
  Story story;
  Fault busy = refused(ErrorCode::rate_limited);
  busy.answer->retry_after_ms = 30'000;
  story.alpha.creates.push_back(busy);
  const std::string web = story.deploy("web");
  story.step();
  ASSERT_EQ(story.attempts(web).at(0).status, AttemptStatus::intended);
  story.cancel(web);
  story.run();
  EXPECT_TRUE(story.alpha.all().empty());
  EXPECT_EQ(story.attempts(web).at(0).status, AttemptStatus::gone);
}

TEST(Cancel, WhileItBootsAloneDestroysTheServer) {
  Story story;
  const std::string web = story.deploy("web");
  story.pass(6'000);
  ASSERT_EQ(story.live_machines(), 1);
  story.cancel(web);
  story.run();
  EXPECT_EQ(story.status(web), "cancelled");
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_TRUE(story.servers().empty());
  EXPECT_EQ(story.audit(web).at(0).status, "user_cancelled");
}

TEST(Cancel, NeverTakesABootingServerFromOthersWhoWait) {
  Story story;
  story.alpha.forget("cx33");
  story.beta.catalogue.clear();
  const std::string web = story.deploy("web");
  story.step();
  const std::string api = story.deploy("api", 2, 4, 40);
  story.step();
  ASSERT_EQ(story.status(api), "provisioning");
  story.cancel(web);
  story.run();
  EXPECT_EQ(story.status(web), "cancelled");
  EXPECT_EQ(story.status(api), "succeeded");
  EXPECT_EQ(story.live_machines(), 1);
}

TEST(Cancel, WhileItDeploysEndsTheCommandAndKeepsTheServer) {
  Story story;
  std::string web;
  bool asked_to_end = false;
  story.commands.scripts.push_back([&](const std::function<bool()>& cancelled) {
    story.cancel(web);
    for (int i = 0; i < 10 && !asked_to_end; ++i) asked_to_end = cancelled();
    CommandResult result = exited(143);
    result.cancelled = asked_to_end;
    return result;
  });
  web = story.deploy("web");
  story.run();
  EXPECT_TRUE(asked_to_end);
  EXPECT_EQ(story.status(web), "cancelled");
  EXPECT_EQ(story.live_machines(), 1);
  EXPECT_TRUE(story.holds("web").empty());
}

TEST(Cancel, TooLateIsASuccess) {
  Story story;
  std::string web;
  story.commands.scripts.push_back([&](const std::function<bool()>&) {
    story.cancel(web);
    return exited(0);
  });
  web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
}

TEST(Retry, PlacesItAgainUnderItsId) {
  Story story;
  story.alpha.every_create = story.beta.every_create = out_of_stock();
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.status(web), "insufficient_capacity");
  story.alpha.every_create.reset();
  story.clock.pass(3 * 60'000);
  story.retry(web);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.server_of(web).instance_type, "cx33");
  EXPECT_EQ(story.audit(web).front().status, "succeeded");
  EXPECT_THROW(story.retry(web), Refusal);
}

}  // namespace
}  // namespace berth
