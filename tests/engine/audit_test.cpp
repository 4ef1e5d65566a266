// Every provisioning is on record, however it ends.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

using Words = std::vector<std::string>;

TEST(Audit, OfASuccessHasEveryField) {
  Story story;
  const std::string web = story.deploy("web");
  story.run();
  const auto all = story.audit(web);
  ASSERT_EQ(all.size(), 1U);
  const AuditRecord& record = all[0];
  EXPECT_EQ(record.organization, "acme");
  EXPECT_EQ(record.application, "web");
  EXPECT_EQ(record.deployment_id, web);
  EXPECT_EQ(record.server_id, story.server_of(web).id);
  EXPECT_EQ(record.attempt_id, story.attempts(web).at(0).id);
  EXPECT_EQ(record.vendor_id, "alpha-1");
  EXPECT_EQ(record.trigger, "no_servers_available");
  EXPECT_EQ(record.status, "succeeded");
  EXPECT_EQ(record.required, (Room{3000, 5 * 1024, 60 * 1024}));
  EXPECT_NE(record.offer_json.find("cx33"), std::string::npos);
  EXPECT_EQ(record.estimated_monthly, (Money{12'000'000'000, "USD"}));
  EXPECT_TRUE(record.failure_reason.empty());
  EXPECT_GT(record.started_unix_ms, 0);
  EXPECT_GE(record.completed_unix_ms - record.started_unix_ms, 20'000);
  EXPECT_EQ(story.audit_words(record.record_id), (Words{"pending", "provisioning", "succeeded"}));
}

TEST(Audit, NamesTheTrigger) {
  Story story;
  story.add_server("small", 1, 1, 20);
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.audit(web).at(0).trigger, "insufficient_capacity");
}

TEST(Audit, OfAQuotaSaysSo) {
  Story story;
  story.settings.organizations[0].max_servers = 0;
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.audit(web).at(0).status, "quota_exceeded");
  EXPECT_EQ(story.audit(web).at(0).failure_code, "quota_exceeded");
  const Words told = story.events(web);
  EXPECT_EQ(told, (Words{"deployment.accepted", "quota.exceeded", "deployment.failed"}));

  story.settings.organizations[0].max_servers.reset();
  const std::string api = story.deploy("api");
  story.run();
  EXPECT_EQ(story.audit(api).at(0).status, "quota_exceeded");
  EXPECT_EQ(story.code(api), "no_quota");
}

TEST(Audit, OfADenialIsFailed) {
  Story story;
  story.settings.organizations[0].auto_provisioning = false;
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.audit(web).at(0).status, "failed");
  EXPECT_EQ(story.audit(web).at(0).failure_code, "auto_provisioning_disabled");
}

TEST(Audit, EachTryHasARecordOfItsOwn) {
  Story story;
  story.alpha.boots.push_back(Boot::fails);
  const std::string web = story.deploy("web");
  story.run();
  const auto all = story.audit(web);  // newest first
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].status, "succeeded");
  EXPECT_EQ(all[1].status, "failed");
  EXPECT_EQ(all[1].failure_code, "boot_failed");
  EXPECT_NE(all[1].failure_reason.find("the host broke"), std::string::npos);
  EXPECT_NE(all[0].attempt_id, all[1].attempt_id);
}

TEST(Audit, OfAFailoverShowsTheOfferThatWasBought) {
  Story story;
  story.alpha.creates.push_back(out_of_stock());
  const std::string web = story.deploy("web");
  story.run();
  const AuditRecord record = story.audit(web).at(0);
  EXPECT_EQ(record.status, "succeeded");
  EXPECT_EQ(record.estimated_monthly, (Money{15'000'000'000, "USD"}));
  EXPECT_NE(record.offer_json.find("s4"), std::string::npos) << record.offer_json;
}

TEST(Audit, OfATimeOutIsFailed) {
  Story story;
  story.settings.provisioning.tries = 9;
  story.alpha.boot_ms = story.beta.boot_ms = 24 * 3'600'000;
  const std::string web = story.deploy("web");
  story.run();
  for (const AuditRecord& record : story.audit(web)) {
    EXPECT_EQ(record.status, "failed");
    EXPECT_GT(record.completed_unix_ms, 0);
  }
}

}  // namespace
}  // namespace berth
