// A create whose answer is lost: looked up, never guessed.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

TEST(UnknownOutcome, AServerThatIsThereIsAdopted) {
  Story story;
  story.alpha.creates.push_back(lost_answer());
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  EXPECT_EQ(story.alpha.all().size(), 1U);
  EXPECT_EQ(story.server_of(web).vendor_id, "alpha-1");
}

TEST(UnknownOutcome, OnlyTwoLooksASettlingTimeApartBeyondTheCallTimeOutMakeASecondCreate) {
  Story story;
  story.alpha.creates.push_back(lost_request());
  const std::string web = story.deploy("web");
  story.step();
  const std::int64_t asked = story.clock.now().boot_ms;
  story.pass(59'000);
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  EXPECT_GE(story.alpha.calls_of("find"), 1);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 2);
  ASSERT_EQ(story.alpha.all().size(), 1U);
  const FakeServer server = story.alpha.all()[0];
  EXPECT_GE(server.born_ms - asked, 60'000);
  // The same attempt and candidate: a vendor that knows the token makes no second one.
  EXPECT_EQ(server.attempt, story.attempts(web).at(0).id);
  EXPECT_EQ(server.candidate, 0);
  EXPECT_EQ(story.attempts(web).size(), 1U);
}

// The wait was measured by the wall clock: set forward in the middle, it ended at once, and then a
// create that came late was the second server of its attempt.
TEST(UnknownOutcome, AClockSetForwardDoesNotShortenTheWait) {
  Story story;
  story.alpha.creates.push_back(late_success(30'000));
  const std::string web = story.deploy("web");
  story.step();
  story.clock.jump(5 * 3'600'000);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  EXPECT_EQ(story.alpha.all().size(), 1U);
}

TEST(UnknownOutcome, AClockSetBackDoesNotProlongTheWait) {
  Story story;
  story.alpha.creates.push_back(lost_request());
  const std::string web = story.deploy("web");
  story.step();
  const std::int64_t asked = story.clock.now().boot_ms;
  story.clock.jump(-5 * 3'600'000);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  ASSERT_EQ(story.alpha.all().size(), 1U);
  EXPECT_LT(story.alpha.all()[0].born_ms - asked, 120'000);
}

TEST(UnknownOutcome, ASettlingTimeLongerThanTheCallIsKept) {
  Story story;
  story.settings.provisioning.settle_ms = 90'000;
  story.alpha.creates.push_back(lost_request());
  const std::string web = story.deploy("web");
  story.step();
  const std::int64_t asked = story.clock.now().boot_ms;
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_GE(story.alpha.all().at(0).born_ms - asked, 90'000);
}

TEST(UnknownOutcome, APartialListIsNeverTakenForAbsence) {
  Story story;
  story.alpha.creates.push_back(lost_answer());
  Glance partial;
  partial.partial = true;
  story.alpha.finds.assign(6, partial);
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  EXPECT_EQ(story.alpha.all().size(), 1U);
}

TEST(UnknownOutcome, ALookThatFailsSaysNothing) {
  Story story;
  story.alpha.creates.push_back(lost_answer());
  Glance blind;
  blind.answer = failure(ErrorCode::unavailable, Effect::none, "502");
  story.alpha.finds.assign(4, blind);
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
}

TEST(UnknownOutcome, ALateSuccessWithinTheWaitIsAdopted) {
  Story story;
  story.alpha.creates.push_back(late_success(30'000));
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.all().size(), 1U);
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
}

TEST(UnknownOutcome, ALateSuccessThatNobodyWaitsForIsDestroyed) {
  Story story;
  story.alpha.creates.push_back(late_success(30'000));
  const std::string web = story.deploy("web");
  story.step();
  story.cancel(web);
  story.run();
  EXPECT_EQ(story.status(web), "cancelled");
  ASSERT_EQ(story.alpha.all().size(), 1U);
  EXPECT_EQ(story.live_machines(), 0);
}

// It was absent twice, was given up, and came after all while that was still watched.
TEST(UnknownOutcome, EvenOneThatComesAfterItWasGivenUp) {
  Story story;
  story.alpha.creates.push_back(late_success(80'000));
  const std::string web = story.deploy("web");
  story.step();
  story.cancel(web);
  story.run();
  ASSERT_EQ(story.alpha.all().size(), 1U);
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_EQ(story.attempts(web).at(0).status, AttemptStatus::gone);
}

// Whatever carried the attempt was destroyed unseen: a server could come and go, and be paid for,
// without a word in the ledger.
TEST(UnknownOutcome, WhatWasGivenUpIsDestroyedOnlyOnceItsIdIsCommitted) {
  Story story;
  story.alpha.creates.push_back(lost_answer());
  Glance stale;
  stale.stale = true;
  story.alpha.finds.assign(2, stale);  // so it is given up, and is there
  const std::string web = story.deploy("web");
  story.step();
  story.cancel(web);
  Fault noticed;
  std::string committed;
  noticed.during = [&] { committed = story.attempts(web).at(0).vendor_id; };
  story.alpha.destroys.push_back(noticed);
  story.run();
  EXPECT_EQ(story.alpha.calls_of("destroy"), story.alpha.calls_of("destroy alpha-1"));
  EXPECT_EQ(committed, "alpha-1");
  EXPECT_EQ(story.servers(true).at(0).vendor_id, "alpha-1");
  EXPECT_NE(story.journal.text().find("alpha made server alpha-1 after all"), std::string::npos);
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_EQ(story.attempts(web).at(0).status, AttemptStatus::gone);
}

TEST(UnknownOutcome, WhatWasGivenUpAndCameTwiceIsDestroyedTwice) {
  Story story;
  Fault twice = lost_answer();
  twice.copies = 2;
  story.alpha.creates.push_back(twice);
  Glance stale;
  stale.stale = true;
  story.alpha.finds.assign(2, stale);
  const std::string web = story.deploy("web");
  story.step();
  story.cancel(web);
  story.run();
  EXPECT_EQ(story.alpha.all().size(), 2U);
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_EQ(story.alpha.calls_of("destroy"),
            story.alpha.calls_of("destroy alpha-1") + story.alpha.calls_of("destroy alpha-2"));
}

TEST(UnknownOutcome, ADuplicateOfOneAttemptIsDestroyed) {
  Story story;
  Fault twice;
  twice.copies = 2;
  story.alpha.creates.push_back(twice);
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.all().size(), 2U);
  ASSERT_EQ(story.alpha.live().size(), 1U);
  EXPECT_EQ(story.alpha.live()[0].id, story.server_of(web).vendor_id);
}

TEST(UnknownOutcome, AnAccountWhoseCreatesOnlyGetLostDoesNotUseUpTheTimeOfTheOthers) {
  Story story;
  for (int i = 0; i < 20; ++i) story.alpha.creates.push_back(lost_request());
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
  EXPECT_EQ(story.server_of(web).vendor_id, "beta-1");
  EXPECT_EQ(story.alpha.calls_of("create"), 2);
  ASSERT_EQ(story.attempts(web).size(), 2U);
  EXPECT_EQ(story.attempts(web)[0].status, AttemptStatus::gone);
  EXPECT_NE(story.attempts(web)[0].failure.find("No server came of it"), std::string::npos);
  EXPECT_EQ(story.live_machines(), 1);
}

TEST(UnknownOutcome, WithoutAnotherAccountTheSameOneIsAskedAgain) {
  Story story;
  story.settings.accounts[1].active = false;
  for (int i = 0; i < 3; ++i) story.alpha.creates.push_back(lost_request());
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
  EXPECT_EQ(story.server_of(web).vendor_id, "alpha-1");
}

// A server that was made by the lost create and was terminated since: it is not there.
TEST(UnknownOutcome, AServerThatIsGoneAgainIsAbsent) {
  Story story;
  story.alpha.creates.push_back(lost_answer());
  story.alpha.creates.push_back(out_of_stock());
  story.alpha.tells_gone = true;
  const std::string web = story.deploy("web");
  story.step();
  story.alpha.vanish("alpha-1");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
  EXPECT_EQ(story.live_machines(), 1);
}

}  // namespace
}  // namespace berth
