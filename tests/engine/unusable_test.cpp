// Servers that run and cannot be used, and answers that cannot be read: what is said, and what is
// bought.
#include <gtest/gtest.h>

#include "engine/hindrance.hpp"
#include "story.hpp"

namespace berth {
namespace {

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string hindrance(Story& story, const std::string& deployment) {
  return hindrance_of(story.attempts(deployment).back());
}

// It "did not run", and a second one, which had no address either, was bought.
TEST(WithoutIpv4, AServerThatRunsIsSaidToAndNoSecondIsBought) {
  Story story;
  story.alpha.gives_addresses = false;
  const std::string web = story.deploy("web");
  story.pass(40'000);
  EXPECT_EQ(hindrance(story, web), "It runs, but has no public IPv4 address.");
  story.run();
  EXPECT_EQ(story.status(web), "provisioning_failed");
  EXPECT_TRUE(says(story.deployment(web).reason, "runs, but has no public IPv4 address"))
      << story.deployment(web).reason;
  EXPECT_TRUE(says(story.deployment(web).reason, "No second one is bought at alpha"));
  EXPECT_FALSE(says(story.deployment(web).reason, "did not run"));
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_TRUE(says(story.audit(web).at(0).failure_reason, "has no public IPv4 address"));
}

TEST(WithoutIpv4, TheAccountIsLeftAloneAndAnotherOneServesTheNext) {
  Story story;
  story.alpha.gives_addresses = false;
  const std::string web = story.deploy("web");
  story.run();
  const std::string api = story.deploy("api");
  story.run();
  EXPECT_EQ(story.status(api), "succeeded");
  EXPECT_EQ(story.server_of(api).account, "beta");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  story.alpha.gives_addresses = true;  // mended; a while later it is bought from again
  story.beta.catalogue.clear();
  story.clock.pass(story.settings.provisioning.ready_timeout_ms);
  story.retry(web);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
}

TEST(WithoutIpv4, AnAddressThatComesALittleLaterIsNoFailure) {
  Story story;
  story.alpha.gives_addresses = false;
  const std::string web = story.deploy("web");
  story.pass(40'000);
  story.alpha.gives_addresses = true;
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  EXPECT_EQ(story.attempts(web).at(0).failure, "");
}

TEST(WithoutIpv4, OneBoughtByHandIsDestroyedAndItsRecordSaysWhy) {
  Story story;
  story.alpha.gives_addresses = false;
  story.buy("alpha/r1//cx43/on_demand");
  story.run();
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_TRUE(says(story.audit("").at(0).failure_reason, "runs, but has no public IPv4 address"));
}

TEST(WithoutItsNetwork, AServerIsSaidToRunAndNoSecondIsBought) {
  Story story;
  story.alpha.lacks = "is not in its private network";
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "provisioning_failed");
  EXPECT_TRUE(says(story.deployment(web).reason, "runs, but is not in its private network"))
      << story.deployment(web).reason;
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
}

// `status` said "Waits for server … to be ready", and only the ledger knew better.
TEST(Unreadable, AnAnswerToTheCreateIsShownWhileBerthLooks) {
  Story story;
  Fault garbled = lost_answer();
  garbled.answer->message = "server.public_ipv4: is no IPv4 address";
  story.alpha.creates.push_back(garbled);
  story.alpha.finds = {{.partial = true}, {.partial = true}};
  const std::string web = story.deploy("web");
  story.step();
  EXPECT_TRUE(says(hindrance(story, web),
                   "alpha gave no usable answer: server.public_ipv4: is no IPv4 address."))
      << hindrance(story, web);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(hindrance(story, web), "");
}

TEST(Unreadable, AnAnswerToALookIsShownUntilOneCanBeRead) {
  for (const bool known : {true, false}) {
    Story story;
    if (!known) story.alpha.creates.push_back(lost_answer());
    Glance garbled;
    garbled.answer = failure(ErrorCode::unavailable, Effect::none,
                             "server.public_ipv4: is no IPv4 address");
    for (int i = 0; i < 4; ++i) story.alpha.finds.push_back(garbled);
    const std::string web = story.deploy("web");
    story.pass(2'500);
    EXPECT_TRUE(says(hindrance(story, web), "server.public_ipv4: is no IPv4 address"))
        << hindrance(story, web);
    story.run();
    EXPECT_EQ(story.status(web), "succeeded");
    EXPECT_EQ(hindrance(story, web), "");
  }
}

// The vendor's "no capacity" was dropped, and the same was asked for again.
TEST(LostAnswer, OfAServerThatWasTerminatedCarriesTheVendorsReason) {
  Story story;
  story.alpha.tells_gone = true;
  story.alpha.gone_because = "Server.InsufficientInstanceCapacity";
  Fault lost = lost_answer();
  story.alpha.creates.push_back(lost);
  bool once = true;
  story.alpha.finds_happen = [&] {
    if (once) story.alpha.vanish("alpha-1");
    once = false;
  };
  const std::string web = story.deploy("web");
  const std::int64_t begin = story.clock.now().boot_ms;
  story.run();
  ASSERT_EQ(story.status(web), "succeeded");
  const AttemptRecord first = story.attempts(web).at(0);
  EXPECT_EQ(first.failure_code, "boot_failed");
  EXPECT_TRUE(says(first.failure, "was terminated: Server.InsufficientInstanceCapacity."))
      << first.failure;
  EXPECT_EQ(first.vendor_id, "alpha-1");
  EXPECT_TRUE(says(story.audit(web).back().failure_reason, "InsufficientInstanceCapacity"));
  EXPECT_LT(story.clock.now().boot_ms - begin, 150'000);
  EXPECT_EQ(story.live_machines(), 1);
}

}  // namespace
}  // namespace berth
