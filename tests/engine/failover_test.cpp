// A cloud that says no: the next offer.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

using Words = std::vector<std::string>;

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

/// "account/region/zone/type/market", with what it leaves open empty.
std::string spoken_for(const OfferRefusal& refusal) {
  return refusal.account + "/" + refusal.region + "/" + refusal.zone + "/" + refusal.instance_type +
         "/" + refusal.market;
}

TEST(Failover, OutOfStockTakesTheNextOfferAndLeavesThatOneAloneForAWhile) {
  Story story;
  story.alpha.creates.push_back(out_of_stock());
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.server_of(web).instance_type, "s4");
  EXPECT_EQ(story.attempts(web).size(), 1U);
  EXPECT_EQ(story.deployment(web).excluded_offers, Words{"alpha/r1//cx33/on_demand"});

  const auto stock = story.cache.refusals(story.clock.now().unix_ms);
  ASSERT_EQ(stock.size(), 1U);
  EXPECT_EQ(spoken_for(stock[0]), "alpha/r1//cx33/on_demand");
  story.settings.organizations[0].max_servers = 9;
  const std::string other = story.deploy("other", 3, 6, 70);  // does not fit beside web
  story.run();
  EXPECT_EQ(story.server_of(other).instance_type, "s4");  // cx33 is known to be out
  story.clock.pass(3 * 60'000);
  const std::string third = story.deploy("third", 3, 6, 66);
  story.run();
  EXPECT_EQ(story.server_of(third).instance_type, "cx33");
}

// It kept the port and the user of the first account, and was never reachable.
TEST(Failover, TheNextAccountsServerIsReachedAsThatAccountSays) {
  Story story;
  story.settings.accounts[0].ssh_port = 2201;
  story.settings.accounts[0].ssh_user = "of-alpha";
  story.settings.accounts[1].ssh_port = 2202;
  story.settings.accounts[1].ssh_user = "of-beta";
  story.alpha.creates.push_back(out_of_stock());
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.server_of(web).account, "beta");
  EXPECT_EQ(story.server_of(web).ssh_port, 2202);
  EXPECT_EQ(story.server_of(web).ssh_user, "of-beta");
}

TEST(Failover, QuotaReachedSkipsTheWholeAccount) {
  Story story;
  story.alpha.sells("cx23", 3, 6, 70, 800);
  story.alpha.creates.push_back(refused(ErrorCode::quota_reached));
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).account, "beta");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);  // cx33 and cx43 were not even asked for
  EXPECT_EQ(spoken_for(story.cache.refusals(story.clock.now().unix_ms).at(0)), "alpha////");
}

TEST(Failover, AWholeRegionOutOfStockSkipsItsOtherTypes) {
  Story story;
  story.alpha.sells("cx53", 4, 8, 80, 1400, "r2");
  story.alpha.sells("cx34", 4, 8, 80, 1300, "r1");
  story.alpha.creates.push_back(out_of_stock(StockScope::region));
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "cx53");
  EXPECT_EQ(story.alpha.calls_of("create"), 2);
}

TEST(Failover, AnAccountThatIsSetAsideIsNotBoughtFromAndSaysWhy) {
  Story story;
  story.settings.accounts[0].set_aside = "its check was refused";
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "awaiting_approval") << "nobody knows what it would cost at alpha";
  story.approve(web);
  story.run();
  EXPECT_EQ(story.server_of(web).account, "beta");
  EXPECT_EQ(story.alpha.calls_of("offers"), 0);
  story.look([&](const LedgerView& view) {
    EXPECT_TRUE(has(view.decision_json(web), "Account alpha is not used: its check was refused."));
  });
}

TEST(Failover, AnAccountThatIsSetAsideAfterItWasChosenIsNotAsked) {
  Story story;
  story.at_commit = [&](const LedgerView& view) {
    if (!view.live_attempts("alpha").empty())
      story.settings.accounts[0].set_aside = "its check was refused";
  };
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).account, "beta");
  EXPECT_EQ(story.alpha.calls_of("create"), 0);
}

TEST(Failover, CredentialsThatAreRefusedSkipTheAccountInWords) {
  Story story;
  story.alpha.creates.push_back(refused(ErrorCode::denied));
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).account, "beta");
}

TEST(Failover, AnInvalidOfferIsDroppedAndTheAccountIsNot) {
  Story story;
  story.alpha.creates.push_back(refused(ErrorCode::invalid));
  story.beta.catalogue.clear();
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "cx43");
  EXPECT_TRUE(story.cache.refusals(story.clock.now().unix_ms).empty());
}

// A walk bought a machine at eight times the price: each offer in turn was refused for the name.
TEST(Failover, ATakenNameBlamesNoOfferAndIsTriedUnderAnother) {
  Story story;
  story.alpha.creates.push_back(refused(ErrorCode::conflict));
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "cx33");
  ASSERT_EQ(story.attempts(web).size(), 2U);
  EXPECT_EQ(story.attempts(web)[0].failure_code, "conflict");
  EXPECT_TRUE(story.deployment(web).excluded_offers.empty());

  Story again;
  again.alpha.every_create = refused(ErrorCode::conflict);
  const std::string api = again.deploy("api");
  again.run();
  EXPECT_EQ(again.status(api), "provisioning_failed");
  EXPECT_EQ(again.alpha.calls_of("create"), 2);
}

TEST(Failover, ARateLimitIsWaitedForAndCostsNoOffer) {
  Story story;
  Fault busy = refused(ErrorCode::rate_limited);
  busy.answer->retry_after_ms = 7'000;
  story.alpha.creates = {busy, busy};
  const std::string web = story.deploy("web");
  const std::int64_t begin = story.clock.now().boot_ms;
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "cx33");
  EXPECT_GE(story.clock.now().boot_ms - begin, 14'000);
  EXPECT_EQ(story.attempts(web).size(), 1U);
}

TEST(Failover, AStormOfRateLimitsLosesTheWholeAccountAndEndsInTime) {
  Fault storm = refused(ErrorCode::rate_limited);
  storm.answer->vendor_code = "too_many_requests";
  storm.answer->retry_after_ms = 30'000;
  Story story;
  story.alpha.every_create = storm;
  const std::string web = story.deploy("web");
  const std::int64_t begin = story.clock.now().boot_ms;
  story.run();
  EXPECT_EQ(story.server_of(web).account, "beta");
  EXPECT_LE(story.alpha.calls_of("create"), 5);  // cx43 was not even asked for
  EXPECT_LT(story.clock.now().boot_ms - begin, 4 * 60'000);

  Story alone;
  alone.beta.catalogue.clear();
  alone.alpha.every_create = storm;
  const std::string api = alone.deploy("api");
  alone.run();
  EXPECT_EQ(alone.status(api), "provisioning_failed") << "it was repeated until the limit";
  EXPECT_TRUE(has(alone.deployment(api).reason, "too_many_requests"))
      << alone.deployment(api).reason;
  EXPECT_EQ(alone.live_machines(), 0);
}

// DigitalOcean's hourly limit says "in 50 minutes": nobody can wait for that.
TEST(Failover, ARateLimitThatOutlastsTheProvisioningIsNotWaitedFor) {
  Story story;
  Fault hour = refused(ErrorCode::rate_limited);
  hour.answer->vendor_code = "too_many_requests";
  hour.answer->retry_after_ms = 50 * 60'000;
  story.alpha.every_create = hour;
  const std::string web = story.deploy("web");
  const std::int64_t begin = story.clock.now().boot_ms;
  story.run();
  EXPECT_EQ(story.server_of(web).account, "beta");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  EXPECT_LT(story.clock.now().boot_ms - begin, 60'000);
  const auto stock = story.cache.refusals(story.clock.now().unix_ms + 40 * 60'000);
  ASSERT_EQ(stock.size(), 1U) << "the others need not ask before";
  EXPECT_EQ(spoken_for(stock[0]), "alpha////");
}

// Our own budget says nothing about the cloud: a crowd waits for it, and buys what is cheapest.
TEST(Failover, AnEmptyBudgetIsWaitedForAndBlamesNobody) {
  Story story;
  Fault empty = refused(ErrorCode::rate_limited);
  empty.answer->retry_after_ms = 6'000;
  story.alpha.creates = {empty, empty, empty, empty, empty, empty};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "cx33");
  EXPECT_EQ(story.alpha.calls_of("create"), 7);
}

TEST(Failover, AQuotaOfOneRegionLeavesTheOthersOfTheAccount) {
  Story story;
  story.alpha.sells("cx53", 4, 8, 80, 1400, "r2");
  Fault quota = refused(ErrorCode::quota_reached);
  quota.answer->scope = StockScope::region;
  story.alpha.creates.push_back(quota);
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "cx53");
  EXPECT_EQ(spoken_for(story.cache.refusals(story.clock.now().unix_ms).at(0)), "alpha/r1///");
}

TEST(Failover, ADemandThatNoOfferCanServeBuysNothing) {
  Story story;
  const std::string web = story.deploy("web", 64, 512, 50);
  story.run();
  EXPECT_EQ(story.status(web), "insufficient_capacity");
  EXPECT_TRUE(has(story.deployment(web).reason, "None of 3 offers fits"))
      << story.deployment(web).reason;
  EXPECT_EQ(story.alpha.calls_of("create") + story.beta.calls_of("create"), 0);
  EXPECT_TRUE(story.attempts(web).empty());
}

TEST(Looking, AHundredServersCostOneListAnInterval) {
  Story story;
  story.settings.organizations[0].max_servers = 200;
  story.beta.catalogue.clear();
  for (int i = 0; i < 100; ++i) story.deploy("app-" + std::to_string(i), 3, 6, 60);
  story.run();
  EXPECT_EQ(story.live_machines(), 100);
  EXPECT_LE(story.alpha.calls_of("find"), 6) << "20 s of booting, 5 s between two looks";
}

TEST(Looking, WaitsForAServerAsLongAsItsOfferTookBefore) {
  Story story;
  story.settings.organizations[0].max_servers = 9;
  story.beta.catalogue.clear();
  story.deploy("a", 3, 6, 60);
  story.run();
  const int unknown = story.alpha.calls_of("find");
  story.deploy("b", 3, 6, 60);
  story.run();
  EXPECT_GE(unknown, 4);
  EXPECT_LE(story.alpha.calls_of("find") - unknown, 3);
}

TEST(Looking, IsMoreSeldomTheLongerItTakes) {
  Story story;
  story.settings.provisioning.tries = 1;
  story.beta.catalogue.clear();
  story.alpha.boots = {Boot::never};
  story.deploy("a");
  story.run();
  EXPECT_LE(story.alpha.calls_of("find"), 24);  // four minutes; every 5 s would be 48
}

TEST(Failover, ACloudThatStaysDownLosesToTheNext) {
  Story story;
  story.alpha.every_create = refused(ErrorCode::unavailable);
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).account, "beta");
}

TEST(Failover, EverythingRefusedEndsWithTheReasonAndNoServer) {
  Story story;
  story.alpha.every_create = story.beta.every_create = out_of_stock();
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "insufficient_capacity");
  EXPECT_TRUE(has(story.deployment(web).reason, "out_of_stock")) << story.deployment(web).reason;
  EXPECT_TRUE(has(story.deployment(web).reason, "berth retry")) << story.deployment(web).reason;
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_EQ(story.alpha.calls_of("create") + story.beta.calls_of("create"), 3);
  for (const AttemptRecord& attempt : story.attempts(web))
    EXPECT_EQ(attempt.status, AttemptStatus::gone);
}

TEST(Failover, TellsWhoWaitsWhatWasRefusedAndWhatIsNext) {
  Story story;
  story.alpha.creates.push_back(out_of_stock());
  const std::string web = story.deploy("web");
  story.run();
  bool told = false;
  for (const EventRecord& event : story.event_records(web))
    told = told || (event.type == "provisioning.failover" && has(event.message, "s4") &&
                    has(event.message, "15.00 USD"));
  EXPECT_TRUE(told);
}

// An approval speaks for a price: failover must not buy something dearer behind the admin's back.
TEST(Failover, NeverBuysADearerOfferThanWasApproved) {
  Story story;
  story.settings.organizations[0].auto_approve_provisioning = false;
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.status(web), "awaiting_approval");
  story.approve(web);  // 12.00 for a cx33
  story.alpha.creates.push_back(out_of_stock());
  story.run();
  EXPECT_EQ(story.status(web), "awaiting_approval") << story.deployment(web).reason;
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_TRUE(has(story.deployment(web).reason, "15.00 USD")) << story.deployment(web).reason;
  story.approve(web);
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "s4");
}

// Who shares a booting server goes on looking when the next offer has no room for both.
TEST(Failover, ASmallerNextOfferSendsTheSecondOneBack) {
  Story story;
  story.alpha.catalogue.clear();
  story.beta.catalogue.clear();
  story.alpha.sells("large", 16, 32, 320, 1000);
  story.beta.sells("small", 4, 8, 80, 1200);
  const std::string web = story.deploy("web");
  std::string api;
  Fault fault = out_of_stock();
  fault.during = [&] { api = story.deploy("api", 3, 6, 60); };
  story.alpha.creates.push_back(fault);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.status(api), "succeeded") << story.deployment(api).reason;
  EXPECT_NE(story.deployment(web).server_id, story.deployment(api).server_id);
}

TEST(BootFailure, IsDestroyedAndTheSecondTryTakesAnotherOffer) {
  Story story;
  story.alpha.boots.push_back(Boot::fails);
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
  EXPECT_EQ(story.server_of(web).instance_type, "s4");
  EXPECT_EQ(story.live_machines(), 1);
  ASSERT_EQ(story.attempts(web).size(), 2U);
  EXPECT_EQ(story.attempts(web)[0].status, AttemptStatus::gone);
  EXPECT_EQ(story.attempts(web)[0].failure_code, "boot_failed");
  EXPECT_TRUE(has(story.attempts(web)[0].failure, "the host broke"));
  EXPECT_EQ(story.deployment(web).tries, 1);
  const auto stock = story.cache.refusals(story.clock.now().unix_ms);
  ASSERT_EQ(stock.size(), 1U);  // for twice the ready time-out
  EXPECT_EQ(spoken_for(stock[0]), "alpha/r1//cx33/on_demand");
}

TEST(BootFailure, TwiceEndsAsProvisioningFailed) {
  Story story;
  story.alpha.boots = {Boot::fails, Boot::fails};
  story.beta.boots = {Boot::fails};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "provisioning_failed");
  EXPECT_EQ(story.code(web), "tries_exhausted");
  EXPECT_TRUE(has(story.deployment(web).reason, "the host broke")) << story.deployment(web).reason;
  EXPECT_EQ(story.attempts(web).size(), 2U);
  EXPECT_EQ(story.live_machines(), 0);
}

TEST(BootFailure, AServerThatIsNotReadyInTimeIsDestroyed) {
  Story story;
  story.alpha.boots.push_back(Boot::never);
  const std::string web = story.deploy("web");
  const std::int64_t begin = story.clock.now().boot_ms;
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.server_of(web).account, "beta");
  EXPECT_EQ(story.attempts(web)[0].failure_code, "not_ready_in_time");
  EXPECT_GE(story.clock.now().boot_ms - begin, 2 * 60'000) << "running_timeout";
  EXPECT_LT(story.clock.now().boot_ms - begin, 3 * 60'000);
  EXPECT_TRUE(story.alpha.live().empty());
}

TEST(BootFailure, ADeafServerIsNotReady) {
  Story story;
  story.network.deaf = {"10.0.0.1"};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).account, "beta");
  EXPECT_TRUE(has(story.attempts(web)[0].failure, "10.0.0.1 does not answer"))
      << story.attempts(web)[0].failure;
}

TEST(BootFailure, TheWholeProvisioningHasALimit) {
  Story story;
  story.settings.provisioning.tries = 9;
  story.settings.provisioning.running_timeout_ms = story.settings.provisioning.ready_timeout_ms;
  story.alpha.boot_ms = story.beta.boot_ms = 24 * 3'600'000;
  const std::string web = story.deploy("web");
  const std::int64_t begin = story.clock.now().boot_ms;
  story.run();
  EXPECT_EQ(story.status(web), "timed_out");
  EXPECT_TRUE(has(story.deployment(web).reason, "within 10 minutes"))
      << story.deployment(web).reason;
  EXPECT_GE(story.clock.now().boot_ms - begin, 600'000);
  EXPECT_LT(story.clock.now().boot_ms - begin, 700'000);
  EXPECT_EQ(story.live_machines(), 0);
}

TEST(BootFailure, AServerThatVanishesWhileItBootsIsNotedAfterTwoLooks) {
  Story story;
  const std::string web = story.deploy("web");
  story.pass(6'000);
  story.alpha.vanish("alpha-1");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.attempts(web)[0].failure_code, "vanished");
  EXPECT_EQ(story.server_of(web).account, "beta");
}

}  // namespace
}  // namespace berth
