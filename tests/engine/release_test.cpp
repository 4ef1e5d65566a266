// Room that is given back: what runs there is stopped first.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

constexpr std::int64_t hour = 3'600'000;

struct Releasing : testing::Test {
  Releasing() { story.settings.deploy.release_command = {"stop"}; }

  /// The commands that ran, by their first words.
  std::vector<std::string> ran() {
    std::vector<std::string> words;
    for (const Command& command : story.commands.ran) words.push_back(command.argv.at(0));
    return words;
  }
  std::string deployed(const std::string& application, std::int64_t ttl_ms = 0) {
    DeployRequest request;
    request.organization = "acme";
    request.application = application;
    request.millicores = 2000;
    request.memory_mib = 4096;
    request.disk_mib = 51200;
    if (ttl_ms > 0) request.ttl_ms = ttl_ms;
    const std::string id = story.deploy(request);
    story.run();
    EXPECT_EQ(story.status(id), "succeeded");
    return id;
  }
  std::vector<AskedRelease> let_go(Force force = Force::no) {
    return release(story.parts(), "acme", "web", "ann", false, force);
  }
  void next_command_exits(int code, const std::string& output = "") {
    story.commands.scripts.push_back([=](const auto&) { return exited(code, output); });
  }
  std::string last_message(const std::string& id) {
    return story.event_records(id).back().message;
  }

  Story story;
};

// "its room is free again", while the application went on running in it.
TEST_F(Releasing, AnApplicationIsStoppedBeforeItsRoomIsFree) {
  const std::string web = deployed("web");
  const auto asked = let_go();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_FALSE(asked[0].released.given_back);
  ASSERT_EQ(story.holds("web").size(), 1U);
  EXPECT_EQ(story.holds("web")[0].releasing, "released");
  const Room used = story.servers()[0].used;
  EXPECT_EQ(used.millicores, 2000);
  story.run();
  EXPECT_TRUE(story.holds("web").empty());
  EXPECT_EQ(ran(), (std::vector<std::string>{"deploy", "stop"}));
  const Command& stop = story.commands.ran[1];
  for (const char* name :
       {"BERTH_DEPLOYMENT_ID", "BERTH_ORGANIZATION", "BERTH_APPLICATION", "BERTH_SERVER_IP",
        "BERTH_SSH_USER", "BERTH_SSH_PORT", "BERTH_CPU_CORES"})
    EXPECT_EQ(FakeProcesses::variable(stop, name),
              FakeProcesses::variable(story.commands.ran[0], name));
  EXPECT_EQ(FakeProcesses::variable(stop, "BERTH_RELEASE"), "released");
  EXPECT_EQ(stop.withheld, std::vector<std::string>{"CLOUD_TOKEN"});
  EXPECT_EQ(stop.timeout_ms, 5 * 60'000);
  EXPECT_EQ(story.events(web).back(), "application.released");
  EXPECT_NE(last_message(web).find("was stopped by its release command"), std::string::npos);
}

TEST_F(Releasing, WithoutAReleaseCommandItIsSaidWhatStillRuns) {
  story.settings.deploy.release_command.clear();
  const std::string web = deployed("web");
  const auto asked = let_go();
  EXPECT_TRUE(asked.at(0).released.given_back);
  EXPECT_TRUE(asked.at(0).released.still_runs);
  EXPECT_NE(asked[0].released.sentence.find("still runs on " + story.server_of(web).name +
                                            " (10.0.0.1)"),
            std::string::npos)
      << asked[0].released.sentence;
  EXPECT_TRUE(story.holds("web").empty());
}

TEST_F(Releasing, ThatFailsKeepsTheRoomSaysSoAndIsTriedAgain) {
  const std::string web = deployed("web");
  let_go();
  next_command_exits(7, "no such unit");
  next_command_exits(7, "no such unit");
  story.step();
  ASSERT_EQ(story.holds("web").size(), 1U);
  const HoldRecord hold = story.holds("web")[0];
  EXPECT_EQ(hold.release_tries, 1);
  EXPECT_EQ(hold.command_exit, 7);
  EXPECT_NE(hold.release_problem.find("exited with 7. It wrote last: no such unit"),
            std::string::npos)
      << hold.release_problem;
  EXPECT_NE(hold.release_problem.find("berth release --org acme --app web"), std::string::npos);
  EXPECT_EQ(story.events(web).back(), "application.release_failed");
  // Nobody else is placed into it.
  const std::string api = story.deploy("api", 3, 6, 60);
  story.pass(3'000);
  EXPECT_NE(story.deployment(api).server_id, story.deployment(web).server_id);
  story.pass(60'000);
  EXPECT_TRUE(story.holds("web").empty());
  const auto events = story.events(web);
  EXPECT_EQ(std::count(events.begin(), events.end(), "application.release_failed"), 1);
}

TEST_F(Releasing, ForceGivesTheRoomBackAnyway) {
  const std::string web = deployed("web");
  for (int i = 0; i < 5; ++i) next_command_exits(1);
  let_go();
  story.step();
  EXPECT_EQ(story.holds("web").size(), 1U);
  EXPECT_TRUE(let_go(Force::yes).at(0).released.given_back);
  EXPECT_TRUE(story.holds("web").empty());
  EXPECT_NE(last_message(web).find("may still run on"), std::string::npos);
  story.run();
  EXPECT_EQ(ran(), (std::vector<std::string>{"deploy", "stop"}));
}

TEST_F(Releasing, ForceEndsACommandThatADeadProcessLeft) {
  deployed("web");
  story.commands.scripts.push_back([&](const auto&) {
    story.die();
    return exited(0);
  });
  let_go();
  while (story.commands.ran.size() < 2) story.step();
  EXPECT_FALSE(let_go(Force::yes).at(0).released.given_back);
  story.run();
  EXPECT_TRUE(story.holds("web").empty());
  EXPECT_EQ(story.commands.log, (std::vector<std::string>{"run 1001", "run 1002", "end 1002"}));
}

TEST_F(Releasing, OfADeadProcessIsRunAgain) {
  deployed("web");
  story.commands.scripts.push_back([&](const auto&) {
    story.die();
    return exited(0);  // it ran on, and nobody was there to hear it
  });
  let_go();
  story.run();
  EXPECT_TRUE(story.holds("web").empty());
  EXPECT_EQ(story.commands.log,
            (std::vector<std::string>{"run 1001", "run 1002", "end 1002", "run 1003"}));
}

// Whatever commit is the last one that a process makes, the next one ends what was begun.
TEST_F(Releasing, SurvivesADeathAtEachCommit) {
  for (int last = 1; last < 8; ++last) {
    Story other;
    other.settings.deploy.release_command = {"stop"};
    other.deploy("web");
    other.run();
    release(other.parts(), "acme", "web", "ann");
    int commits = 0;
    other.at_commit = [&](const LedgerView&) {
      if (++commits == last) throw LedgerError(LedgerProblem::full, "the disk is full");
    };
    try {
      other.step();
    } catch (const LedgerError&) {
    }
    other.die();
    other.run();
    EXPECT_TRUE(other.holds("web").empty()) << last;
    int stops = 0;
    for (const Command& command : other.commands.ran) stops += command.argv[0] == "stop" ? 1 : 0;
    EXPECT_GE(stops, 1) << last;
  }
}

// The lease was over, and the next one was placed into memory that was in use.
TEST_F(Releasing, AnExpiredOneIsStoppedFirst) {
  const std::string review = deployed("review", 2 * hour);
  next_command_exits(3);
  story.pass(2 * hour + 1000);
  EXPECT_EQ(story.holds("review").at(0).releasing, "expired");
  EXPECT_EQ(story.holds("review")[0].release_tries, 1);
  story.pass(10'000);
  EXPECT_TRUE(story.holds("review").empty());
  EXPECT_EQ(story.events(review).back(), "application.released");
  EXPECT_EQ(FakeProcesses::variable(story.commands.ran.back(), "BERTH_RELEASE"), "expired");
}

// It ran at both places, and the old one was called free.
TEST_F(Releasing, AMovedOneIsStoppedWhereItWas) {
  const std::string first = deployed("web");
  const std::string second = story.deploy("web", 6, 12, 100);
  story.run();
  EXPECT_EQ(story.status(second), "succeeded");
  ASSERT_EQ(story.holds("web").size(), 1U);
  EXPECT_EQ(story.holds("web")[0].deployment_id, second);
  EXPECT_EQ(ran(), (std::vector<std::string>{"deploy", "deploy", "stop"}));
  EXPECT_EQ(FakeProcesses::variable(story.commands.ran[2], "BERTH_SERVER_ID"),
            story.deployment(first).server_id);
  EXPECT_EQ(FakeProcesses::variable(story.commands.ran[2], "BERTH_RELEASE"), "moved");
}

TEST_F(Releasing, OneThatStaysIsNotStopped) {
  deployed("web");
  const std::string second = story.deploy("web", 1, 2, 20);
  story.run();
  EXPECT_EQ(story.status(second), "succeeded");
  EXPECT_EQ(ran(), (std::vector<std::string>{"deploy", "deploy"}));
  EXPECT_EQ(story.holds("web").size(), 1U);
}

TEST_F(Releasing, WhatAFailedDeploymentStartedIsStopped) {
  next_command_exits(1, "it runs, and does not answer");
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "deploy_failed");
  EXPECT_EQ(ran(), (std::vector<std::string>{"deploy", "stop"}));
  EXPECT_TRUE(story.holds("web").empty());
  story.retry(web);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.holds("web").size(), 1U);
  EXPECT_EQ(ran(), (std::vector<std::string>{"deploy", "stop", "deploy"}));
}

TEST_F(Releasing, AFailedRedeploymentStopsNothingOfTheOneThatRuns) {
  const std::string first = deployed("web");
  next_command_exits(1);
  const std::string second = story.deploy("web", 1, 2, 20);
  story.run();
  EXPECT_EQ(story.status(second), "deploy_failed");
  EXPECT_EQ(ran(), (std::vector<std::string>{"deploy", "deploy"}));
  ASSERT_EQ(story.holds("web").size(), 1U);
  EXPECT_EQ(story.holds("web")[0].deployment_id, first);
}

TEST_F(Releasing, ADeploymentOfTheSameApplicationWaitsForItAndTakesItsPlace) {
  deployed("web");
  next_command_exits(1);
  let_go();
  const std::string second = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(second), "succeeded");
  // The deployment was never stopped by what was meant for the one before.
  story.pass(hour);
  ASSERT_EQ(story.holds("web").size(), 1U);
  EXPECT_EQ(story.holds("web")[0].deployment_id, second);
  EXPECT_EQ(story.holds("web")[0].releasing, "");
  const auto words = ran();
  EXPECT_EQ(std::find(std::find(words.begin() + 1, words.end(), "deploy"), words.end(), "stop"),
            words.end());
}

TEST_F(Releasing, AServerThatIsGivenBackStopsWhatRunsThereFirst) {
  story.settings.scale_down.max_age_ms = 2 * hour;
  story.settings.scale_down.drain_ms = hour;
  const std::string web = deployed("web");
  next_command_exits(1);
  keep_reaping(story.parts());
  story.pass(4 * hour);
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_TRUE(story.holds("web").empty());
  EXPECT_EQ(ran(), (std::vector<std::string>{"deploy", "stop", "stop"}));
  const auto events = story.events(web);
  EXPECT_NE(std::find(events.begin(), events.end(), "application.release_failed"), events.end());
}

TEST_F(Releasing, NothingIsStoppedOnALostServer) {
  const std::string web = deployed("web");
  story.alpha.vanish(story.alpha.live().at(0).id);
  keep_reaping(story.parts());
  story.pass(hour);
  let_go();
  EXPECT_TRUE(story.holds("web").empty());
  EXPECT_EQ(ran(), (std::vector<std::string>{"deploy"}));
  EXPECT_NE(last_message(web).find("is lost"), std::string::npos) << last_message(web);
}

TEST_F(Releasing, ACommandThatIsNotTrustedIsNotRun) {
  deployed("web");
  story.commands.broken = {"stop"};
  let_go();
  story.step();
  EXPECT_NE(story.holds("web").at(0).release_problem.find("cannot be run: there is no file stop"),
            std::string::npos);
  EXPECT_EQ(ran(), (std::vector<std::string>{"deploy"}));
  story.commands.broken.clear();
  story.pass(hour);
  EXPECT_TRUE(story.holds("web").empty());
}

TEST_F(Releasing, TheApplicationsOwnCommandGoesBeforeTheGeneralOne) {
  ApplicationSettings web;
  web.name = "web";
  web.release_command = {"halt"};
  story.settings.organizations[0].applications = {web};
  deployed("web");
  let_go();
  story.run();
  EXPECT_EQ(ran(), (std::vector<std::string>{"deploy", "halt"}));
}

// A ledger that went back does not know what was deployed there since.
TEST_F(Releasing, OfItselfStopsNothingWhileTheLedgerIsPaused) {
  deployed("web", 2 * hour);
  story.alpha.plant("k3v7m2qh5tnczx4wd6rjypb2ae");  // a later state of the ledger bought it
  story.reap();
  story.pass(3 * hour);
  EXPECT_EQ(story.holds("web").at(0).releasing, "expired");
  EXPECT_EQ(ran(), (std::vector<std::string>{"deploy"}));
  let_go();  // a person knows what runs there
  story.step();
  EXPECT_TRUE(story.holds("web").empty());
  EXPECT_EQ(ran(), (std::vector<std::string>{"deploy", "stop"}));
}

TEST_F(Releasing, WhoAskedIsNamed) {
  const std::string web = deployed("web");
  let_go();
  story.run();
  EXPECT_NE(story.event_records(web).back().fields_json.find("\"by\":\"ann\""), std::string::npos);
}

}  // namespace
}  // namespace berth
