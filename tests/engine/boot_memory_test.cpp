// What deployments learn from each other's boots.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

/// Deploys one application after the other, each too large to sit beside another.
Server deploy_alone(Story& story, const std::string& application) {
  const std::string id = story.deploy(application, 3, 6, 60);
  story.run();
  EXPECT_EQ(story.status(id), "succeeded") << story.deployment(id).reason;
  return story.server_of(id);
}

constexpr std::int64_t out_of_stock_after_a_failed_boot_ms = 8 * 60'000;  // twice ready_timeout

TEST(BootMemory, TwoFailuresOfTheLastFourBootsStopAnOfferForAllDeployments) {
  Story story;
  story.settings.organizations[0].max_servers = 20;
  story.alpha.boots = {Boot::well, Boot::fails, Boot::fails};
  EXPECT_EQ(deploy_alone(story, "a").instance_type, "cx33");
  EXPECT_EQ(deploy_alone(story, "b").instance_type, "s4");  // the first failure
  story.clock.pass(out_of_stock_after_a_failed_boot_ms);
  EXPECT_EQ(deploy_alone(story, "c").instance_type, "s4");  // the second
  story.clock.pass(out_of_stock_after_a_failed_boot_ms);

  EXPECT_EQ(deploy_alone(story, "d").instance_type, "s4");  // it was not even asked for
  EXPECT_EQ(story.alpha.calls_of("create"), 3);
  const auto boots = story.cache.boots_of("alpha/r1//cx33/on_demand");
  ASSERT_EQ(boots.size(), 3U);
  EXPECT_FALSE(boots[0].ready);
  EXPECT_TRUE(has(boots[0].why, "the host broke")) << boots[0].why;
  EXPECT_TRUE(boots[2].ready);
  EXPECT_GE(boots[2].took_ms, 20'000);

  std::string plan;
  const std::string next = story.deploy("e", 3, 6, 60);
  story.run();
  story.look([&](const LedgerView& view) { plan = view.decision_json(next); });
  EXPECT_TRUE(has(plan, "boots_failed")) << plan;
  EXPECT_TRUE(has(plan, "2 of its last 3 boots failed")) << plan;
  EXPECT_TRUE(has(plan, "it is tried again after")) << plan;
}

TEST(BootMemory, AStoppedOfferIsTriedAgainWhenItsHourIsOver) {
  Story story;
  story.settings.organizations[0].max_servers = 20;
  story.alpha.boots = {Boot::fails, Boot::fails, Boot::well};
  deploy_alone(story, "a");
  story.clock.pass(out_of_stock_after_a_failed_boot_ms);
  deploy_alone(story, "b");
  story.clock.pass(60 * 60'000);
  EXPECT_EQ(deploy_alone(story, "c").instance_type, "cx33");
  EXPECT_EQ(deploy_alone(story, "d").instance_type, "cx33");
}

TEST(BootMemory, WhereAllThatFitsFailedToBootNothingIsBought) {
  Story story;
  story.beta.catalogue.clear();
  story.alpha.catalogue.clear();
  story.alpha.sells("cx33", 4, 8, 80, 1200);
  story.alpha.boots = {Boot::fails, Boot::fails};
  const std::string first = story.deploy("a");
  story.run();
  EXPECT_EQ(story.status(first), "insufficient_capacity");
  story.clock.pass(out_of_stock_after_a_failed_boot_ms);
  const std::string second = story.deploy("b");
  story.run();
  story.clock.pass(out_of_stock_after_a_failed_boot_ms);
  const std::string third = story.deploy("c");
  story.run();
  EXPECT_EQ(story.status(third), "insufficient_capacity");
  EXPECT_TRUE(has(story.deployment(third).reason, "has failed to boot lately"))
      << story.deployment(third).reason;
  EXPECT_EQ(story.alpha.calls_of("create"), 2);
  EXPECT_EQ(story.live_machines(), 0);
}

}  // namespace
}  // namespace berth
