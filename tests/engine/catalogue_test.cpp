// What a vendor's catalogue is worth while it cannot be read.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

constexpr std::int64_t hour = 3'600'000;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Failure away() { return failure(ErrorCode::unavailable, Effect::none, "503 of the vendor"); }

bool admins_were_told(Story& story, const std::string& id, const std::string& part) {
  for (const EventRecord& event : story.event_records(id))
    if (event.type == "provisioning.account_missing" && has(event.message, part)) return true;
  return false;
}

/// Alpha's catalogue was read once, by a process that is gone.
void read_once(Story& story) {
  story.parts().catalogue.refresh(*story.parts().accounts.list());
  story.die();
}

// A cap of one hour's price was bought as 0.16 USD a month.
TEST(Catalogue, WithAnImplausiblePriceIsNotBoughtFromAndThePlanAndTheAuditSayWhy) {
  Story story;
  story.beta.catalogue.clear();
  story.alpha.catalogue.clear();
  story.alpha.sells("cx33", 4, 8, 80, 1200);
  story.alpha.catalogue[0].hourly_nanos = story.alpha.catalogue[0].monthly_cap_nanos = 16'400'000;
  const std::string web = story.deploy("web");
  story.run();
  const std::string why = "its monthly cap of 0.02 USD is less than a day's price";
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_NE(story.deployment(web).reason.find(why), std::string::npos)
      << story.deployment(web).reason;
  EXPECT_NE(story.audit(web).back().failure_reason.find(why), std::string::npos)
      << story.audit(web).back().failure_reason;
  std::string plan;
  story.look([&](const LedgerView& view) { plan = view.decision_json(web); });
  EXPECT_NE(plan.find(why), std::string::npos) << plan;
}

// One 503, one RequestLimitExceeded or one dropped connection, and the deployment was over.
TEST(CatalogueRead, OneFaultThatPassesEndsNoDeployment) {
  Story story;
  story.beta.catalogue.clear();
  story.alpha.catalogue_failures = 1;
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
  EXPECT_EQ(story.alpha.calls_of("offers"), 2);
  for (const std::string& type : story.events(web)) EXPECT_NE(type, "deployment.waiting");
}

TEST(CatalogueRead, IsTriedThreeTimesAndThenLeftAlone) {
  Story story;
  story.alpha.catalogue_failure = away();
  story.parts().catalogue.refresh(*story.parts().accounts.list());
  story.parts().catalogue.refresh(*story.parts().accounts.list());
  EXPECT_EQ(story.alpha.calls_of("offers"), 3);
  const auto view = story.parts().catalogue.peek(*story.parts().accounts.list());
  ASSERT_TRUE(view);
  ASSERT_EQ(view->missing.size(), 1U);
  EXPECT_TRUE(view->missing[0].passing);
}

// A burst that came within the 15 s after a failed read failed as a whole.
TEST(CatalogueRead, ThatFailedIsWaitedForByAWholeBurst) {
  Story story;
  story.settings.organizations[0].max_servers = 50;
  story.beta.catalogue.clear();
  story.alpha.catalogue_failures = 3;
  std::vector<std::string> burst;
  for (int i = 0; i < 20; ++i) burst.push_back(story.deploy("app-" + std::to_string(i)));
  story.run();
  for (const std::string& id : burst)
    EXPECT_EQ(story.status(id), "succeeded") << story.deployment(id).reason;
}

TEST(CatalogueRead, ADenialIsNoFaultThatPasses) {
  Story story;
  story.beta.catalogue.clear();
  story.alpha.catalogue_failure = failure(ErrorCode::denied, Effect::none, "401: no such token");
  const std::string web = story.deploy("web");
  story.pass(1'000);
  EXPECT_EQ(story.alpha.calls_of("offers"), 1);
  EXPECT_EQ(story.status(web), "placing");
  EXPECT_EQ(story.deployment(web).waits_code, "account_unusable");
  EXPECT_FALSE(story.deployment(web).waits_passing);
}

// A rotated token was refused for what the old one had done.
TEST(CatalogueRead, ADenialIsRememberedForItsCredentialOnly) {
  Story story;
  story.settings.accounts[0].credential = "the old token";
  story.alpha.catalogue_failure = failure(ErrorCode::denied, Effect::none, "401: no such token");
  OfferCatalogue& catalogue = story.parts().catalogue;
  catalogue.refresh(*story.parts().accounts.list());
  EXPECT_TRUE(catalogue.peek(*story.parts().accounts.list())) << "it is remembered";
  story.settings.accounts[0].credential = "the new token";
  story.alpha.catalogue_failure.reset();
  EXPECT_FALSE(catalogue.peek(*story.parts().accounts.list())) << "another token is another thing";
  catalogue.refresh(*story.parts().accounts.list());
  EXPECT_TRUE(catalogue.peek(*story.parts().accounts.list())->missing.empty());
}

TEST(OlderCatalogue, IsBoughtFromWhileTheVendorIsAwayAndTheDecisionSaysSo) {
  Story story;
  read_once(story);
  story.clock.pass(2 * hour);
  story.alpha.catalogue_failure = away();
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
  EXPECT_EQ(story.server_of(web).account, "alpha");
  const std::string note = story.audit(web).back().note;
  EXPECT_TRUE(has(note, "Prices of 2026-11-21 18:00 UTC, as the catalogue of account alpha cannot "
                        "be read: 503 of the vendor."))
      << note;
}

TEST(OlderCatalogue, BeyondItsAgeIsAYardstickForTheOthersAndAdminsAreTold) {
  Story story;
  read_once(story);
  story.clock.pass(25 * hour);
  story.alpha.catalogue_failure = away();
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
  EXPECT_EQ(story.server_of(web).account, "beta") << "15.00 is within twice 12.00";
  EXPECT_TRUE(admins_were_told(story, web, "12.00 USD"));
}

TEST(OlderCatalogue, WhereTheOthersAreMuchDearerAnAdminIsAskedAndSeesBothPrices) {
  Story story;
  story.beta.catalogue.clear();
  story.beta.sells("s4", 4, 8, 160, 4800);
  read_once(story);
  story.clock.pass(25 * hour);
  story.alpha.catalogue_failure = away();
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "awaiting_approval");
  const std::string reason = story.deployment(web).reason;
  EXPECT_TRUE(has(reason, "12.00 USD") && has(reason, "48.00 USD")) << reason;
}

TEST(OlderCatalogue, OfAnotherCredentialIsAYardstickAndNotBoughtFrom) {
  Story story;
  read_once(story);
  story.settings.accounts[0].credential = "another";
  story.clock.pass(hour);
  story.alpha.catalogue_failure = away();
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
  EXPECT_EQ(story.server_of(web).account, "beta");
  EXPECT_TRUE(admins_were_told(story, web, "12.00 USD"));
}

TEST(OlderCatalogue, OfAnAccountThatIsSetAsideIsAYardstickToo) {
  Story story;
  story.beta.catalogue.clear();
  story.beta.sells("s4", 4, 8, 160, 4800);
  read_once(story);
  story.settings.accounts[0].set_aside = "its key is missing";
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "awaiting_approval");
  EXPECT_TRUE(has(story.deployment(web).reason, "12.00 USD")) << story.deployment(web).reason;
}

// us-east-1 was well, eu-central-1 at 503, and nothing could be bought anywhere.
TEST(OneBadRegion, TakesNothingFromTheOthers) {
  Story story;
  story.beta.catalogue.clear();
  story.settings.accounts[0].regions = {"r1", "r2"};
  story.alpha.region_failures["r2"] = away();
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "succeeded") << story.deployment(web).reason;
  EXPECT_TRUE(has(story.audit(web).back().note,
                  "The catalogue of account alpha in r2 could not be read: 503 of the vendor."))
      << story.audit(web).back().note;
}

TEST(OneBadRegion, ThatWasReadOnceIsBoughtFrom) {
  Story story;
  story.beta.catalogue.clear();
  story.settings.accounts[0].regions = {"r1", "r2"};
  story.alpha.sells("cx32", 4, 8, 80, 900, "r2");
  read_once(story);
  story.clock.pass(2 * hour);
  story.alpha.region_failures["r2"] = away();
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).region, "r2");
  EXPECT_TRUE(has(story.audit(web).back().note, "the catalogue of account alpha in r2 cannot be"))
      << story.audit(web).back().note;
}

TEST(OneBadRegion, CostsFewCallsAndNoneWhereAllIsWell) {
  Story story;
  story.settings.accounts[0].regions = {"r1", "r2", "r3"};
  story.parts().catalogue.refresh(*story.parts().accounts.list());
  EXPECT_EQ(story.alpha.calls_of("offers"), 1) << "all regions in one call";
  story.clock.pass(hour);
  story.alpha.region_failures["r2"] = away();
  story.parts().catalogue.refresh(*story.parts().accounts.list());
  EXPECT_EQ(story.alpha.calls_of("offers"), 1 + 1 + 3 + 2) << "all, each by itself, r2 twice more";
}

}  // namespace
}  // namespace berth
