// The deploy command.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

TEST(DeployCommand, GetsTheServerAndTheDeployment) {
  Story story;
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.commands.ran.size(), 1U);
  const Command& command = story.commands.ran[0];
  EXPECT_EQ(command.argv, std::vector<std::string>{"deploy"});
  EXPECT_EQ(command.withheld, std::vector<std::string>{"CLOUD_TOKEN"});
  EXPECT_EQ(command.timeout_ms, 5 * 60'000);
  const auto is = [&](const char* name) { return FakeProcesses::variable(command, name); };
  EXPECT_EQ(is("BERTH_DEPLOYMENT_ID"), web);
  EXPECT_EQ(is("BERTH_ORGANIZATION"), "acme");
  EXPECT_EQ(is("BERTH_APPLICATION"), "web");
  EXPECT_EQ(is("BERTH_STRATEGY"), "standard");
  EXPECT_EQ(is("BERTH_SERVER_IP"), "10.0.0.1");
  EXPECT_EQ(is("BERTH_SERVER_NAME"), story.server_of(web).name);
  EXPECT_EQ(is("BERTH_SSH_USER"), "root");
  EXPECT_EQ(is("BERTH_CPU_CORES"), "2");
  EXPECT_EQ(is("BERTH_MEMORY_GB"), "4");
  EXPECT_EQ(is("BERTH_DISK_GB"), "50");
}

TEST(DeployCommand, TheApplicationsOwnGoesBeforeTheGeneralOne) {
  Story story;
  ApplicationSettings web;
  web.name = "web";
  web.command = {"ship", "it"};
  web.millicores = 1000;
  web.memory_mib = 1024;
  web.disk_mib = 20480;
  story.settings.organizations[0].applications = {web};
  DeployRequest request;  // its requirements are the application's defaults
  request.organization = "acme";
  request.application = "web";
  story.deploy(request);
  story.run();
  EXPECT_EQ(story.commands.ran.at(0).argv, (std::vector<std::string>{"ship", "it"}));
}

// A server was bought for a command that was not there, and the deployment failed on it.
TEST(DeployCommand, ThatCannotBeRunBuysNothingUntilItIsMended) {
  Story story;
  story.settings.deploy.command = {"./nonexistent.sh"};
  story.commands.broken = story.settings.deploy.command;
  const std::string web = story.deploy("web");
  story.step();
  story.pass(60'000);
  story.step();
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_EQ(story.alpha.calls_of("create"), 0);
  EXPECT_EQ(story.status(web), "placing");
  EXPECT_EQ(story.code(web), "deploy_command");
  EXPECT_NE(story.deployment(web).reason.find("there is no file ./nonexistent.sh. Check the path."),
            std::string::npos);
  EXPECT_FALSE(story.deployment(web).waits_passing);

  story.commands.broken.clear();
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.live_machines(), 1);
}

TEST(DeployCommand, ThatCannotBeRunAsksNobodyForApproval) {
  Story story;
  story.settings.organizations[0].auto_approve_provisioning = false;
  story.commands.broken = story.settings.deploy.command;
  const std::string web = story.deploy("web");
  story.step();
  EXPECT_EQ(story.status(web), "placing");
  story.commands.broken.clear();
  story.run();
  EXPECT_EQ(story.status(web), "awaiting_approval");
}

TEST(DeployCommand, ThatNobodyMendsEndsTheDeploymentWithoutAPurchase) {
  Story story;
  story.commands.broken = story.settings.deploy.command;
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "error");
  EXPECT_EQ(story.deployment(web).reason.rfind("The deploy command of web cannot be run:", 0), 0U);
  EXPECT_EQ(story.alpha.calls_of("create"), 0);
}

TEST(DeployCommand, ThatFailsKeepsTheServerAndGivesItsRoomBack) {
  Story story;
  story.commands.scripts.push_back([](const auto&) { return exited(7, "no such image: web:9"); });
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "deploy_failed");
  EXPECT_EQ(story.deployment(web).command_exit, 7);
  EXPECT_EQ(story.deployment(web).command_tail, "no such image: web:9");
  EXPECT_NE(story.deployment(web).reason.find("exited with 7"), std::string::npos);
  EXPECT_NE(story.deployment(web).reason.find("no such image"), std::string::npos);
  EXPECT_EQ(story.live_machines(), 1);
  EXPECT_TRUE(story.holds("web").empty());
  EXPECT_EQ(story.servers().at(0).status, ServerStatus::ready);
  EXPECT_EQ(story.audit(web).at(0).status, "succeeded");  // the provisioning was

  story.retry(web);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.live_machines(), 1);
}

TEST(DeployCommand, ThatIsTooSlowIsEnded) {
  Story story;
  story.commands.scripts.push_back([](const auto&) {
    CommandResult result = exited(143);
    result.timed_out = true;
    return result;
  });
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "deploy_failed");
  EXPECT_NE(story.deployment(web).reason.find("ended after 300 seconds"), std::string::npos);
}

TEST(DeployCommand, ThatCannotBeStartedIsNamed) {
  Story story;
  story.commands.scripts.push_back([](const auto&) {
    CommandResult result;
    result.problem = "no pipe: too many open files";
    return result;
  });
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "deploy_failed");
  EXPECT_NE(story.deployment(web).reason.find("too many open files"), std::string::npos);
}

TEST(DeployCommand, NoneMeansTheServerIsTheResult) {
  Story story;
  story.settings.deploy.command.clear();
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_TRUE(story.commands.ran.empty());
  EXPECT_EQ(story.holds("web").size(), 1U);
}

TEST(DeployCommand, OfADeadProcessIsEndedBeforeItIsRunAgain) {
  Story story;
  story.commands.scripts.push_back([&](const auto&) {
    story.die();
    return exited(0);  // it ran on, and nobody was there to hear it
  });
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.commands.log, (std::vector<std::string>{"run 1001", "end 1001", "run 1002"}));
}

TEST(DeployCommand, OfADeadProcessIsEndedBeforeACancelIsDone) {
  Story story;
  story.commands.scripts.push_back([&](const auto&) {
    story.die();
    return exited(0);
  });
  const std::string web = story.deploy("web");
  while (story.commands.ran.empty()) {
    const auto due = story.step();
    story.clock.pass(due.value_or(1));
  }
  story.cancel(web);
  EXPECT_EQ(story.status(web), "deploying");
  story.run();
  EXPECT_EQ(story.status(web), "cancelled");
  EXPECT_EQ(story.commands.log, (std::vector<std::string>{"run 1001", "end 1001"}));
}

TEST(DeployCommand, DoesNotRunWhenItsSessionCannotBeRecorded) {
  Story story;
  const std::string web = story.deploy("web");
  bool disk_filled = false;
  story.at_commit = [&](const LedgerView& view) {
    const auto deployment = view.deployment(web);
    if (!disk_filled && deployment && deployment->command_pid != 0) {
      disk_filled = true;
      throw LedgerError(LedgerProblem::full, "the disk is full");
    }
  };
  story.run();
  EXPECT_TRUE(disk_filled);
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.commands.ran.size(), 1U);
}

}  // namespace
}  // namespace berth
