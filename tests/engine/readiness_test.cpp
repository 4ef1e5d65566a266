// From "the cloud says it runs" to a server of the fleet: each stage has its time, and who waits is
// told what for.
#include <gtest/gtest.h>

#include "aws/judge.hpp"
#include "engine/ready_check.hpp"
#include "story.hpp"

namespace berth {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

ShellAnswer wrote(const std::string& lines) {
  return {true, 0, lines, "ssh-ed25519 AAAAkey", ""};
}

Story& ready_by_marker(Story& story) {
  story.settings.provisioning.ready = ReadyWhen::marker;
  return story;
}

TEST(Readiness, AServerJoinsWhenItsUserDataHasEnded) {
  Story story;
  ready_by_marker(story);
  int asked = 0;
  story.shell.answer = [&](const Login&) {
    return wrote(++asked < 4 ? "berth: marker=no\n" : "berth: marker=yes\nberth: cores=4\n");
  };
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(asked, 4);
  EXPECT_EQ(story.server_of(web).host_key, "ssh-ed25519 AAAAkey");
  EXPECT_EQ(story.alpha.all().size(), 1U);
}

TEST(Readiness, TheMarkerIsTheAttemptsOwnAndComesAfterTheUsersPart) {
  Story story;
  ready_by_marker(story);
  story.settings.accounts[0].user_data = "#cloud-config\npackages: [git]\n";
  const std::string web = story.deploy("web");
  story.run();
  const std::string attempt = story.attempts(web)[0].id;
  const std::string sent = story.alpha.all().at(0).user_data;
  EXPECT_EQ(sent.find("#cloud-config-archive\n"), 0U);
  EXPECT_LT(sent.find("packages: [git]"), sent.find("echo " + attempt));
  ASSERT_FALSE(story.shell.commands.empty());
  EXPECT_TRUE(has(story.shell.commands[0], "grep -qx '" + attempt + "'"));
}

TEST(Readiness, ACommandOfTheUserMustSucceed) {
  Story story;
  story.settings.provisioning.ready = ReadyWhen::command;
  story.settings.provisioning.ready_command = "test -e '/opt/ready'";
  int asked = 0;
  story.shell.answer = [&](const Login&) {
    return wrote(++asked < 3 ? "no agent\nberth: command=3\n" : "berth: command=0\n");
  };
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(asked, 3);
  EXPECT_TRUE(has(story.shell.commands[0], "sh -c 'test -e '\\''/opt/ready'\\'''"));
}

TEST(Readiness, NobodyLogsInWhereReachableIsEnough) {
  Story story;
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_TRUE(story.shell.logins.empty());
}

TEST(Readiness, WhereRunningIsEnoughNothingIsProbed) {
  Story story;
  story.settings.provisioning.ready = ReadyWhen::running;
  story.network.deaf = {"10.0.0.1"};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
}

TEST(Readiness, TheEndOfTheBootLogIsKeptWhenItNeverGetsReady) {
  Story story;
  ready_by_marker(story);
  story.shell.answer = [&](const Login& login) {
    return wrote(login.address == "10.0.0.1" ? "E: Unable to locate package jre\nberth: marker=no\n"
                                             : "berth: marker=yes\n");
  };
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  const AttemptRecord first = story.attempts(web)[0];
  EXPECT_EQ(first.failure_code, "not_ready_in_time");
  EXPECT_TRUE(has(first.failure, "was not ready within 240 s")) << first.failure;
  EXPECT_TRUE(has(first.failure, "Unable to locate package jre")) << first.failure;
  EXPECT_EQ(story.server_of(web).account, "beta") << "the next offer";
  EXPECT_TRUE(story.alpha.live().empty());
}

TEST(Readiness, EachStageHasATimeOfItsOwn) {
  Story story;
  story.settings.provisioning.tries = 3;
  story.alpha.boots = {Boot::never};
  story.network.deaf = {"10.0.1.1", "10.1.0.1", "10.0.0.2", "10.0.0.1"};
  const std::string web = story.deploy("web");
  const std::int64_t begin = story.clock.now().boot_ms;
  story.run();
  const auto attempts = story.attempts(web);
  ASSERT_GE(attempts.size(), 2U);
  EXPECT_TRUE(has(attempts[0].failure, "did not run within 120 s")) << attempts[0].failure;
  EXPECT_LT(story.clock.now().boot_ms - begin, 10 * 60'000);
}

TEST(Readiness, WhatIsNotReachableIsGivenUpBeforeTheWholeTimeIsGone) {
  Story story;
  story.network.deaf = {"10.0.0.1"};
  const std::string web = story.deploy("web");
  const std::int64_t begin = story.clock.now().boot_ms;
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_TRUE(has(story.attempts(web)[0].failure, "was not reachable within 90 s"))
      << story.attempts(web)[0].failure;
  EXPECT_LT(story.clock.now().boot_ms - begin, 3 * 60'000);
}

TEST(Readiness, AServerThatIsNotWhatWasBoughtIsGivenUpAtOnce) {
  Story story;
  ready_by_marker(story);
  story.shell.answer = [&](const Login& login) {
    return wrote(login.address == "10.0.0.1" ? "berth: marker=yes\nberth: cores=2\n"
                                             : "berth: marker=yes\n");
  };
  const std::string web = story.deploy("web");
  const std::int64_t begin = story.clock.now().boot_ms;
  story.run();
  const AttemptRecord first = story.attempts(web)[0];
  EXPECT_EQ(first.failure_code, "not_as_offered");
  EXPECT_TRUE(has(first.failure, "it has 2 cores, and 4 were bought")) << first.failure;
  EXPECT_LT(story.clock.now().boot_ms - begin, 90'000);
  EXPECT_TRUE(story.alpha.live().empty());
}

TEST(Readiness, WhoCannotLogInIsToldWhy) {
  Story story;
  ready_by_marker(story);
  story.shell.answer = [](const Login&) {
    return ShellAnswer{false, 255, "", "", "root@10.0.0.1: Permission denied (publickey)"};
  };
  story.settings.provisioning.tries = 1;
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_TRUE(has(story.deployment(web).reason, "Permission denied (publickey)"))
      << story.deployment(web).reason;
  EXPECT_EQ(story.live_machines(), 0);
}

TEST(Readiness, AProcessThatDiesBetweenTheStagesIsTakenOverFrom) {
  Story story;
  ready_by_marker(story);
  int asked = 0;
  story.shell.answer = [&](const Login&) {
    if (++asked == 1) story.die();
    return wrote("berth: marker=yes\n");
  };
  const std::string web = story.deploy("web");
  story.run();
  story.become_another_process();
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.all().size(), 1U);
}

TEST(ReadyCheck, AFifthLessThanBoughtIsTheSystemsOwnShareAndMoreIsNot) {
  const Room bought{2000, 4096, 40 * 1024};
  const auto judged = [&](const std::string& lines) { return readiness_of({}, bought, lines); };
  EXPECT_TRUE(
      judged("berth: cores=2\nberth: memory_kib=3900000\nberth: disk_kib=39000000\n").ready);
  EXPECT_TRUE(judged("berth: memory_kib=2900000\n").hopeless);
  EXPECT_TRUE(judged("berth: disk_kib=20000000\n").hopeless);
  EXPECT_TRUE(judged("berth: memory_kib=\nberth: cores=many\n").ready) << "what is not told";
  EXPECT_FALSE(judged("berth: routes=0\n").ready);
  EXPECT_FALSE(judged("berth: routes=0\n").hopeless);
}

// cloud-init itself takes the archive apart: the user's part is as it was, ours comes last.
TEST(ReadyCheck, AnAnswerBeyondAllMeasureIsNoMeasurement) {
  const Room bought{2000, 4096, 40 * 1024};
  for (const char* const line : {"berth: cores=9223372036854775807\n", "berth: cores=-1\n",
                                 "berth: memory_kib=-9223372036854775808\n"})
    EXPECT_TRUE(readiness_of({}, bought, line).ready) << line;
}

TEST(ReadyCheck, CloudInitRunsTheUsersPartAndThenOurs) {
  namespace json = boost::json;
  aws::test::Judge judge(CLOUD_INIT_JUDGE);
  const std::string ours = "#!/bin/sh\nmkdir -p /var/lib/berth\necho a1 >/var/lib/berth/ready";
  const auto add = [&](const std::string& user_data, json::object config, json::array scripts) {
    scripts.push_back(json::string(ours));
    judge.add({{"user_data", marked_user_data(user_data, "a1")},
               {"config", std::move(config)},
               {"scripts", std::move(scripts)}});
  };
  add("", {}, {});
  add("#cloud-config\npackages: [git]\n", {{"packages", json::array{"git"}}}, {});
  add("#!/bin/sh\necho \"caf\xc3\xa9\"\t$HOME\n", {}, {"#!/bin/sh\necho \"caf\xc3\xa9\"\t$HOME"});
  EXPECT_AGREED(judge);
}

TEST(ReadyCheck, DockerMustAnswerWhereItIsAskedFor) {
  ReadyRules rules;
  rules.docker = true;
  EXPECT_FALSE(readiness_of(rules, {}, "berth: docker=\n").ready);
  EXPECT_TRUE(readiness_of(rules, {}, "berth: docker=24.0.7\n").ready);
}

}  // namespace
}  // namespace berth
