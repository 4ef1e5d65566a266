// Who logs in: as the config says, else as the image has it.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

std::string login_of(Story& story) {
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(FakeProcesses::variable(story.commands.ran.back(), "BERTH_SSH_USER"),
            story.server_of(web).ssh_user);
  return story.server_of(web).ssh_user;
}

// AWS printed `ssh root@...`, while Debian's image has "admin".
TEST(Login, IsTheImagesWhereTheConfigSaysNothing) {
  Story story;
  story.alpha.login = "admin";
  story.settings.provisioning.ready = ReadyWhen::marker;
  EXPECT_EQ(login_of(story), "admin");
  EXPECT_EQ(story.shell.logins.at(0).user, "admin");
}

TEST(Login, IsTheOneOfTheConfigWhereItSaysOne) {
  Story story;
  story.alpha.login = "admin";
  story.settings.accounts[0].ssh_user = "ops";
  EXPECT_EQ(login_of(story), "ops");
}

TEST(Login, IsRootWhereNobodyTells) {
  Story story;
  EXPECT_EQ(login_of(story), "root");
}

TEST(Login, IsNeverWhatCannotBeAUser) {
  Story story;
  story.alpha.login = "-oProxyCommand=x";
  EXPECT_EQ(login_of(story), "root");
}

TEST(Login, AfterAFailoverIsTheOneOfTheImageThatWasMade) {
  Story story;
  story.alpha.login = "admin";
  story.alpha.boots = {Boot::fails};
  story.beta.login = "debian";
  EXPECT_EQ(login_of(story), "debian");
}

}  // namespace
}  // namespace berth
