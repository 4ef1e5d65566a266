// A server is told to be destroyed when its cloud has answered that it is.
#include <gtest/gtest.h>

#include "engine/attempt.hpp"
#include "story.hpp"

namespace berth {
namespace {

Fault no_destroy(ErrorCode code) {
  Fault fault = refused(code);
  fault.answer->message = "delete protection is on";
  return fault;
}

std::string remove_server_of(Story& story, const std::string& deployment) {
  const std::string name = story.server_of(deployment).name;
  remove_server(story.parts(), name, {true}, "ann");
  return name;
}

AttemptStatus attempt_status(Story& story, const std::string& deployment) {
  return story.attempts(deployment).front().status;
}

// A list that hid a server ended it: no destroy was ever answered, and it was paid for on.
TEST(Destroyed, IsNoServerThatAListHidesBeforeItsDestroyWasAnswered) {
  Story story;
  const std::string web = story.deploy("web");
  story.run();
  for (int i = 0; i < 12; ++i) story.alpha.destroys.push_back(no_destroy(ErrorCode::unavailable));
  for (int i = 0; i < 12; ++i) story.alpha.finds.push_back({.stale = true});
  remove_server_of(story, web);
  story.pass(60'000);
  ASSERT_EQ(story.live_machines(), 1);
  EXPECT_EQ(attempt_status(story, web), AttemptStatus::destroying);
  for (const std::string& type : story.events(web)) EXPECT_NE(type, "server.destroyed");
  story.run();
  EXPECT_EQ(attempt_status(story, web), AttemptStatus::gone);
  EXPECT_EQ(story.live_machines(), 0);
}

// The task that destroys belongs to another deployment than the one that is driven.
TEST(Destroyed, IsNoServerWhoseDeploymentNobodyDrives) {
  Story story;
  story.alpha.finds.push_back({.stale = true});
  const std::string web = story.deploy("web");
  story.step({web});
  story.pass(3'000);
  story.cancel(web);
  const std::string api = story.deploy("api", 3, 6, 66);
  for (int i = 0; i < 40; ++i) story.alpha.finds.push_back({.stale = true});
  for (int i = 0; i < 120; ++i) {
    story.clock.pass(1'000);
    story.step({api});
  }
  for (const AttemptRecord& attempt : story.attempts(web))
    if (attempt.status == AttemptStatus::gone && !attempt.vendor_id.empty())
      EXPECT_TRUE(attempt.destroy_answered);
  story.run();
  EXPECT_EQ(story.live_machines(), 1);
}

// A delete protection was told to nobody, and `berth reap` waited for ten minutes.
TEST(CannotBeDestroyed, IsToldToTheAdminsOnceAndHoldsUpNoReap) {
  Story story;
  const std::string web = story.deploy("web");
  story.run();
  for (int i = 0; i < 200; ++i) story.alpha.destroys.push_back(no_destroy(ErrorCode::denied));
  remove_server_of(story, web);
  story.pass(60'000);
  int told = 0;
  for (const EventRecord& event : story.event_records(web))
    if (event.type == "server.undestroyable") {
      ++told;
      EXPECT_NE(event.message.find("delete protection is on"), std::string::npos);
      EXPECT_NE(event.message.find("12.00 USD a month"), std::string::npos) << event.message;
      EXPECT_EQ(event.recipients, std::vector<std::string>{"ann"});
    }
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(story.reap());
  EXPECT_EQ(story.live_machines(), 1);
  const std::string why = why_it_goes(story.attempts(web).front());
  EXPECT_EQ(why.find("Removed by ann. It is not destroyed yet: delete protection is on (refused "),
            0U)
      << why;
  EXPECT_EQ(story.attempts(web).front().failure, "Removed by ann.") << "the order stays the reason";
  story.alpha.destroys.clear();  // somebody took the protection away
  EXPECT_TRUE(story.reap());
  EXPECT_EQ(story.live_machines(), 0) << "whoever asks to reap has it tried at once";
}

// The answer to the destroy was lost, and it was asked for again and again for a minute.
TEST(Destroyed, ByACallWhoseAnswerWasLostIsSeenAtTheNextLook) {
  Story story;
  story.alpha.tells_gone = true;
  const std::string web = story.deploy("web");
  story.run();
  story.alpha.destroys.push_back(lost_answer());
  remove_server_of(story, web);
  const std::int64_t begin = story.clock.now().boot_ms;
  story.run();
  EXPECT_EQ(attempt_status(story, web), AttemptStatus::gone);
  EXPECT_LT(story.clock.now().boot_ms - begin, 20'000);
  EXPECT_EQ(story.attempts(web).front().failure, "Removed by ann.");
  bool told = false;
  for (const EventRecord& event : story.event_records(""))
    if (event.type == "server.reaped") {
      told = true;
      EXPECT_NE(event.message.find("Removed by ann."), std::string::npos) << event.message;
      EXPECT_EQ(event.message.find("connection"), std::string::npos) << "the order is the reason";
    }
  EXPECT_TRUE(told);
}

// A server that was removed soon after its create was gone only when that call could be over.
TEST(Destroyed, SoonAfterAnAnsweredCreateItIsGoneASettlingTimeLater) {
  Story story;
  story.settings.provisioning.settle_ms = 2'000;
  story.settings.provisioning.look_interval_ms = 1'000;
  const std::string web = story.deploy("web");
  story.pass(6'000);
  const std::int64_t begin = story.clock.now().boot_ms;
  story.cancel(web);
  story.run();
  EXPECT_EQ(attempt_status(story, web), AttemptStatus::gone);
  EXPECT_LT(story.clock.now().boot_ms - begin, story.settings.provisioning.call_timeout_ms / 2);
}

// "Terminated, because …" became "not listed any more", a minute later.
TEST(Terminated, AtTheFirstLookIsAFailedBootWithTheVendorsReason) {
  Story story;
  story.alpha.tells_gone = true;
  const std::string web = story.deploy("web");
  story.pass(2'000);
  story.alpha.vanish("alpha-1");
  story.run();
  ASSERT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.attempts(web)[0].failure_code, "boot_failed");
  EXPECT_NE(story.attempts(web)[0].failure.find("was terminated"), std::string::npos)
      << story.attempts(web)[0].failure;
}

}  // namespace
}  // namespace berth
