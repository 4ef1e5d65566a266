// Events, and their way to people.
#include <gtest/gtest.h>

#include <condition_variable>
#include <thread>

#include "story.hpp"

namespace berth {
namespace {

using Words = std::vector<std::string>;

TEST(Telling, ServerAutoProvisionedSaysWhichServerForWhichApplication) {
  Story story;
  const std::string web = story.deploy("web");
  story.run();
  for (const Event& event : story.pager.got()) {
    if (event.type != "server.auto-provisioned") continue;
    const std::string& fields = event.fields_json;
    EXPECT_NE(fields.find("\"server_id\":\"" + story.server_of(web).id), std::string::npos)
        << fields;
    EXPECT_NE(fields.find("\"server_name\":\"auto-acme-"), std::string::npos) << fields;
    EXPECT_NE(fields.find("\"application_id\":\"web\""), std::string::npos) << fields;
    EXPECT_NE(fields.find("\"message\":"), std::string::npos) << fields;
    EXPECT_EQ(event.installation_id, "installation-one");
    EXPECT_EQ(event.deployment_id, web);
    return;
  }
  FAIL() << "it was not told";
}

TEST(Telling, AFailingNotifierDelaysNothingAndIsAskedAgainWithBackOff) {
  Story plain;
  const std::string usual = plain.deploy("web");
  plain.run();
  const std::int64_t takes =
      plain.deployment(usual).finished_unix_ms - plain.deployment(usual).created_unix_ms;

  Story story;
  std::vector<std::int64_t> asked_at;
  story.pager.trouble = [&](const Event&) -> std::optional<Failure> {
    asked_at.push_back(story.clock.now().boot_ms);
    return failure(ErrorCode::unavailable, Effect::none, "connection refused");
  };
  const std::string web = story.deploy("web");
  story.run();
  const DeploymentRecord done = story.deployment(web);
  EXPECT_EQ(to_word(done.status), "succeeded");
  EXPECT_LE(done.finished_unix_ms - done.created_unix_ms, takes + 2'000);
  EXPECT_EQ(story.undelivered(), 7);

  story.pass(120'000);
  ASSERT_GE(asked_at.size(), 6U);
  EXPECT_EQ(asked_at[1] - asked_at[0], 1'000);
  EXPECT_EQ(asked_at[2] - asked_at[1], 2'000);
  EXPECT_EQ(asked_at[3] - asked_at[2], 4'000);
  EXPECT_EQ(asked_at[4] - asked_at[3], 8'000);

  story.pager.trouble = {};
  story.pass(10 * 60'000);
  EXPECT_EQ(story.undelivered(), 0);
  EXPECT_EQ(story.pager.types().front(), "deployment.accepted");  // in order, none lost
  EXPECT_EQ(story.pager.types().back(), "deployment.succeeded");
  EXPECT_EQ(story.pager.got().size(), 7U);
}

TEST(Telling, WhatTheNotifierCallsInvalidIsGivenUpAndTheRestFollows) {
  Story story;
  story.pager.trouble = [](const Event& event) -> std::optional<Failure> {
    if (event.type != "provisioning.started") return std::nullopt;
    return failure(ErrorCode::invalid, Effect::none, "410 gone");
  };
  story.deploy("web");
  story.run();
  EXPECT_EQ(story.undelivered(), 0);
  EXPECT_EQ(story.pager.got().size(), 6U);
  EXPECT_NE(story.journal.text().find("an event is given up"), std::string::npos);
}

TEST(Telling, IsGivenUpAfterADay) {
  Story story;
  story.pager.trouble = [](const Event&) -> std::optional<Failure> {
    return failure(ErrorCode::unavailable, Effect::none);
  };
  story.deploy("web");
  story.run();
  story.pass(27 * 3'600'000);
  EXPECT_EQ(story.undelivered(), 0);
}

// Every event looked older than a day, and one failure was enough to give it up.
TEST(Telling, AClockThatIsSetForwardLosesNoEvent) {
  Story story;
  story.pager.trouble = [](const Event&) -> std::optional<Failure> {
    return failure(ErrorCode::unavailable, Effect::none);
  };
  story.deploy("web");
  story.run();
  const std::int64_t two_days = 48 * 3'600'000;
  story.clock.jump(two_days);
  story.pass(60'000);
  story.clock.jump(-two_days);
  story.pager.trouble = {};
  story.pass(10 * 60'000);
  EXPECT_EQ(story.undelivered(), 0);
  EXPECT_EQ(story.pager.types().front(), "deployment.accepted");
  EXPECT_EQ(story.pager.got().size(), 7U);
}

TEST(Telling, ASlowNotifierDelaysNothing) {
  Story story;
  story.threads = true;
  std::mutex mutex;
  std::condition_variable changed;
  bool let_go = false;
  story.pager.trouble = [&](const Event&) -> std::optional<Failure> {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return let_go; });
    return std::nullopt;
  };
  const std::string web = story.deploy("web");
  // A step ends when its effects have; so time passes beside it, until the deployment is done.
  std::thread time([&] {
    for (int i = 0; i < 400; ++i) {
      if (story.status(web) == "succeeded") break;
      story.clock.pass(500);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    const std::lock_guard lock(mutex);
    let_go = true;
    changed.notify_all();
  });
  story.step();
  time.join();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.pager.types().front(), "deployment.accepted");
}

TEST(Telling, OnlyWhatANotifierAsksFor) {
  Story story;
  story.settings.notifiers[0].events = {"deployment.*", "server.auto-provisioned"};
  story.deploy("web");
  story.run();
  EXPECT_EQ(story.pager.types(), (Words{"deployment.accepted", "server.auto-provisioned",
                                        "deployment.deploying", "deployment.succeeded"}));
  Story other;
  other.settings.notifiers[0].organizations = {"globex"};
  other.deploy("web");
  other.run();
  EXPECT_TRUE(other.pager.got().empty());
}

TEST(Telling, ANotifierThatLeftTheConfigHoldsUpNothing) {
  Story story;
  story.pager.trouble = [](const Event&) -> std::optional<Failure> {
    return failure(ErrorCode::unavailable, Effect::none);
  };
  story.deploy("web");
  story.run();
  story.settings.notifiers.clear();
  story.pass(10 * 60'000);
  EXPECT_EQ(story.undelivered(), 0);
}

TEST(Telling, SecretsAreRedactedEverywhere) {
  Story story;
  Fault leaky = refused(ErrorCode::invalid);
  leaky.answer->message = "token s3cret is no good";
  story.alpha.every_create = leaky;
  story.beta.every_create = leaky;
  story.commands.scripts.push_back([](const auto&) { return exited(1, "echo s3cret"); });
  const std::string web = story.deploy("web");
  story.run();
  story.add_server("own", 8, 16, 160);
  story.retry(web);
  story.run();
  ASSERT_EQ(story.status(web), "deploy_failed");
  std::string all =
      story.journal.text() + story.deployment(web).reason + story.deployment(web).command_tail;
  for (const EventRecord& event : story.event_records(web))
    all += event.message + event.fields_json;
  for (const AttemptRecord& attempt : story.attempts(web)) all += attempt.failure;
  for (const AuditRecord& record : story.audit(web))
    all += record.failure_reason + record.offer_json;
  for (const OfferRefusal& entry : story.cache.refusals(0)) all += entry.why;
  EXPECT_EQ(all.find("s3cret"), std::string::npos) << all;
  EXPECT_NE(all.find("[redacted]"), std::string::npos);
}

}  // namespace
}  // namespace berth
