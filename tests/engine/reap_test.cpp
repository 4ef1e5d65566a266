// Nothing leaks: what a cloud has of ours and nobody owns, and what we have that no cloud shows.
#include <gtest/gtest.h>

#include <algorithm>

#include "story.hpp"

namespace berth {
namespace {

constexpr std::int64_t minute = 60'000, hour = 60 * minute;

class Reaping : public testing::Test {
 protected:
  std::vector<StrayRecord> strays() {
    std::vector<StrayRecord> found;
    story.look([&](const LedgerView& view) { found = view.strays(""); });
    return found;
  }
  ReapPassRecord last_pass(const std::string& account = "alpha") {
    ReapPassRecord pass;
    story.look([&](const LedgerView& view) { pass = view.reap_pass(account); });
    return pass;
  }
  bool lives(const std::string& id) {
    for (const FakeCloud* cloud : {&story.alpha, &story.beta})
      for (const FakeServer& server : cloud->live())
        if (server.id == id) return true;
    return false;
  }
  std::vector<EventRecord> told(const std::string& type) {
    std::vector<EventRecord> found;
    for (const EventRecord& event : story.event_records(""))
      if (event.type == type && event.deployment_id.empty()) found.push_back(event);
    return found;
  }
  /// `count` deployments, each with a server of its own.
  std::vector<std::string> fleet(int count) {
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i)
      ids.push_back(story.deploy("app" + std::to_string(i), 3, 6, 60));
    story.run();
    return ids;
  }
  static bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  Story story;
};

// --- a server that nobody owns -------------------------------------------------------------------

TEST_F(Reaping, AStrayOfAnUnknownAttemptIsDestroyedAndToldWithItsPrice) {
  const std::string id = story.alpha.plant("nobodys-attempt");
  EXPECT_TRUE(story.reap());
  EXPECT_FALSE(lives(id));
  EXPECT_TRUE(strays().empty());
  ASSERT_EQ(told("server.stray_found").size(), 1U);
  EXPECT_TRUE(has(told("server.stray_found")[0].message, "12.00 USD a month"))
      << told("server.stray_found")[0].message;
  ASSERT_EQ(told("server.reaped").size(), 1U);
  const EventRecord reaped = told("server.reaped")[0];
  EXPECT_TRUE(has(reaped.fields_json, "\"monthly_cost\":\"12.00\"")) << reaped.fields_json;
  EXPECT_TRUE(has(reaped.fields_json, "\"code\":\"unknown\"")) << reaped.fields_json;
  EXPECT_EQ(reaped.recipients, std::vector<std::string>{"ann"});
  EXPECT_EQ(story.pager.types().back(), "server.reaped");
}

TEST_F(Reaping, AnOwnedServerAndAStrangersAreLeftAlone) {
  fleet(2);
  const std::string other = story.alpha.plant("x", hour, "installation-two");
  const std::string unlabelled = story.alpha.plant("", hour, "");
  story.alpha.shows_strangers = true;
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(story.reap());
    story.pass(minute);
  }
  EXPECT_TRUE(lives(other));
  EXPECT_TRUE(lives(unlabelled));
  EXPECT_EQ(story.live_machines(), 4);
  EXPECT_EQ(story.alpha.calls_of("destroy"), 0);
  EXPECT_TRUE(told("server.stray_found").empty());
}

TEST_F(Reaping, ItsPriceMayBeUnknownAndThenThatIsSaid) {
  story.alpha.plant("x", hour, "installation-one", "discontinued");
  EXPECT_TRUE(story.reap());
  ASSERT_EQ(told("server.reaped").size(), 1U);
  EXPECT_TRUE(has(told("server.reaped")[0].message, "an unknown price"));
}

TEST_F(Reaping, OneThatIsSeenOnceAndIsGoneIsForgottenInSilence) {
  const std::string id = story.alpha.plant("x");
  keep_reaping(story.parts());
  story.step();
  ASSERT_EQ(strays().size(), 1U);
  EXPECT_EQ(strays()[0].times_seen, 1);
  story.alpha.vanish(id);
  story.pass(minute);
  EXPECT_TRUE(strays().empty());
  EXPECT_TRUE(told("server.stray_found").empty());
  EXPECT_EQ(story.alpha.calls_of("destroy"), 0);
}

TEST_F(Reaping, TwoSightingsAtOnceAreOne) {
  const std::string id = story.alpha.plant("x");
  for (int i = 0; i < 5; ++i) {
    ask_to_reap(story.parts(), "alpha", "");
    story.step({{}, true, "alpha"});
  }
  EXPECT_EQ(strays().at(0).times_seen, 1);
  EXPECT_TRUE(lives(id));
}

TEST_F(Reaping, AYoungOneIsLeftAloneUntilTheGraceIsOver) {
  const std::string id = story.alpha.plant("x", minute);
  EXPECT_TRUE(story.reap());
  EXPECT_TRUE(lives(id));
  EXPECT_EQ(told("server.stray_found").size(), 1U);  // people may know of it
  story.clock.pass(story.settings.reap.grace_ms);
  EXPECT_TRUE(story.reap());
  EXPECT_FALSE(lives(id));
}

TEST_F(Reaping, ASecondServerOfAReadyAttemptIsFound) {
  const std::string web = fleet(1).front();
  const std::string extra = story.alpha.plant(story.attempts(web).at(0).id);
  EXPECT_TRUE(story.reap());
  EXPECT_FALSE(lives(extra));
  EXPECT_TRUE(lives(story.server_of(web).vendor_id));
  EXPECT_EQ(story.status(web), "succeeded");
  // The audit's record of the attempt stays what it was.
  EXPECT_EQ(story.audit(web).at(0).status, "succeeded");
}

TEST_F(Reaping, ALateServerInTheAccountBeforeTheFailoverIsFound) {
  // Alpha loses the request and makes the server an hour later; then it is sold out.
  story.alpha.creates = {late_success(hour)};
  story.alpha.every_create = out_of_stock(StockScope::account);
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.server_of(web).account, "beta");
  EXPECT_TRUE(story.reap());
  story.clock.pass(hour + story.settings.reap.grace_ms);
  ASSERT_EQ(story.live_machines(), 2);
  EXPECT_TRUE(story.reap());
  EXPECT_EQ(story.live_machines(), 1);
  EXPECT_TRUE(lives(story.server_of(web).vendor_id));
  EXPECT_TRUE(has(told("server.stray_found").at(0).message, "went on to beta"))
      << told("server.stray_found").at(0).message;
}

TEST_F(Reaping, ALateServerOfAnAttemptThatEndedIsFound) {
  story.alpha.creates = {late_success(hour)};
  const std::string web = story.deploy("web");
  story.step();
  story.cancel(web);
  story.run();
  EXPECT_EQ(story.attempts(web).at(0).status, AttemptStatus::gone);
  story.clock.pass(hour + story.settings.reap.grace_ms);
  EXPECT_TRUE(story.reap());
  EXPECT_EQ(story.live_machines(), 0);
}

TEST_F(Reaping, AServerThatIsOnItsWayIsNoStray) {
  story.settings.reap.grace_ms = 1;
  story.alpha.creates = {lost_answer()};
  const std::string web = story.deploy("web");
  story.step();  // the outcome is unknown, and the server is there
  story.alpha.hides_sought = true;  // who looks for it does not get to see it; who lists all does
  for (int i = 0; i < 40; ++i) {
    ask_to_reap(story.parts(), "", "");
    story.pass(1000);
  }
  story.alpha.hides_sought = false;
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("destroy"), 0);
  EXPECT_EQ(story.live_machines(), 1);
}

TEST_F(Reaping, TwoAccountsOfOneProjectDoNotReapEachOther) {
  // The config has the same project twice: what alpha bought is in beta's list as well.
  const std::string web = fleet(1).front();
  story.settings.accounts[1].plugin = story.settings.accounts[0].plugin;
  const FakeServer bought = story.alpha.live().at(0);
  const std::string seen_there = story.beta.plant(bought.attempt);
  story.look([&](const LedgerView& view) { ASSERT_TRUE(view.attempt(bought.attempt)); });
  // Under its own id it would be the very same server.
  AttemptRecord attempt = story.attempts(web).at(0);
  attempt.vendor_id = seen_there;
  story.parts().ledger.write([&](LedgerTransaction& tx) { tx.save(attempt); });
  story.alpha.vanish(bought.id);
  ask_to_reap(story.parts(), "beta", "");
  story.reap("beta");
  EXPECT_TRUE(lives(seen_there));
}

TEST_F(Reaping, ADestroyThatFailsIsRepeatedUntilItIsGone) {
  const std::string id = story.alpha.plant("x");
  story.alpha.destroys = {refused(ErrorCode::unavailable), lost_request()};
  story.alpha.ignored_destroys = 2;
  EXPECT_TRUE(story.reap());
  EXPECT_FALSE(lives(id));
  EXPECT_GE(story.alpha.calls_of("destroy"), 5);
  EXPECT_EQ(told("server.reaped").size(), 1U);
}

// --- lists that do not tell all ------------------------------------------------------------------

TEST_F(Reaping, AFailedListIsNeverAnEmptyOne) {
  const auto ids = fleet(2);
  story.alpha.finds.assign(3, Glance{failure(ErrorCode::unavailable, Effect::none), false});
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(story.reap("alpha"));
    EXPECT_EQ(last_pass().outcome, "failed");
    story.clock.pass(minute);
  }
  for (const Server& server : story.servers()) EXPECT_TRUE(server.reachable);
  EXPECT_TRUE(told("server.lost").empty());
}

TEST_F(Reaping, APartialListIsNeverAnEmptyOne) {
  fleet(2);
  const std::string stray = story.alpha.plant("x");
  keep_reaping(story.parts());
  story.step();
  ASSERT_EQ(strays().size(), 1U);
  Glance partial;
  partial.partial = true;
  story.alpha.finds.assign(2, partial);
  ask_to_reap(story.parts(), "alpha", "");
  story.step({{}, true, "alpha"});
  EXPECT_EQ(last_pass().outcome, "partial");
  EXPECT_EQ(strays().size(), 1U);  // it is not shown, and still known
  for (const Server& server : story.servers()) EXPECT_TRUE(server.reachable);
  story.alpha.finds.clear();
  EXPECT_TRUE(story.reap());
  EXPECT_FALSE(lives(stray));
  EXPECT_EQ(last_pass().outcome, "done");
}

// --- the other direction -------------------------------------------------------------------------

TEST_F(Reaping, AServerThatTheCloudLostTakesNothingNewAndIsTold) {
  const std::string web = fleet(1).front();
  const Server server = story.server_of(web);
  story.alpha.vanish(server.vendor_id);
  EXPECT_TRUE(story.reap());
  EXPECT_FALSE(story.servers().at(0).reachable);
  ASSERT_EQ(told("server.lost").size(), 1U);
  EXPECT_EQ(told("server.lost")[0].recipients, std::vector<std::string>{"ann"});
  const auto of_web = story.events(web);
  EXPECT_EQ(std::count(of_web.begin(), of_web.end(), "server.lost"), 1);
  // It is no capacity any more: the next one gets a server of its own.
  const std::string api = story.deploy("api", 0.5, 0.5, 5);
  story.run();
  EXPECT_NE(story.server_of(api).id, server.id);
  // Told once, and on record until a person takes it out.
  EXPECT_TRUE(story.reap());
  EXPECT_EQ(told("server.lost").size(), 1U);
  remove_server(story.parts(), server.id, {true}, "ann");
  story.run();
  EXPECT_EQ(story.servers().size(), 1U);
}

TEST_F(Reaping, OneThatIsAbsentOnceIsNotLost) {
  const std::string web = fleet(1).front();
  const Server server = story.server_of(web);
  keep_reaping(story.parts());
  story.step();
  story.alpha.vanish(server.vendor_id);
  ask_to_reap(story.parts(), "alpha", "");
  story.step({{}, true, "alpha"});
  story.alpha.return_to_life(server.vendor_id);
  EXPECT_TRUE(story.reap());
  EXPECT_TRUE(story.servers().at(0).reachable);
  EXPECT_EQ(story.attempts(web).at(0).absent_looks, 0);
  EXPECT_TRUE(told("server.lost").empty());
}

TEST_F(Reaping, ALostOneThatIsBackTakesDeploymentsAgain) {
  const std::string web = fleet(1).front();
  const Server server = story.server_of(web);
  story.alpha.vanish(server.vendor_id);
  EXPECT_TRUE(story.reap());
  story.alpha.return_to_life(server.vendor_id);
  EXPECT_TRUE(story.reap());
  EXPECT_TRUE(story.servers().at(0).reachable);
  EXPECT_EQ(told("server.found").size(), 1U);
  EXPECT_EQ(story.alpha.calls_of("destroy"), 0);
}

TEST_F(Reaping, ItsDuplicateDoesNotHideThatTheServerIsLost) {
  const std::string web = fleet(1).front();
  const std::string extra = story.alpha.plant(story.attempts(web).at(0).id);
  story.alpha.vanish(story.server_of(web).vendor_id);
  EXPECT_TRUE(story.reap());
  EXPECT_FALSE(story.servers().at(0).reachable);
  EXPECT_FALSE(lives(extra));
}

// --- the breaker and the clock -------------------------------------------------------------------

TEST_F(Reaping, ManyStraysAtOnceTripTheBreakerAndAConfirmationGoesOn) {
  for (int i = 0; i < 4; ++i) story.alpha.plant("x" + std::to_string(i));
  EXPECT_TRUE(story.reap());
  EXPECT_EQ(story.live_machines(), 4);
  EXPECT_EQ(last_pass().outcome, "paused");
  EXPECT_TRUE(has(last_pass().sentence, "destroy 4 servers")) << last_pass().sentence;
  EXPECT_TRUE(has(last_pass().sentence, "berth reap --confirm")) << last_pass().sentence;
  ASSERT_EQ(told("reap.paused").size(), 1U);
  EXPECT_EQ(told("reap.paused")[0].recipients, std::vector<std::string>{"ann"});
  for (int i = 0; i < 3; ++i) {
    story.clock.pass(hour);
    EXPECT_TRUE(story.reap());
  }
  EXPECT_EQ(story.live_machines(), 4);
  EXPECT_EQ(told("reap.paused").size(), 1U);  // once, not at each pass
  EXPECT_TRUE(story.reap("", "ann"));
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_EQ(last_pass().outcome, "done");
}

TEST_F(Reaping, AConfirmationSpeaksForOnePassAndNotForLater) {
  EXPECT_TRUE(story.reap("", "ann"));
  for (int i = 0; i < 4; ++i) story.alpha.plant("x" + std::to_string(i));
  EXPECT_TRUE(story.reap());
  EXPECT_EQ(story.live_machines(), 4);
}

TEST_F(Reaping, AConfirmationHoldsForBothSightings) {
  for (int i = 0; i < 4; ++i) story.alpha.plant("x" + std::to_string(i));
  EXPECT_TRUE(story.reap("alpha", "ann"));
  EXPECT_EQ(story.live_machines(), 0);
}

TEST_F(Reaping, ThreeAreFewAndFourOfManyTooDoNotTripIt) {
  for (int i = 0; i < 3; ++i) story.alpha.plant("x" + std::to_string(i));
  EXPECT_TRUE(story.reap());
  EXPECT_EQ(story.live_machines(), 0);
  story.settings.organizations[0].max_servers = 20;
  fleet(8);
  for (int i = 0; i < 4; ++i) story.alpha.plant("y" + std::to_string(i));
  EXPECT_TRUE(story.reap());
  EXPECT_EQ(story.live_machines(), 8);
}

TEST_F(Reaping, AnotherProjectsTokenDoesNotLoseTheWholeFleet) {
  story.settings.organizations[0].max_servers = 20;
  fleet(5);
  for (const FakeServer& server : story.alpha.live()) story.alpha.vanish(server.id);
  EXPECT_TRUE(story.reap());
  EXPECT_EQ(last_pass().outcome, "paused");
  EXPECT_TRUE(has(last_pass().sentence, "give up 5 servers as lost")) << last_pass().sentence;
  for (const Server& server : story.servers()) EXPECT_TRUE(server.reachable);
  EXPECT_TRUE(story.reap("", "ann"));
  for (const Server& server : story.servers()) EXPECT_FALSE(server.reachable);
}

TEST_F(Reaping, AClockThatJumpedPausesItUntilSomebodyConfirms) {
  EXPECT_TRUE(story.reap());  // the clocks are noted
  const std::string id = story.alpha.plant("x", minute);
  story.clock.jump(2 * hour);  // now it looks two hours old
  EXPECT_TRUE(story.reap());
  EXPECT_TRUE(lives(id));
  EXPECT_EQ(last_pass().outcome, "paused");
  EXPECT_TRUE(has(last_pass().sentence, "set forward by 2h")) << last_pass().sentence;
  EXPECT_EQ(told("reap.paused").size(), 1U);
  story.clock.pass(hour);
  EXPECT_TRUE(story.reap());
  EXPECT_TRUE(lives(id));  // it stays so, though nothing jumped since
  EXPECT_EQ(told("reap.paused").size(), 1U);
  EXPECT_TRUE(story.reap("", "ann"));
  EXPECT_FALSE(lives(id));
}

TEST_F(Reaping, AClockThatJumpsBackPausesItToo) {
  EXPECT_TRUE(story.reap());
  story.clock.jump(-2 * minute);
  EXPECT_TRUE(story.reap());
  EXPECT_TRUE(has(last_pass().sentence, "set back by 2m")) << last_pass().sentence;
}

TEST_F(Reaping, AClockThatIsCorrectedALittleDoesNotPauseIt) {
  const std::string id = story.alpha.plant("x");
  EXPECT_TRUE(story.reap("beta"));
  story.clock.jump(30'000);
  EXPECT_TRUE(story.reap());
  story.clock.jump(-50'000);
  EXPECT_TRUE(story.reap());
  EXPECT_FALSE(lives(id));
  EXPECT_EQ(last_pass().outcome, "done");
}

// --- who does it, and who dies -------------------------------------------------------------------

TEST_F(Reaping, WhoeverRunsEverythingDoesItAtItsInterval) {
  const std::string first = story.alpha.plant("x");
  keep_reaping(story.parts());
  story.pass(minute);
  EXPECT_FALSE(lives(first));
  const int looks = story.alpha.calls_of("find");
  story.pass(hour);
  const int more = story.alpha.calls_of("find") - looks;
  EXPECT_GE(more, 5);
  EXPECT_LE(more, 8);
}

TEST_F(Reaping, OneAccountIsReapedAndTheOtherNotLookedAt) {
  story.alpha.plant("x");
  const std::string there = story.beta.plant("y");
  EXPECT_TRUE(story.reap("alpha"));
  EXPECT_EQ(story.alpha.live().size(), 0U);
  EXPECT_TRUE(lives(there));
  EXPECT_EQ(story.beta.calls_of("find"), 0);
  EXPECT_THROW(ask_to_reap(story.parts(), "gamma", ""), Refusal);
}

TEST_F(Reaping, DeathBetweenTheListAndTheDestroyLosesNothing) {
  const std::string id = story.alpha.plant("x");
  keep_reaping(story.parts());
  story.step();
  story.clock.pass(minute);
  Fault killed;
  killed.happens = false;
  killed.answer = failure(ErrorCode::unavailable, Effect::unknown);
  killed.during = [this] { story.die(); };
  story.alpha.destroys = {killed};
  try {
    story.step();
  } catch (const LedgerError&) {
  }
  EXPECT_TRUE(lives(id));
  story.run();  // the next process
  EXPECT_FALSE(lives(id));
  EXPECT_EQ(told("server.reaped").size(), 1U);
}

TEST_F(Reaping, DeathWhileTheListIsReadCountsForNothing) {
  const std::string id = story.alpha.plant("x");
  story.alpha.finds_happen = [this] {
    story.alpha.finds_happen = nullptr;
    story.die();
  };
  ask_to_reap(story.parts(), "alpha", "");
  try {
    story.step({{}, true, "alpha"});
  } catch (const LedgerError&) {
  }
  EXPECT_TRUE(strays().empty());
  EXPECT_TRUE(story.reap());
  EXPECT_FALSE(lives(id));
}

// It waited for the pass after that of the dead process, and that one was due at the next interval.
TEST_F(Reaping, WhoAsksWhileADeadProcessHasThePassDoesNotWaitForTheInterval) {
  story.alpha.plant("x");
  story.alpha.finds_happen = [this] {
    story.alpha.finds_happen = nullptr;
    story.die();
  };
  ask_to_reap(story.parts(), "alpha", "");
  try {
    story.step({{}, true, "alpha"});
  } catch (const LedgerError&) {
  }
  const std::int64_t begin = story.clock.now().boot_ms;
  EXPECT_TRUE(story.reap("alpha"));
  EXPECT_LT(story.clock.now().boot_ms - begin, 2 * minute);
}

TEST_F(Reaping, TwoProcessesAtOnceDestroyEachStrayOnce) {
  const std::string id = story.alpha.plant("x");
  bool beside = false;
  story.alpha.finds_happen = [&] {
    if (beside) return;
    beside = true;  // the second one comes while the first one reads the list
    story.become_another_process();
    ask_to_reap(story.parts(), "alpha", "");
    story.step({{}, true, "alpha"});
    story.become_another_process();
  };
  EXPECT_TRUE(story.reap());
  EXPECT_FALSE(lives(id));
  EXPECT_EQ(told("server.stray_found").size(), 1U);
  EXPECT_EQ(told("server.reaped").size(), 1U);
}

TEST_F(Reaping, AFullDiskLeavesItAsItWas) {
  const std::string id = story.alpha.plant("x");
  keep_reaping(story.parts());
  story.full_disk = 1;
  EXPECT_THROW(story.step(), LedgerError);
  EXPECT_TRUE(story.reap());
  EXPECT_FALSE(lives(id));
}

TEST_F(Reaping, AnAccountThatLeftTheConfigIsNamed) {
  fleet(1);
  story.settings.accounts.erase(story.settings.accounts.begin());
  story.look([&](const LedgerView& view) {
    const auto accounts = accounts_to_reap(story.parts(), view);
    EXPECT_EQ(accounts, (std::vector<std::string>{"beta", "alpha"}));
  });
}

}  // namespace
}  // namespace berth
