// A server that is on its way is taken back: `servers remove` answered "is booting already".
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

constexpr const char* wrong_offer = "alpha/r1//cx43/on_demand";

void take_back(Story& story, const std::string& server, bool force = false) {
  remove_server(story.parts(), server, {force}, "ann");
}

AttemptRecord attempt_of(Story& story, const std::string& server) {
  AttemptRecord found;
  story.look([&](const LedgerView& view) {
    const auto row = view.server(server);
    if (row) found = view.attempt(row->attempt_id).value_or(AttemptRecord{});
  });
  return found;
}

/// Nothing lives, nothing counts, and the order is the reason, whatever happened on the way.
void expect_cancelled(Story& story, const std::string& server) {
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_TRUE(story.servers().empty());
  const AttemptRecord attempt = attempt_of(story, server);
  EXPECT_EQ(attempt.status, AttemptStatus::gone);
  EXPECT_EQ(attempt.failure_code, "removed");
  EXPECT_EQ(attempt.failure, "Removed by ann.");
  const AuditRecord record = story.audit("").at(0);
  EXPECT_EQ(record.status, "user_cancelled");
  EXPECT_EQ(record.failure_reason, "Removed by ann.");
}

TEST(TakenBack, BeforeAnythingWasAskedForNothingIsBought) {
  Story story;
  const std::string server = story.buy(wrong_offer);
  EXPECT_THROW(remove_server(story.parts(), server, {true}, "dev"), Refusal);
  take_back(story, server);
  story.run();
  EXPECT_EQ(story.alpha.calls_of("create"), 0);
  expect_cancelled(story, server);
  EXPECT_EQ(story.events("").back(), "server.removed");
}

TEST(TakenBack, WhileTheCreateIsUnderWayWhatItMakesIsDestroyed) {
  Story story;
  std::string server;
  story.alpha.creates.push_back(meanwhile([&] { take_back(story, server); }));
  server = story.buy(wrong_offer);
  story.run();
  EXPECT_EQ(story.alpha.all().size(), 1U);
  expect_cancelled(story, server);
}

// Its list does not show yet what the create has just answered.
TEST(TakenBack, WhileTheCreateIsUnderWayItsAnswerCountsAlsoWhereAListLagsBehind) {
  Story story;
  std::string server;
  story.alpha.creates.push_back(meanwhile([&] { take_back(story, server); }));
  for (int i = 0; i < 30; ++i) story.alpha.finds.push_back({.stale = true});
  server = story.buy(wrong_offer);
  story.run();
  EXPECT_EQ(story.alpha.all().size(), 1U);
  expect_cancelled(story, server);
}

TEST(TakenBack, WhileACreateIsUnderWayThatIsRefusedIsOverAtOnce) {
  Story story;
  std::string server;
  Fault no = out_of_stock();
  no.during = [&] { take_back(story, server); };
  story.alpha.creates.push_back(no);
  server = story.buy(wrong_offer);
  story.step();
  EXPECT_EQ(attempt_of(story, server).status, AttemptStatus::gone);
  story.run();
  EXPECT_EQ(story.alpha.calls_of("create"), 1) << "the next offer is not asked for";
  expect_cancelled(story, server);
}

TEST(TakenBack, WhileACreateIsUnderWayWhoseAnswerIsLost) {
  for (const Fault& fault : {lost_answer(), lost_request(), late_success(30'000)}) {
    Story story;
    std::string server;
    Fault lost = fault;
    lost.during = [&] { take_back(story, server); };
    story.alpha.creates.push_back(lost);
    server = story.buy(wrong_offer);
    story.run();
    expect_cancelled(story, server);
    EXPECT_EQ(story.alpha.calls_of("create"), 1);
  }
}

TEST(TakenBack, WhileBerthLooksWhatBecameOfACreateWhoseAnswerWasLost) {
  for (const Fault& fault : {lost_answer(), lost_request(), late_success(30'000)}) {
    Story story;
    story.alpha.creates.push_back(fault);
    story.alpha.finds = {{.partial = true}, {.partial = true}};
    const std::string server = story.buy(wrong_offer);
    story.step();
    ASSERT_EQ(attempt_of(story, server).status, AttemptStatus::requested);
    take_back(story, server);
    story.run();
    expect_cancelled(story, server);
    EXPECT_EQ(story.alpha.calls_of("create"), 1);
  }
}

TEST(TakenBack, WhereTheProcessDiesInTheCreateNothingLeaks) {
  for (const Fault& fault : {Fault{}, lost_answer(), lost_request(), late_success(30'000)}) {
    Story story;
    std::string server;
    Fault death = fault;
    death.during = [&] {
      story.become_another_process();  // it takes the server back …
      take_back(story, server);
      story.become_another_process();  // … and the one in the call dies in it
      story.die();
      story.become_another_process();
    };
    story.alpha.creates.push_back(death);
    server = story.buy(wrong_offer);
    story.run();
    expect_cancelled(story, server);
  }
}

TEST(TakenBack, AndTheProcessDiesInTheDestroyNothingLeaks) {
  Story story;
  const std::string server = story.buy(wrong_offer);
  story.pass(6'000);
  ASSERT_EQ(attempt_of(story, server).status, AttemptStatus::booting);
  story.alpha.destroys.push_back(meanwhile([&] { story.die(); }));
  take_back(story, server);
  story.run();
  expect_cancelled(story, server);
}

TEST(TakenBack, WhileItBoots) {
  Story story;
  const std::string server = story.buy(wrong_offer);
  story.pass(6'000);
  ASSERT_EQ(story.live_machines(), 1);
  take_back(story, server);
  story.run();
  expect_cancelled(story, server);
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
}

TEST(TakenBack, WhileItIsLookedAtWhetherItIsReady) {
  Story story;
  story.settings.provisioning.ready = ReadyWhen::marker;
  std::string server;
  bool taken = false;
  story.shell.answer = [&](const Login&) {
    if (!taken) take_back(story, server);
    taken = true;
    return ShellAnswer{true, 0, "berth: marker=yes\n", "ssh-ed25519 AAAA", ""};
  };
  server = story.buy(wrong_offer);
  story.run();
  EXPECT_TRUE(taken);
  expect_cancelled(story, server);
}

// It would buy the same again: the deployment that it was bought for ends, and says how to go on.
TEST(TakenBack, FromTheDeploymentThatItWasBoughtForEndsThat) {
  Story story;
  const std::string web = story.deploy("web");
  story.pass(6'000);
  const std::string server = story.server_of(web).id;
  try {
    take_back(story, server);
    FAIL() << "nobody insisted";
  } catch (const Refusal& refusal) {
    EXPECT_NE(std::string(refusal.what()).find("bought for deployment " + web), std::string::npos)
        << refusal.what();
    EXPECT_NE(std::string(refusal.what()).find("--force"), std::string::npos);
  }
  take_back(story, server, true);
  story.run();
  EXPECT_EQ(story.status(web), "cancelled");
  EXPECT_EQ(story.code(web), "server_removed");
  EXPECT_NE(story.deployment(web).reason.find("berth retry " + web), std::string::npos);
  EXPECT_EQ(story.audit(web).at(0).status, "user_cancelled");
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  EXPECT_TRUE(story.holds("web").empty());
  story.retry(web);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
}

TEST(TakenBack, FromADeploymentThatOnlySharesItSendsThatToOtherRoom) {
  Story story;
  const std::string server = story.buy(wrong_offer);
  story.step();
  const std::string web = story.deploy("web");
  story.step();
  ASSERT_EQ(story.deployment(web).server_id, server);
  EXPECT_THROW(take_back(story, server), Refusal);
  take_back(story, server, true);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_NE(story.deployment(web).server_id, server);
  EXPECT_EQ(attempt_of(story, server).status, AttemptStatus::gone);
  EXPECT_EQ(story.live_machines(), 1);
  bool told = false;
  for (const EventRecord& event : story.event_records(web))
    told = told || event.message.find("Removed by ann") != std::string::npos;
  EXPECT_TRUE(told);
}

// A ready server on which a deployment is under way stays until that is over.
TEST(TakenBack, IsNoServerThatIsReadyAndDeployedTo) {
  Story story;
  std::string web;
  bool refused = false;
  story.commands.scripts.push_back([&](const std::function<bool()>&) {
    try {
      take_back(story, story.server_of(web).id, true);
    } catch (const Refusal&) {
      refused = true;
    }
    return exited(0);
  });
  web = story.deploy("web");
  story.run();
  EXPECT_TRUE(refused);
  EXPECT_EQ(story.status(web), "succeeded");
}

}  // namespace
}  // namespace berth
