// Room in the fleet, or a server that is bought for it.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

using Words = std::vector<std::string>;

TEST(Placing, TakesAServerOfTheFleetWithoutBuying) {
  Story story;
  story.add_server("own", 8, 16, 160);
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.server_of(web).name, "own");
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_EQ(story.alpha.calls_of("offers"), 0);
  EXPECT_TRUE(story.audit(web).empty());
  EXPECT_EQ(story.events(web), (Words{"deployment.accepted", "deployment.placed",
                                      "deployment.deploying", "deployment.succeeded"}));
}

TEST(Placing, BuysTheCheapestOfferThatFitsAndDeploysThere) {
  Story story;
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
  const Server server = story.server_of(web);
  EXPECT_EQ(server.instance_type, "cx33");
  EXPECT_EQ(server.account, "alpha");
  EXPECT_EQ(server.status, ServerStatus::ready);
  ASSERT_EQ(story.alpha.live().size(), 1U);
  EXPECT_EQ(server.vendor_id, story.alpha.live().front().id);
  EXPECT_EQ(server.public_ipv4, story.alpha.live().front().address);
  EXPECT_TRUE(story.beta.live().empty());
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  EXPECT_EQ(story.deployment(web).estimate, (Money{12'000'000'000, "USD"}));
}

TEST(Placing, TellsTheWholeStoryInOrder) {
  Story story;
  const std::string web = story.deploy("web");
  story.run();
  const Words whole{"deployment.accepted",   "provisioning.started",    "provisioning.progress",
                    "provisioning.progress", "server.auto-provisioned", "deployment.deploying",
                    "deployment.succeeded"};
  EXPECT_EQ(story.events(web), whole);
  EXPECT_EQ(story.pager.types(), whole);
}

TEST(Placing, LabelsAndNamesWhatItBuys) {
  Story story;
  const std::string web = story.deploy("web");
  story.run();
  const AttemptRecord attempt = story.attempts(web).at(0);
  EXPECT_EQ(story.server_of(web).name, "auto-acme-" + attempt.id);
  EXPECT_EQ(attempt.status, AttemptStatus::ready);
  EXPECT_EQ(attempt.note, "note of alpha-1");
}

TEST(Placing, TheSecondWaitsForTheBootingServerAndSharesIt) {
  Story story;
  story.alpha.forget("cx33");  // cx43 is left: room for two
  story.beta.catalogue.clear();
  const std::string web = story.deploy("web");
  story.step();
  const std::string api = story.deploy("api", 2, 4, 40);
  story.step();
  EXPECT_EQ(story.status(api), "provisioning");
  EXPECT_EQ(story.code(api), "waiting_for_server");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.status(api), "succeeded");
  EXPECT_EQ(story.deployment(api).server_id, story.deployment(web).server_id);
  EXPECT_EQ(story.live_machines(), 1);
}

TEST(Placing, ManyAtOnceBuyNoMoreThanTheQuota) {
  Story story;
  story.alpha.forget("cx43");
  int most = 0;
  story.at_commit = [&](const LedgerView& view) {
    most = std::max(most, view.servers_counted("acme"));
  };
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(story.deploy("app" + std::to_string(i)));
  story.run();
  int succeeded = 0, denied = 0;
  for (const std::string& id : ids) {
    succeeded += story.status(id) == "succeeded";
    denied += story.status(id) == "denied";
  }
  EXPECT_EQ(succeeded, 5);
  EXPECT_EQ(denied, 7);
  EXPECT_EQ(most, 5);
  EXPECT_EQ(story.live_machines(), 5);
}

TEST(Placing, StrategiesTakeMoreRoomWhileTheyRollOut) {
  Story story;
  story.add_server("own", 4, 8, 80);
  DeployRequest request;
  request.organization = "acme";
  request.application = "web";
  request.millicores = 2000;
  request.memory_mib = 4096;
  request.disk_mib = 20 * 1024;
  request.strategy = Strategy::blue_green;
  const std::string web = story.deploy(request);  // 4 cores with a tenth to spare: not on "own"
  story.run();
  ASSERT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
  EXPECT_EQ(story.server_of(web).instance_type, "cx43");
  // What the rollout needed on top is free again.
  ASSERT_EQ(story.holds("web").size(), 1U);
  EXPECT_EQ(story.holds("web")[0].room, (Room{2000, 4096, 20 * 1024}));
  EXPECT_EQ(FakeProcesses::variable(story.commands.ran.at(0), "BERTH_STRATEGY"), "blue-green");
}

TEST(Placing, NoFittingOfferNamesTheNearestMissesAndTheManualWay) {
  Story story;
  const std::string huge = story.deploy("huge", 64, 256, 500);
  story.run();
  EXPECT_EQ(story.status(huge), "insufficient_capacity");
  const std::string reason = story.deployment(huge).reason;
  EXPECT_NE(reason.find("Nearest: cx43 in r1 of account alpha"), std::string::npos) << reason;
  EXPECT_NE(reason.find("berth servers add"), std::string::npos) << reason;
  EXPECT_NE(reason.find("berth retry " + huge), std::string::npos) << reason;
}

TEST(Placing, AnAccountThatWasNeverReadIsNamedAndAnAdminAskedBeforeAnotherSells) {
  Story story;
  story.alpha.catalogue_failure = failure(ErrorCode::unavailable, Effect::none, "HTML came back");
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "awaiting_approval");
  EXPECT_NE(story.deployment(web).reason.find("alpha"), std::string::npos);
  EXPECT_NE(story.deployment(web).reason.find("HTML came back"), std::string::npos);
  story.approve(web);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.server_of(web).account, "beta");
}

TEST(Placing, ProvisioningThatIsOffIsDeniedWithItsReason) {
  Story story;
  story.settings.organizations[0].auto_provisioning = false;
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "denied");
  EXPECT_EQ(story.code(web), "auto_provisioning_disabled");
  EXPECT_EQ(story.alpha.calls_of("offers"), 0);
}

TEST(Placing, TheSameIdempotencyKeyIsTheSameDeployment) {
  Story story;
  DeployRequest request;
  request.organization = "acme";
  request.application = "web";
  request.millicores = 2000;
  request.memory_mib = 4096;
  request.disk_mib = 51200;
  request.idempotency_key = "once";
  const std::string first = story.deploy(request);
  EXPECT_EQ(story.deploy(request), first);
  request.memory_mib = 8192;
  EXPECT_THROW(story.deploy(request), Refusal);
  story.run();
  EXPECT_EQ(story.live_machines(), 1);
}

TEST(Placing, ADrainingServerTakesNothingNew) {
  Story story;
  story.add_server("own", 8, 16, 160);
  drain_server(story.parts(), "own", true, "ann");
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).account, "alpha");
}

TEST(Discount, MakesTheDearerCloudTheCheapestAndThePlanSaysWhy) {
  Story story;
  Discount half;
  half.percent_nanos = 50'000'000'000;
  half.place = "berth.toml:41";
  story.settings.accounts[1].discounts = {half};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "s4");
  EXPECT_EQ(story.server_of(web).monthly_nanos, 7'500'000'000);
  story.look([&](const LedgerView& view) {
    EXPECT_NE(view.decision_json(web).find("list price 15.00 USD, your price 7.50 USD: discount of "
                                           "berth.toml:41"),
              std::string::npos)
        << view.decision_json(web);
  });
}

}  // namespace
}  // namespace berth
