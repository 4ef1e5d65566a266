// A banner, a boot log, the output of a deploy command: nothing of them moves anybody's cursor.
#include <gtest/gtest.h>

#include "request/escapes.hpp"
#include "story.hpp"

namespace berth {
namespace {

void expect_plain(Story& story, const std::string& deployment) {
  const DeploymentRecord record = story.deployment(deployment);
  EXPECT_EQ("", what_escapes(record.reason));
  EXPECT_EQ("", what_escapes(record.command_tail));
  for (const Event& event : story.pager.got()) {
    EXPECT_EQ("", what_escapes(event.message)) << event.type;
    EXPECT_EQ("", what_escapes(event.fields_json)) << event.type;
  }
}

TEST(Escapes, OfADeployCommandStayOutOfItsRecordAndOfEveryEvent) {
  Story story;
  story.commands.scripts.push_back([](const auto&) { return exited(1, every_escape()); });
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "deploy_failed");
  EXPECT_NE(std::string::npos, story.deployment(web).command_tail.find("owned"));
  expect_plain(story, web);
}

TEST(Escapes, OfABannerStayOutOfWhatIsWaitedFor) {
  Story story;
  story.settings.provisioning.ready = ReadyWhen::marker;
  bool said = false;
  story.shell.answer = [&](const Login&) {
    ShellAnswer answer{true, 0, "berth: marker=yes\n", "ssh-ed25519 AAAA", ""};
    if (!said) answer = {false, 255, every_escape(), "", every_escape()};
    said = true;
    return answer;
  };
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  for (const AttemptRecord& attempt : story.attempts(web))
    EXPECT_EQ("", what_escapes(attempt.failure));
  expect_plain(story, web);
}

TEST(Escapes, OfABootLogStayOutOfWhyAServerWasGivenUp) {
  Story story;
  story.settings.provisioning.ready = ReadyWhen::marker;
  story.shell.answer = [&](const Login&) {
    return ShellAnswer{true, 0, every_escape() + "\nberth: marker=no\n", "ssh-ed25519 AAAA", ""};
  };
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_NE(story.status(web), "succeeded");
  for (const AttemptRecord& attempt : story.attempts(web))
    EXPECT_EQ("", what_escapes(attempt.failure));
  expect_plain(story, web);
}

}  // namespace
}  // namespace berth
