#include "policy/pipeline.hpp"

#include <gtest/gtest.h>

#include "stories.hpp"

namespace berth {
namespace {

std::string refusal(std::vector<StageSettings> stages) {
  try {
    const Pipeline made(std::move(stages));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Pipeline, SuggestsTheStageThatWasMeant) {
  EXPECT_EQ(refusal({stage("sizing"), stage("selektion")}),
            "there is no stage 'selektion' (there are: entitlement, sizing, quota, selection, "
            "approval); did you mean \"selection\"?");
}

TEST(Pipeline, RefusesOrdersThatMeanNothing) {
  EXPECT_NE(refusal({stage("sizing"), stage("selection"), stage("sizing")}).find("twice"),
            std::string::npos);
  EXPECT_NE(refusal({stage("selection")}).find("no 'sizing'"), std::string::npos);
  EXPECT_NE(refusal({stage("sizing")}).find("no 'selection'"), std::string::npos);
  EXPECT_NE(refusal({stage("selection"), stage("sizing")}).find("before 'sizing'"),
            std::string::npos);
  EXPECT_NE(refusal({}).find("no 'sizing'"), std::string::npos);
}

TEST(Pipeline, SpendsNothingWithoutAStageThatAsks) {
  EXPECT_NE(refusal({stage("sizing"), stage("selection")}).find("no 'approval'"),
            std::string::npos);
}

TEST(Pipeline, RefusesAnApprovalOfNobodyKnowsWhat) {
  std::vector<StageSettings> stages{stage("sizing"), stage("approval"), stage("selection")};
  EXPECT_NE(refusal(stages).find("no price_cap"), std::string::npos);
  stages[1].price_cap = Money{unit, "USD"};
  EXPECT_EQ(refusal(stages), "accepted");
}

TEST(Pipeline, RunsTheStagesInTheUsersOrderAndStopsAtTheFirstNo) {
  Facts facts = acme_deploys_web();
  facts.servers_counted = 5;
  const Pipeline pipeline({stage("quota"), stage("entitlement"), stage("sizing"),
                           stage("selection"), stage("approval")});
  const Decision decision = pipeline.decide(facts);
  ASSERT_EQ(decision.stages.size(), 1U);
  EXPECT_EQ(decision.stages[0].stage, "quota");
  EXPECT_EQ(decision.required, Room{});
}

TEST(Pipeline, KeepsEveryStagesWord) {
  const Decision decision = Pipeline(usual_stages()).decide(acme_deploys_web());
  std::vector<std::string> codes;
  for (const StageVerdict& each : decision.stages) codes.push_back(each.verdict.code);
  EXPECT_EQ(codes, (std::vector<std::string>{"entitled", "sized", "within_quota", "selected",
                                             "auto_approved", "within_bound"}));
  EXPECT_EQ(decision.outcome.code, "proceed");
}

/// A purchase used to say that all stages agree, and nothing of an account that was not asked.
TEST(Pipeline, SaysWhatWasLeftOutAlsoWhereSomethingIsBought) {
  Facts facts = acme_deploys_web();
  facts.missing_catalogues = {
      {.account = "do-main", .why = "it does not answer", .last_known = *facts.offers},
      {.account = "acme.own",
       .why = "its check was refused.",
       .set_aside = true,
       .last_known = {offer("cx23", 2, 4, 40, 600)}}};
  const std::string left_out =
      " The catalogue of account do-main could not be read: it does not answer. The cheapest known "
      "there costs 12.00 USD a month."
      " Account acme.own is not used: its check was refused.";
  EXPECT_EQ(Pipeline(usual_stages()).decide(facts).outcome.sentence,
            "Every stage of the pipeline agrees." + left_out);
  facts.organization.auto_approve_provisioning = false;
  const Verdict held = Pipeline(usual_stages()).decide(facts).outcome;
  EXPECT_EQ(held.kind, VerdictKind::hold);
  EXPECT_TRUE(held.sentence.ends_with(left_out)) << held.sentence;
}

TEST(StageTable, HasTheOrderThatSuitsMost) {
  std::vector<StageSettings> stages;
  for (const StageKind& kind : stage_table()) {
    stages.push_back(stage(std::string(kind.name)));
    EXPECT_FALSE(kind.help.empty());
  }
  EXPECT_EQ(refusal(stages), "accepted");
}

}  // namespace
}  // namespace berth
