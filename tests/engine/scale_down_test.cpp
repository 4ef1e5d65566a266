// What the organization gives back: idle, old and used-up servers; and what never is.
#include <gtest/gtest.h>

#include <algorithm>

#include "story.hpp"

namespace berth {
namespace {

constexpr std::int64_t minute = 60'000, hour = 60 * minute, day = 24 * hour;

class ScalingDown : public testing::Test {
 protected:
  ScaleDownRules& rules() { return story.settings.scale_down; }
  /// One server with `application` on it.
  std::string placed(const std::string& application = "web") {
    const std::string id = story.deploy(application, 3, 6, 60);
    story.run();
    return id;
  }
  void give_room_back(const std::string& application = "web") {
    release(story.parts(), "acme", application, "dev");
  }
  void live_on(std::int64_t ms) {
    keep_reaping(story.parts());
    story.pass(ms);
  }
  ServerStatus status() { return story.servers(true).at(0).status; }
  std::vector<std::string> types() {
    std::vector<std::string> found;
    for (const EventRecord& event : story.event_records("")) found.push_back(event.type);
    return found;
  }
  bool told(const std::string& type) {
    const auto all = types();
    return std::find(all.begin(), all.end(), type) != all.end();
  }

  Story story;
};

TEST_F(ScalingDown, NothingIsGivenBackUnlessItIsConfigured) {
  placed();
  give_room_back();
  live_on(40 * day);
  EXPECT_EQ(story.live_machines(), 1);
  EXPECT_EQ(status(), ServerStatus::ready);
}

TEST_F(ScalingDown, AnIdleServerIsDestroyedAndItsMoneyTold) {
  rules().idle_ms = hour;
  const std::string web = placed();
  give_room_back();
  live_on(50 * minute);
  EXPECT_EQ(story.live_machines(), 1);
  live_on(2 * hour);
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_EQ(status(), ServerStatus::gone);
  std::string message;
  for (const EventRecord& event : story.event_records(""))
    if (event.type == "server.reaped") message = event.message;
  EXPECT_NE(message.find("12.00 USD a month"), std::string::npos) << message;
  EXPECT_NE(message.find("(idle)"), std::string::npos) << message;
  const AuditRecord record = story.audit(web).at(0);
  EXPECT_EQ(record.status, "succeeded");
  EXPECT_EQ(record.failure_code, "idle");
}

TEST_F(ScalingDown, OneThatIsInUseStaysForEver) {
  rules().idle_ms = hour;
  placed();
  live_on(3 * day);
  EXPECT_EQ(story.live_machines(), 1);
}

TEST_F(ScalingDown, UseInBetweenBeginsTheHourAnew) {
  rules().idle_ms = 2 * hour;
  placed();
  give_room_back();
  live_on(100 * minute);
  // Between two passes somebody comes and goes.
  const std::string api = story.deploy("api");
  story.step();
  EXPECT_EQ(story.status(api), "succeeded");
  release(story.parts(), "acme", "api", "dev");
  live_on(100 * minute);
  EXPECT_EQ(story.live_machines(), 1);
  live_on(2 * hour);
  EXPECT_EQ(story.live_machines(), 0);
}

TEST_F(ScalingDown, TheHourThatIsPaidForIsUsedUp) {
  rules().idle_ms = minute;
  story.settings.reap.every_ms = minute;
  placed();  // ready after some 20 s
  give_room_back();
  live_on(45 * minute);
  EXPECT_EQ(story.live_machines(), 1);
  live_on(8 * minute);
  EXPECT_EQ(story.live_machines(), 0);
}

TEST_F(ScalingDown, WhoPaysByTheSecondDoesNotWait) {
  rules().idle_ms = minute;
  story.settings.reap.every_ms = minute;
  for (Offer& offer : story.alpha.catalogue) offer.billing_step_s = 1;
  placed();
  give_room_back();
  live_on(5 * minute);
  EXPECT_EQ(story.live_machines(), 0);
}

TEST_F(ScalingDown, SomeAreKept) {
  rules().idle_ms = hour;
  rules().keep = 1;
  for (const char* one : {"a", "b", "c"}) story.deploy(one, 3, 6, 60);
  story.run();
  for (const char* one : {"a", "b", "c"}) give_room_back(one);
  live_on(day);
  EXPECT_EQ(story.live_machines(), 1);
}

TEST_F(ScalingDown, AServerOfOnesOwnIsNeverTouched) {
  rules().idle_ms = minute;
  rules().max_age_ms = hour;
  rules().max_uses = 1;
  story.add_server("own", 8, 16, 160);
  live_on(40 * day);
  EXPECT_EQ(story.servers().at(0).status, ServerStatus::ready);
}

TEST_F(ScalingDown, AnExpiredServerDrainsAndGoesWhenItIsEmpty) {
  rules().max_age_ms = day;
  const std::string web = placed();
  const std::int64_t lease = story.attempts(web).at(0).expires_unix_ms;
  EXPECT_EQ(lease, story.attempts(web).at(0).created_unix_ms + day);
  EXPECT_EQ(story.alpha.live().at(0).expires_unix_ms, lease);  // the cloud knows it as well
  live_on(23 * hour);
  EXPECT_EQ(status(), ServerStatus::ready);
  live_on(2 * hour);
  EXPECT_EQ(status(), ServerStatus::draining);
  EXPECT_TRUE(told("server.draining"));
  EXPECT_EQ(story.live_machines(), 1);
  live_on(30 * day);  // without `drain` what runs there stays
  EXPECT_EQ(story.live_machines(), 1);
  EXPECT_EQ(story.holds("web").size(), 1U);
  give_room_back();
  live_on(hour);
  EXPECT_EQ(story.live_machines(), 0);
}

TEST_F(ScalingDown, WhoeverIsStillThereAfterTheDrainLosesItsRoom) {
  rules().max_age_ms = day;
  rules().drain_ms = 2 * hour;
  const std::string web = placed();
  live_on(day + hour);
  EXPECT_EQ(status(), ServerStatus::draining);
  live_on(2 * hour);
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_TRUE(story.holds("web").empty());
  const auto of_web = story.events(web);
  EXPECT_EQ(std::count(of_web.begin(), of_web.end(), "application.released"), 1);
}

TEST_F(ScalingDown, WithoutAMaxAgeThereIsNoLease) {
  const std::string web = placed();
  EXPECT_EQ(story.attempts(web).at(0).expires_unix_ms, 0);
  EXPECT_EQ(story.alpha.live().at(0).expires_unix_ms, 0);
}

TEST_F(ScalingDown, AUsedUpServerTakesNothingNewFromThatMomentOn) {
  rules().max_uses = 1;
  const std::string web = placed();
  // No pass has seen it yet, and there is room for both.
  const std::string api = story.deploy("api", 0.5, 0.5, 5);
  story.run();
  EXPECT_NE(story.server_of(api).id, story.server_of(web).id);
  give_room_back("web");
  give_room_back("api");
  live_on(hour);
  EXPECT_EQ(story.live_machines(), 0);
}

TEST_F(ScalingDown, AServerThatWasPlacedOnWhileItWasIdleIsNotDestroyed) {
  rules().idle_ms = hour;
  for (Offer& offer : story.alpha.catalogue) offer.billing_step_s = 1;
  placed();
  give_room_back();
  live_on(50 * minute);
  ASSERT_EQ(story.live_machines(), 1);
  story.clock.pass(20 * minute);  // its time has come; but somebody is there first
  bool asked = false;
  story.commands.scripts.push_back([&](const std::function<bool()>&) {
    story.become_another_process();  // the reaper, while the deploy command runs
    asked = true;
    ask_to_reap(story.parts(), "", "");
    story.step({{}, true, ""});
    story.become_another_process();
    return exited(0);
  });
  const std::string api = story.deploy("api", 1, 1, 10);
  story.step({api});
  EXPECT_TRUE(asked);
  EXPECT_EQ(story.status(api), "succeeded");
  EXPECT_EQ(story.server_of(api).status, ServerStatus::ready);
  EXPECT_EQ(story.alpha.calls_of("destroy"), 0);
}

TEST_F(ScalingDown, NotEvenTheEndOfTheDrainDestroysUnderADeployment) {
  rules().max_age_ms = day;
  rules().drain_ms = minute;
  placed();
  give_room_back();
  live_on(day - 10 * minute);
  story.clock.pass(9 * minute);
  story.commands.scripts.push_back([&](const std::function<bool()>&) {
    story.become_another_process();
    for (int i = 0; i < 5; ++i) {
      story.clock.pass(hour);
      ask_to_reap(story.parts(), "", "");
      story.step({{}, true, ""});
    }
    story.become_another_process();
    return exited(0);
  });
  const std::string api = story.deploy("api", 1, 1, 10);
  story.step({api});
  EXPECT_EQ(story.status(api), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("destroy"), 0);
}

TEST_F(ScalingDown, ABootingServerThatSomebodyWaitsForStays) {
  rules().idle_ms = 1;
  rules().max_age_ms = 1;
  rules().max_uses = 1;
  keep_reaping(story.parts());
  const std::string web = story.deploy("web", 3, 6, 60);
  for (int i = 0; i < 10; ++i) {
    ask_to_reap(story.parts(), "", "");
    story.pass(1000);
  }
  EXPECT_EQ(story.alpha.calls_of("destroy"), 0);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
}

TEST_F(ScalingDown, WhoWaitedForAServerGetsItThoughItIsUsedUpByThat) {
  rules().max_uses = 1;
  story.settings.provisioning.ready = ReadyWhen::running;  // a look is enough to join
  const std::string web = story.deploy("web", 3, 6, 60);
  story.step();
  // Somebody else sees it join, and decides before the deployment does.
  for (int i = 0; i < 60; ++i) {
    ask_to_reap(story.parts(), "", "");
    story.step({{}, true, ""});
    story.clock.pass(1000);
  }
  EXPECT_EQ(story.servers().at(0).status, ServerStatus::ready);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
}

TEST_F(ScalingDown, WhoWaitedForAServerGetsItThoughAPersonDrainsIt) {
  story.settings.provisioning.ready = ReadyWhen::running;  // a look is enough to join
  const std::string web = story.deploy("web", 3, 6, 60);
  story.step();
  for (int i = 0; i < 60; ++i) {
    ask_to_reap(story.parts(), "", "");
    story.step({{}, true, ""});
    story.clock.pass(1000);
  }
  drain_server(story.parts(), story.servers().at(0).id, true, "ann");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
}

TEST_F(ScalingDown, WhatSomebodyElseRunsThereIsUseToo) {
  rules().idle_ms = hour;
  const std::string web = placed();
  const std::string server = story.server_of(web).id;
  give_room_back();
  story.parts().ledger.write([&](LedgerTransaction& tx) {
    tx.save_report(server, {500, 512, 1024}, std::nullopt, std::nullopt, 1);
  });
  live_on(day);
  EXPECT_EQ(story.live_machines(), 1);
}

TEST_F(ScalingDown, ADrainedServerThatWasBoughtGoesWhenItIsEmpty) {
  const std::string web = placed();
  const std::string server = story.server_of(web).id;
  EXPECT_THROW(drain_server(story.parts(), server, true, "bob"), Refusal);
  drain_server(story.parts(), server, true, "ann");
  live_on(hour);
  EXPECT_EQ(story.live_machines(), 1);  // web runs there
  drain_server(story.parts(), server, false, "ann");
  give_room_back();
  live_on(hour);
  EXPECT_EQ(story.live_machines(), 1);  // it was taken back
  drain_server(story.parts(), server, true, "ann");
  live_on(hour);
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_TRUE(told("server.reaped"));
}

TEST_F(ScalingDown, AClockThatJumpedGivesNothingBack) {
  rules().idle_ms = hour;
  rules().max_age_ms = 30 * day;
  placed();
  give_room_back();
  live_on(minute);
  story.clock.jump(40 * day);
  live_on(3 * hour);
  EXPECT_EQ(story.live_machines(), 1);
  EXPECT_EQ(status(), ServerStatus::ready);
  story.clock.jump(-40 * day);
  EXPECT_TRUE(story.reap("", "ann"));
  live_on(2 * hour);
  EXPECT_EQ(story.live_machines(), 0);
}

TEST_F(ScalingDown, ADisabledServerIsLeftToWhoDisabledIt) {
  rules().idle_ms = hour;
  placed();
  give_room_back();
  Server server = story.servers().at(0);
  server.enabled = false;
  story.parts().ledger.write([&](LedgerTransaction& tx) { tx.save(server); });
  live_on(day);
  EXPECT_EQ(story.live_machines(), 1);
}

}  // namespace
}  // namespace berth
