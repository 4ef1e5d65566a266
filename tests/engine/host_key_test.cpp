// Which machine answers.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

const std::string first_key = "ssh-ed25519 AAAAfirst";
const std::string second_key = "ssh-ed25519 AAAAsecond";

// Whoever answered at the address got the project, with its passwords.
TEST(HostKey, TheFirstOneThatIsSeenIsRecordedAndHeldTo) {
  Story story;
  story.shell.shows = first_key;
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).host_key, first_key);
  EXPECT_EQ(FakeProcesses::variable(story.commands.ran.at(0), "BERTH_SSH_HOST_KEY"), first_key);

  story.shell.shows = second_key;
  const std::string api = story.deploy("api", 1, 2, 15);
  story.run();
  EXPECT_EQ(story.status(api), "deploy_failed");
  EXPECT_EQ(story.code(api), "host_key_changed");
  EXPECT_EQ(story.commands.ran.size(), 1U);
  const std::string reason = story.deployment(api).reason;
  EXPECT_NE(reason.find("SHA256:" + second_key + " instead of SHA256:" + first_key),
            std::string::npos)
      << reason;
  const std::string name = story.server_of(api).name;
  EXPECT_NE(reason.find("`berth servers trust " + name + " --host-key '" + second_key + "'`"),
            std::string::npos)
      << reason;

  trust_host_key(story.parts(), name, second_key, "ann");
  story.retry(api);
  story.run();
  EXPECT_EQ(story.status(api), "succeeded");
  EXPECT_EQ(FakeProcesses::variable(story.commands.ran.back(), "BERTH_SSH_HOST_KEY"), second_key);
}

TEST(HostKey, AnotherOneIsTrustedByAnAdminOnly) {
  Story story;
  story.shell.shows = first_key;
  const std::string web = story.deploy("web");
  story.run();
  const std::string name = story.server_of(web).name;
  EXPECT_THROW(trust_host_key(story.parts(), name, second_key, "mallory"), Refusal);
  EXPECT_THROW(trust_host_key(story.parts(), name, "ssh-ed25519 AAAA\nroot", "ann"), Refusal);
  EXPECT_EQ(story.server_of(web).host_key, first_key);
}

TEST(HostKey, OfAServerOfOnesOwnIsLearnedAtTheFirstDeployment) {
  Story story;
  story.add_server("own", 8, 16, 160);
  story.shell.shows = first_key + " comment";
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).name, "own");
  EXPECT_EQ(story.server_of(web).host_key, first_key + " comment");
  story.shell.shows = first_key;  // what stands beside a key is no part of it
  const std::string again = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(again), "succeeded");
}

TEST(HostKey, AServerThatShowsNoneIsDeployedToAsBefore) {
  Story story;
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.server_of(web).host_key, "");
}

TEST(HostKey, OfTheUserDataCountsFromTheVeryFirstLogin) {
  Story story;
  for (AccountSettings& one : story.settings.accounts) one.host_key = first_key;
  story.settings.provisioning.ready = ReadyWhen::command;
  story.settings.provisioning.ready_command = "true";
  story.shell.answer = [](const Login&) {
    return ShellAnswer{true, 0, "berth: command=0\n", first_key, ""};
  };
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_FALSE(story.shell.logins.empty());
  EXPECT_EQ(story.shell.logins[0].host_key, first_key);
  EXPECT_EQ(story.server_of(web).host_key, first_key);
}

TEST(HostKey, AChangedOneStopsTheReleaseCommandAsWell) {
  Story story;
  story.settings.deploy.release_command = {"stop"};
  story.shell.shows = first_key;
  const std::string web = story.deploy("web");
  story.run();
  story.shell.shows = second_key;
  release(story.parts(), "acme", "web", "dev");
  story.step();
  ASSERT_EQ(story.holds("web").size(), 1U);
  EXPECT_NE(story.holds("web")[0].release_problem.find("shows another host key"),
            std::string::npos);
  EXPECT_EQ(story.commands.ran.size(), 1U);
  trust_host_key(story.parts(), story.server_of(web).name, second_key, "ann");
  story.run();
  EXPECT_TRUE(story.holds("web").empty());
}

}  // namespace
}  // namespace berth
