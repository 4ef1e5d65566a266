// What is bought is what somebody wanted, at the price that was shown.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Fault invalid(const std::string& code, const std::string& message) {
  Fault fault = refused(ErrorCode::invalid);
  fault.answer->vendor_code = code;
  fault.answer->message = message;
  return fault;
}

Fault denied_for_family(const std::string& message) {
  Fault fault = refused(ErrorCode::denied);
  fault.answer->scope = StockScope::instance_type;
  fault.answer->vendor_code = "UnauthorizedOperation";
  fault.answer->message = message;
  return fault;
}

void sell_many(FakeCloud& cloud, int types, int cents) {
  for (int i = 0; i < types; ++i)
    cloud.sells("t" + std::to_string(i) + ".large", 4, 8, 80, cents + i);
}

// An image that was gone cost 24 creates, and the end said nothing of it.
TEST(Refused, TwiceForOneReasonAndTheAccountIsLeftForThisDeployment) {
  Story story;
  story.beta.catalogue.clear();
  sell_many(story.alpha, 20, 1000);
  story.alpha.every_create =
      invalid("invalid_input", "image debian-99 was not found; mend `image` of the account");
  const std::string web = story.deploy("web");
  const std::int64_t begin = story.clock.now().boot_ms;
  story.run();
  EXPECT_EQ(story.alpha.calls_of("create"), 2);
  EXPECT_EQ(story.status(web), "provisioning_failed");
  EXPECT_LT(story.clock.now().boot_ms - begin, 10'000);
  const std::string reason = story.deployment(web).reason;
  EXPECT_EQ(reason.rfind("Insufficient capacity:", 0), 0U) << reason;
  EXPECT_TRUE(has(reason, "image debian-99 was not found; mend `image`")) << reason;
  EXPECT_TRUE(has(story.audit(web).back().failure_reason, "image debian-99 was not found"));
}

TEST(Refused, TwiceForOneReasonAndTheNextAccountIsTried) {
  Story story;
  story.alpha.every_create = invalid("invalid_input", "image not found");
  story.alpha.sells("cx32", 4, 8, 80, 1100);
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.server_of(web).account, "beta");
  EXPECT_EQ(story.alpha.calls_of("create"), 2);
}

// The same reason reads the same, whatever names of the offer the vendor puts into it.
TEST(Refused, TheOffersOwnNamesDoNotMakeItAnotherReason) {
  Story story;
  story.beta.catalogue.clear();
  sell_many(story.alpha, 20, 1000);
  Fault first = invalid("x", "cannot make t0.large in r1, request 7f3a01: no default VPC");
  Fault second = invalid("x", "cannot make t1.large in r1, request 99ab12: no default VPC");
  story.alpha.creates = {first, second};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.alpha.calls_of("create"), 2);
  EXPECT_EQ(story.status(web), "provisioning_failed");
}

// A policy that denies t* left m7g unsold: "every offer that fits is out of stock".
TEST(Refused, ADenialOfOneTypeLeavesTheOthers) {
  Story story;
  story.beta.catalogue.clear();
  story.alpha.catalogue.clear();
  story.alpha.sells("t4g.large", 4, 8, 80, 1000);
  story.alpha.sells("t3.large", 4, 8, 80, 1100);
  story.alpha.sells("m7g.large", 4, 8, 80, 1300);
  const Fault no = denied_for_family("explicit deny in a service control policy");
  story.alpha.creates = {no, no};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
  EXPECT_EQ(story.server_of(web).instance_type, "m7g.large");
}

TEST(Refused, ThreeFamiliesDeniedAreTheCredential) {
  Story story;
  story.beta.catalogue.clear();
  story.alpha.catalogue.clear();
  for (const char* type : {"t4g.large", "t3.large", "m7g.large", "m7i.large", "c7i.large"})
    story.alpha.sells(type, 4, 8, 80, 1000);
  story.alpha.every_create = denied_for_family("explicit deny in a service control policy");
  const std::string web = story.deploy("web");
  story.pass(5'000);
  EXPECT_EQ(story.alpha.calls_of("create"), 3);
  EXPECT_EQ(story.status(web), "placing") << "a person has to mend it";
  EXPECT_EQ(story.deployment(web).waits_code, "account_unusable");
  EXPECT_TRUE(has(story.deployment(web).reason, "service control policy"))
      << story.deployment(web).reason;
}

// One bucket of a quota was used up, and the other families were never tried.
TEST(Refused, AQuotaOfOneBucketLeavesTheOthers) {
  Story story;
  story.beta.catalogue.clear();
  story.alpha.catalogue.clear();
  story.alpha.sells("m5.large", 4, 8, 80, 1000);
  story.alpha.sells("m6.large", 4, 8, 80, 1100);
  story.alpha.sells("g4dn.xlarge", 4, 8, 80, 1200);
  story.alpha.catalogue[0].families = story.alpha.catalogue[1].families = {"vcpu:standard"};
  story.alpha.catalogue[2].families = {"vcpu:g"};
  Fault quota = refused(ErrorCode::quota_reached);
  quota.answer->scope = StockScope::family;
  quota.answer->scope_name = "vcpu:standard";
  story.alpha.creates = {quota};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "g4dn.xlarge");
  EXPECT_EQ(story.alpha.calls_of("create"), 2) << "m6 is in the same bucket";
}

// A type that is listed and never sold cost every deployment a create.
TEST(Refused, ATypeThatIsNotSoldThereIsRememberedForAnHour) {
  Story story;
  story.settings.organizations[0].max_servers = 9;
  Fault fault = invalid("invalid_input", "unsupported location for server type");
  fault.answer->scope = StockScope::instance_type;
  story.alpha.creates = {fault};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "s4");
  story.pass(50 * 60'000);
  const std::string api = story.deploy("api", 3, 6, 66);
  story.run();
  EXPECT_EQ(story.server_of(api).instance_type, "s4") << "cx33 is not asked for again";
}

TEST(Refused, WhatIsRefusedIsNotCalledOutOfStock) {
  Story story;
  story.beta.catalogue.clear();
  story.alpha.every_create = refused(ErrorCode::quota_reached);
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_FALSE(has(story.deployment(web).reason, "out of stock")) << story.deployment(web).reason;
  EXPECT_EQ(story.code(web), "vendor_quota_reached");
}

// A one-core deployment bought a server for 624 a month: all cheaper ones had been refused.
TEST(Dearer, ThanTwiceTheFirstEstimateIsNotBoughtUnasked) {
  Story story;
  story.beta.catalogue.clear();
  story.alpha.sells("ccx53", 32, 128, 600, 62'477);
  Fault fault = invalid("invalid_input", "image disk is bigger than server type disk");
  fault.answer->scope = StockScope::instance_type;
  story.alpha.creates = {fault};
  story.alpha.forget("cx43");
  const std::string web = story.deploy("web", 1, 1, 10);
  story.run();
  EXPECT_EQ(story.status(web), "awaiting_approval") << story.deployment(web).reason;
  EXPECT_EQ(story.live_machines(), 0);
  const std::string reason = story.deployment(web).reason;
  EXPECT_TRUE(has(reason, "624.77 USD") && has(reason, "12.00 USD")) << reason;
  story.approve(web);
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "ccx53") << "an admin said yes to it";
}

// The next deployment's first look showed the dear one as the cheapest there is.
TEST(Dearer, ThanTwiceTheUsualPriceIsNotBoughtUnaskedAtTheFirstLookEither) {
  Story story;
  story.beta.catalogue.clear();
  story.alpha.forget("cx43");
  story.alpha.sells("ccx53", 32, 128, 600, 62'477);
  story.alpha.creates = {out_of_stock()};
  const std::string first = story.deploy("first");
  story.run();
  const std::string second = story.deploy("second");
  story.pass(1'000);
  EXPECT_EQ(story.status(second), "awaiting_approval");
  EXPECT_EQ(story.live_machines(), 0);
}

TEST(Dearer, WithinTheBoundFailoverGoesOnByItself) {
  Story story;
  story.beta.catalogue.clear();  // cx43 costs 24.00, twice cx33
  story.alpha.creates = {out_of_stock()};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "cx43");
}

TEST(Dearer, ThePercentIsTheUsersChoice) {
  Story story;
  story.beta.catalogue.clear();
  story.settings.provisioning.dearer_percent = 99;
  story.alpha.creates = {out_of_stock()};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "awaiting_approval");
}

TEST(Dearer, WhereAnAmountWasApprovedNothingAboveItIsBought) {
  Story story;
  story.settings.organizations[0].auto_approve_provisioning = false;
  const std::string web = story.deploy("web");
  story.run();
  story.approve(web);  // 12.00
  story.alpha.creates = {out_of_stock()};
  story.run();
  EXPECT_EQ(story.status(web), "awaiting_approval") << "s4 for 15.00 is within 100 %, and above it";
}

TEST(Dearer, WhereNobodyMayApproveItEndsAndNamesBothPrices) {
  Story story;
  story.settings.organizations[0].admins.clear();
  story.beta.catalogue.clear();
  story.alpha.forget("cx43");
  story.alpha.sells("ccx53", 32, 128, 600, 62'477);
  story.alpha.creates = {out_of_stock()};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "insufficient_capacity");
  EXPECT_TRUE(has(story.deployment(web).reason, "624.77 USD") &&
              has(story.deployment(web).reason, "12.00 USD"))
      << story.deployment(web).reason;
}

TEST(Dearer, WhenTheCheapOneIsBackNobodyHasToSayYes) {
  Story story;
  story.beta.catalogue.clear();
  story.alpha.forget("cx43");
  story.alpha.sells("ccx53", 32, 128, 600, 62'477);
  story.alpha.creates = {out_of_stock()};
  const std::string first = story.deploy("first");
  story.run();
  ASSERT_EQ(story.status(first), "awaiting_approval");
  const std::string second = story.deploy("second");
  story.pass(1'000);
  ASSERT_EQ(story.status(second), "awaiting_approval");
  for (int i = 0; i < 10 && story.status(second) == "awaiting_approval"; ++i) story.pass(30'000);
  story.run();
  EXPECT_EQ(story.status(second), "succeeded");
  EXPECT_EQ(story.server_of(second).instance_type, "cx33");
}

TEST(Dearer, ARetryBeginsWithAnEstimateOfItsOwn) {
  Story story;
  story.settings.organizations[0].admins.clear();
  story.beta.catalogue.clear();
  story.alpha.forget("cx43");
  story.alpha.creates = {out_of_stock()};
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.status(web), "insufficient_capacity");
  story.alpha.raise_prices(300);
  story.clock.pass(20 * 60'000);
  story.retry(web);
  story.run();
  EXPECT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
}

// With price_cap and providers set, an admin's `servers buy` went round both.
TEST(Buying, GoesThroughThePipeline) {
  Story story;
  StageSettings selection;
  selection.stage = "selection";
  selection.price_cap = Money{13'000'000'000, "USD"};
  story.use_stage(selection);
  EXPECT_THROW(story.buy("alpha/r1//cx43/on_demand"), Refusal);
  selection.price_cap.reset();
  selection.providers = {"cloud-of-alpha"};
  story.use_stage(selection);
  EXPECT_THROW(story.buy("beta/r1//s4/on_demand"), Refusal);
  EXPECT_NO_THROW(story.buy("alpha/r1//cx43/on_demand"));
  story.run();
  EXPECT_EQ(story.live_machines(), 1);
}

TEST(Tries, AnAttemptThatWasRefusedEverywhereCounts) {
  Story story;
  story.settings.provisioning.tries = 2;
  story.beta.catalogue.clear();
  sell_many(story.alpha, 40, 1000);
  std::deque<Fault> all;
  for (int i = 0; i < 40; ++i)
    story.alpha.creates.push_back(
        invalid("e" + std::string(1, static_cast<char>('a' + i % 26)),
                "reason " + std::string(static_cast<std::size_t>(i) + 1, 'x')));
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "provisioning_failed");
  EXPECT_EQ(story.code(web), "tries_exhausted");
  EXPECT_LE(story.alpha.calls_of("create"), 16);
}

// A provisioning that ran out of time said no word of why.
TEST(TimedOut, CarriesTheLastRefusal) {
  Story story;
  story.settings.provisioning.ready_timeout_ms = story.settings.provisioning.running_timeout_ms =
      story.settings.provisioning.limit_ms;
  story.alpha.creates = {invalid("VPCIdNotSpecified", "no default VPC")};
  story.alpha.boot_ms = story.beta.boot_ms = 24 * 3'600'000;
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.status(web), "timed_out");
  EXPECT_TRUE(has(story.deployment(web).reason, "no default VPC")) << story.deployment(web).reason;
}

// A cron job in an outage of a minute made the whole queue final.
TEST(Outage, ThatPassesLosesNoDeployment) {
  Story story;
  story.settings.organizations[0].max_servers = 100;
  const Failure away = failure(ErrorCode::unavailable, Effect::none, "connection refused");
  story.alpha.catalogue_failure = story.beta.catalogue_failure = away;
  std::vector<std::string> queue;
  for (int i = 0; i < 40; ++i) queue.push_back(story.deploy("app-" + std::to_string(i)));
  story.pass(5 * 60'000);
  for (const std::string& id : queue) {
    EXPECT_EQ(story.status(id), "placing");
    EXPECT_EQ(story.deployment(id).waits_code, "clouds_unreachable");
  }
  story.alpha.catalogue_failure.reset();
  story.beta.catalogue_failure.reset();
  story.run();
  for (const std::string& id : queue)
    EXPECT_EQ(story.status(id), "succeeded") << story.deployment(id).reason;
}

TEST(Outage, AtTheCreatesIsWaitedForToo) {
  Story story;
  Fault away = refused(ErrorCode::unavailable);
  away.answer->message = "503";
  story.alpha.every_create = story.beta.every_create = away;
  const std::string web = story.deploy("web");
  story.pass(3 * 60'000);
  EXPECT_FALSE(is_final(story.deployment(web).status)) << story.deployment(web).reason;
  story.alpha.every_create.reset();
  story.beta.every_create.reset();
  story.run();
  EXPECT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
}

TEST(Outage, BeyondTheLimitEndsAsProvisioningFailed) {
  Story story;
  story.alpha.catalogue_failure = story.beta.catalogue_failure =
      failure(ErrorCode::unavailable, Effect::none, "connection refused");
  const std::string web = story.deploy("web");
  const std::int64_t begin = story.clock.now().boot_ms;
  story.run();
  EXPECT_EQ(story.status(web), "provisioning_failed");
  EXPECT_EQ(story.code(web), "clouds_unreachable");
  EXPECT_EQ(story.deployment(web).reason.rfind("Insufficient capacity:", 0), 0U);
  EXPECT_TRUE(has(story.deployment(web).reason, "connection refused"));
  EXPECT_NEAR(static_cast<double>(story.clock.now().boot_ms - begin), 600'000, 5'000);
}

TEST(WithoutCredentials, ADeploymentWaitsWithTheReasonAndIsToldOnce) {
  Story story;
  story.settings.accounts[0].set_aside = story.settings.accounts[1].set_aside =
      "its key is missing";
  const std::string web = story.deploy("web");
  story.pass(30 * 60'000);
  EXPECT_EQ(story.status(web), "placing");
  EXPECT_EQ(story.deployment(web).waits_code, "account_unusable");
  int told = 0;
  for (const std::string& type : story.events(web)) told += type == "deployment.waiting" ? 1 : 0;
  EXPECT_EQ(told, 1);
  story.settings.accounts[0].set_aside.clear();
  story.settings.accounts[1].set_aside.clear();
  story.run();
  EXPECT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
  EXPECT_TRUE(story.deployment(web).waits_code.empty());
}

TEST(WithoutCredentials, BeyondThePatienceItEndsAsAnError) {
  Story story;
  story.settings.accounts[0].set_aside = story.settings.accounts[1].set_aside =
      "its key is missing";
  const std::string web = story.deploy("web");
  const std::int64_t begin = story.clock.now().boot_ms;
  story.run();
  EXPECT_EQ(story.status(web), "error");
  EXPECT_TRUE(has(story.deployment(web).reason, "its key is missing"));
  EXPECT_NEAR(static_cast<double>(story.clock.now().boot_ms - begin), 3'600'000, 5'000);
}

// A revoked token made berth buy 4.6 times dearer at the other cloud, and nobody was told.
TEST(RefusedCredential, BuysElsewhereOnlyWithinTheBoundAndTellsTheAdmins) {
  Story story;
  story.settings.organizations[0].max_servers = 9;
  story.alpha.every_create = refused(ErrorCode::denied);
  story.alpha.every_create->answer->message = "401: the token was revoked";
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.server_of(web).account, "beta") << "15.00 is within twice 12.00";
  const std::string api = story.deploy("api", 3, 6, 66);
  story.run();
  EXPECT_EQ(story.server_of(api).account, "beta");
  bool told = false;
  for (const EventRecord& event : story.event_records(api))
    told = told || (event.type == "provisioning.account_missing" && has(event.message, "alpha") &&
                    has(event.message, "12.00 USD"));
  EXPECT_TRUE(told);
  EXPECT_TRUE(has(story.audit(api).back().note, "alpha")) << story.audit(api).back().note;
}

// The vendor is only away for a while: what it sold is known.
TEST(Away, AVendorWhosePricesAreKnownBoundsWhatTheOthersMayCost) {
  Story story;
  story.settings.organizations[0].max_servers = 9;
  story.settings.provisioning.catalogue_max_age_ms = 10 * 60'000;
  const std::string first = story.deploy("first");
  story.run();
  ASSERT_EQ(story.server_of(first).account, "alpha");
  story.alpha.catalogue_failure = failure(ErrorCode::unavailable, Effect::none, "503");
  story.clock.pass(11 * 60'000);  // the catalogues are too old to buy from
  const std::string web = story.deploy("web", 3, 6, 66);
  story.run();
  ASSERT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
  EXPECT_EQ(story.server_of(web).account, "beta") << "15.00 is within twice 12.00";
  EXPECT_TRUE(has(story.audit(web).back().note, "alpha could not be read: 503"))
      << story.audit(web).back().note;
  EXPECT_TRUE(has(story.audit(web).back().note, "12.00 USD"));
  story.beta.raise_prices(100);
  story.clock.pass(11 * 60'000);
  const std::string dear = story.deploy("dear", 3, 6, 66);
  story.run();
  EXPECT_EQ(story.status(dear), "awaiting_approval") << "30.00 is not";
  EXPECT_TRUE(has(story.deployment(dear).reason, "30.00 USD") &&
              has(story.deployment(dear).reason, "12.00 USD"))
      << story.deployment(dear).reason;
}

TEST(Away, OneLostAnswerOfACatalogueIsNoOutage) {
  Story story;
  story.alpha.catalogue_failures = 1;
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).account, "alpha");
}

TEST(RefusedCredential, BeyondTheBoundAnAdminIsAsked) {
  Story story;
  story.beta.catalogue.clear();
  story.beta.sells("s4", 4, 8, 160, 4800);
  story.alpha.every_create = refused(ErrorCode::denied);
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "awaiting_approval");
  EXPECT_EQ(story.live_machines(), 0);
}

}  // namespace
}  // namespace berth
