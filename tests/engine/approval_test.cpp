// Where a person has to say yes.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

struct Asking : Story {
  Asking() {
    settings.organizations[0].auto_approve_provisioning = false;
    web = deploy("web");
    run();
  }
  std::string web;
};

TEST(Approval, HoldsWithTheEstimateAndTellsTheAdmins) {
  Asking story;
  EXPECT_EQ(story.status(story.web), "awaiting_approval");
  EXPECT_EQ(story.deployment(story.web).estimate, (Money{12'000'000'000, "USD"}));
  EXPECT_EQ(story.live_machines(), 0);
  const Event asked = story.pager.got().back();
  EXPECT_EQ(asked.type, "approval.required");
  EXPECT_EQ(asked.recipients.count("ann"), 1U);
  EXPECT_NE(asked.fields_json.find("\"estimated_cost\":\"12.00\""), std::string::npos)
      << asked.fields_json;
}

TEST(Approval, IsTheAdminsAlone) {
  Asking story;
  const DeploymentRecord before = story.deployment(story.web);
  EXPECT_THROW(story.approve(story.web, "bob"), Refusal);
  EXPECT_THROW(story.approve(story.web, ""), Refusal);
  story.run();
  EXPECT_EQ(story.status(story.web), "awaiting_approval");
  EXPECT_EQ(story.deployment(story.web).updated_unix_ms, before.updated_unix_ms);
}

TEST(Approval, ThenItBuysAndIsOnRecord) {
  Asking story;
  story.approve(story.web);
  story.run();
  EXPECT_EQ(story.status(story.web), "succeeded");
  EXPECT_EQ(story.deployment(story.web).approved_by, "ann");
  const auto audit = story.audit(story.web);
  ASSERT_EQ(audit.size(), 1U);
  EXPECT_EQ(audit[0].approved_by, "ann");
  EXPECT_GT(audit[0].approved_unix_ms, 0);
  EXPECT_EQ(story.audit_words(audit[0].record_id),
            (std::vector<std::string>{"pending", "provisioning", "succeeded"}));
}

TEST(Approval, OfWhatIsNotPendingIsRefusedAndChangesNothing) {
  Asking story;
  story.approve(story.web);
  story.run();
  const std::size_t events = story.events(story.web).size();
  EXPECT_THROW(story.approve(story.web), Refusal);
  EXPECT_THROW(story.approve("nobody-knows-it"), Refusal);
  EXPECT_EQ(story.events(story.web).size(), events);
  EXPECT_EQ(story.status(story.web), "succeeded");
}

TEST(Approval, APriceThatRoseMeanwhileIsAskedAgain) {
  Asking story;
  story.alpha.raise_prices(50);
  story.beta.raise_prices(50);
  story.clock.pass(11 * 60'000);  // the catalogue is old by now
  story.approve(story.web);
  story.run();
  EXPECT_EQ(story.status(story.web), "awaiting_approval");
  EXPECT_EQ(story.code(story.web), "price_rose");
  EXPECT_EQ(story.deployment(story.web).estimate, (Money{18'000'000'000, "USD"}));
  EXPECT_EQ(story.live_machines(), 0);
  story.approve(story.web);
  story.run();
  EXPECT_EQ(story.status(story.web), "succeeded");
}

TEST(Approval, AQuotaThatWasReachedMeanwhileDenies) {
  Asking story;
  story.settings.organizations[0].max_servers = 0;
  story.approve(story.web);
  story.run();
  EXPECT_EQ(story.status(story.web), "denied");
  EXPECT_EQ(story.code(story.web), "quota_exceeded");
  EXPECT_EQ(story.live_machines(), 0);
}

TEST(Approval, ExpiresAsANo) {
  Asking story;
  story.clock.pass(24 * 3'600'000 + 1);
  story.run();
  EXPECT_EQ(story.status(story.web), "cancelled");
  EXPECT_EQ(story.code(story.web), "approval_expired");
  EXPECT_EQ(story.audit(story.web).at(0).status, "user_cancelled");
}

TEST(Approval, ARefusalIsACancel) {
  Asking story;
  story.cancel(story.web);
  EXPECT_EQ(story.status(story.web), "cancelled");
  EXPECT_EQ(story.audit(story.web).at(0).status, "user_cancelled");
  EXPECT_THROW(story.approve(story.web), Refusal);
}

TEST(Approval, ANewerDeploymentOfTheApplicationTakesItsPlace) {
  Asking story;
  const std::string newer = story.deploy("web", 1, 2, 15);
  story.run();
  EXPECT_EQ(story.code(story.web), "superseded");
  EXPECT_EQ(story.status(newer), "awaiting_approval");
}

// Room came free while it waited: nothing is bought, and the record says how it ended.
TEST(Approval, WhatIsNoLongerNeededIsNotBought) {
  Asking story;
  story.add_server("own", 8, 16, 160);
  story.approve(story.web);
  story.run();
  EXPECT_EQ(story.status(story.web), "succeeded");
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_EQ(story.audit(story.web).at(0).status, "user_cancelled");
  EXPECT_EQ(story.audit(story.web).at(0).failure_code, "not_needed");
  EXPECT_GT(story.audit(story.web).at(0).completed_unix_ms, 0);
}

}  // namespace
}  // namespace berth
