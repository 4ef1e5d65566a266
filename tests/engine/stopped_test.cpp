// A server that is ready is looked at again: does it run, and where is it?
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/reconcile.hpp"
#include "engine/refresh.hpp"
#include "story.hpp"

namespace berth {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Stopped : public testing::Test {
 protected:
  void SetUp() override {
    web = story.deploy("web");
    story.run();
    id = story.server_of(web).vendor_id;
  }
  void shows(ServerState state, const std::string& detail = "") {
    story.alpha.set_state(id, state, detail);
    EXPECT_TRUE(story.reap());
  }
  Server server() { return story.servers().at(0); }
  std::vector<EventRecord> told(const std::string& type) {
    std::vector<EventRecord> found;
    for (const EventRecord& event : story.event_records(""))
      if (event.type == type && event.deployment_id.empty()) found.push_back(event);
    return found;
  }

  Story story;
  std::string web, id;
};

// It stayed ready, and the next application was placed there.
TEST_F(Stopped, TakesNothingNewAndIsToldOnceWithWhatItCosts) {
  shows(ServerState::stopped, "off");
  EXPECT_EQ(server().status, ServerStatus::stopped);
  EXPECT_TRUE(story.reap());
  ASSERT_EQ(told("server.stopped").size(), 1U);
  const EventRecord event = told("server.stopped")[0];
  EXPECT_EQ(event.recipients, std::vector<std::string>{"ann"});
  EXPECT_TRUE(has(event.message, "alpha shows it as off")) << event.message;
  EXPECT_TRUE(has(event.message, "billed all the same, for 12.00 USD a month")) << event.message;
  const auto of_web = story.events(web);
  EXPECT_EQ(std::count(of_web.begin(), of_web.end(), "server.stopped"), 1);
  const std::string api = story.deploy("api", 0.5, 0.5, 5);
  story.run();
  EXPECT_NE(story.server_of(api).vendor_id, id);
  EXPECT_EQ(story.alpha.calls_of("destroy"), 0);
}

TEST_F(Stopped, CostsNoCallMoreThanThePassDoesAnyway) {
  EXPECT_TRUE(story.reap("alpha"));
  const int calls = story.alpha.calls_of("");
  EXPECT_TRUE(story.reap("alpha"));
  const int of_a_pass = story.alpha.calls_of("") - calls;
  story.alpha.set_state(id, ServerState::stopped);
  EXPECT_TRUE(story.reap("alpha"));
  EXPECT_EQ(story.alpha.calls_of("") - calls, 2 * of_a_pass);
}

TEST_F(Stopped, CountsInTheQuota) {
  story.settings.organizations[0].max_servers = 1;
  shows(ServerState::stopped);
  const std::string api = story.deploy("api", 0.5, 0.5, 5);
  story.run();
  EXPECT_EQ(story.status(api), "denied");
  EXPECT_EQ(story.code(api), "quota_exceeded");
}

TEST_F(Stopped, TakesDeploymentsWhenItRunsAgain) {
  shows(ServerState::stopped);
  shows(ServerState::running);
  EXPECT_EQ(server().status, ServerStatus::ready);
  EXPECT_EQ(told("server.running").size(), 1U);
  EXPECT_EQ(story.attempts(web)[0].failure, "");
  const std::string api = story.deploy("api", 0.5, 0.5, 5);
  story.run();
  EXPECT_EQ(story.server_of(api).vendor_id, id);
}

TEST_F(Stopped, StaysDrainingWhenItRunsAgain) {
  drain_server(story.parts(), server().name, true, "ann");
  shows(ServerState::stopped);
  shows(ServerState::running);
  EXPECT_EQ(server().status, ServerStatus::draining);
}

TEST_F(Stopped, OnItsWayDownTakesNothingEither) {
  shows(ServerState::stopping, "shutting-down");
  EXPECT_EQ(server().status, ServerStatus::stopped);
  shows(ServerState::pending, "starting");
  EXPECT_EQ(server().status, ServerStatus::stopped) << "it does not run before it says so";
}

TEST_F(Stopped, IsNotGivenBackByTheScaleDownPolicy) {
  story.settings.scale_down.idle_ms = 3'600'000;
  release(story.parts(), "acme", "web", "ann");
  shows(ServerState::stopped);
  keep_reaping(story.parts());
  story.pass(24LL * 3'600'000);
  EXPECT_EQ(story.live_machines(), 1) << "whoever stopped it knows why";
  remove_server(story.parts(), server().name, {false}, "ann");
  story.run();
  EXPECT_EQ(story.live_machines(), 0);
}

// A list that was asked for before the server was ready says nothing of it.
TEST_F(Stopped, InAListOfBeforeItWasReadyItIsNot) {
  AccountQuestion question;
  story.look([&](const LedgerView& view) {
    question = question_about(story.parts(), view, "alpha");
  });
  ASSERT_EQ(question.ready.size(), 1U);
  question.ready.clear();
  Found found;
  found.complete = true;
  found.servers.emplace_back();
  found.servers.back().server_id = id;
  found.servers.back().state = ServerState::stopped;
  story.parts().ledger.write([&](LedgerTransaction& tx) {
    refresh_ready(story.parts(), tx, question, found);
  });
  EXPECT_EQ(server().status, ServerStatus::ready);
}

// The next deploy command got the old address.
TEST_F(Stopped, WithAnotherAddressIsFoundThereAndItsHostKeyStays) {
  story.parts().ledger.write([&](LedgerTransaction& tx) {
    Server row = tx.server(server().id).value();
    row.host_key = "ssh-ed25519 AAAA";
    tx.save(row);
  });
  const std::string before = server().public_ipv4;
  story.alpha.set_address(id, "10.0.9.9");
  EXPECT_TRUE(story.reap());
  EXPECT_EQ(server().public_ipv4, "10.0.9.9");
  EXPECT_EQ(server().host_key, "ssh-ed25519 AAAA");
  ASSERT_EQ(told("server.address_changed").size(), 1U);
  EXPECT_TRUE(has(told("server.address_changed")[0].message,
                  "is at 10.0.9.9 now, and not at " + before));
  const std::string api = story.deploy("api", 0.5, 0.5, 5);
  story.run();
  EXPECT_EQ(FakeProcesses::variable(story.commands.ran.back(), "BERTH_SERVER_IP"), "10.0.9.9");
  EXPECT_TRUE(story.reap());
  EXPECT_EQ(told("server.address_changed").size(), 1U);
}

TEST_F(Stopped, WhoseAddressIsNotToldKeepsTheOneItHad) {
  const std::string before = server().public_ipv4;
  story.alpha.set_address(id, "");
  EXPECT_TRUE(story.reap());
  EXPECT_EQ(server().public_ipv4, before);
}

// "Terminated, because ..." became "lost", without a reason.
TEST_F(Stopped, ForGoodByItsCloudIsLostAtOnceWithTheReason) {
  story.alpha.tells_gone = true;
  story.alpha.set_state(id, ServerState::gone, "terminated: Server.SpotInstanceTermination");
  keep_reaping(story.parts());
  story.step();
  ASSERT_EQ(told("server.lost").size(), 1U);
  EXPECT_TRUE(has(told("server.lost")[0].message, "Server.SpotInstanceTermination"))
      << told("server.lost")[0].message;
  EXPECT_FALSE(server().reachable);
  EXPECT_TRUE(has(story.attempts(web)[0].failure, "Server.SpotInstanceTermination"));
}

}  // namespace
}  // namespace berth
