#include <gtest/gtest.h>

#include "policy/ranking.hpp"
#include "stories.hpp"

namespace berth {
namespace {

Decision decide(const Facts& facts, std::vector<StageSettings> stages = usual_stages()) {
  return Pipeline(std::move(stages)).decide(facts);
}

TEST(Entitlement, DeniesWhereTheFlagIsOffAndNamesIt) {
  Facts facts = acme_deploys_web();
  facts.organization.auto_provisioning = false;
  const Decision decision = decide(facts);
  EXPECT_EQ(decision.outcome.kind, VerdictKind::deny);
  EXPECT_EQ(decision.outcome.code, "auto_provisioning_disabled");
  EXPECT_EQ(decision.outcome.sentence,
            "berth buys no servers for acme: set auto_provisioning = true in its "
            "[[organization]].");
  EXPECT_EQ(decision.stages.size(), 1U);
}

TEST(Entitlement, DeniesWithoutAnAccount) {
  Facts facts = acme_deploys_web();
  facts.organization.accounts = 0;
  EXPECT_EQ(decide(facts).outcome.code, "no_accounts");
}

Room sized(Strategy strategy, Room room, int headroom = 20) {
  Facts facts = acme_deploys_web();
  facts.strategy = strategy;
  facts.requirements.room = room;
  auto stages = usual_stages();
  stages[1].headroom_percent = headroom;
  return decide(facts, stages).required;
}

TEST(Sizing, RoundsTwoFourFiftyToThreeFiveSixty) {
  EXPECT_EQ(sized(Strategy::standard, {2000, 4 * gb, 50 * gb}), (Room{3000, 5 * gb, 60 * gb}));
}

TEST(Sizing, RaisesSmallRequestsToTheMinimumFirst) {
  EXPECT_EQ(sized(Strategy::standard, {100, 100, 100}), (Room{2000, 2 * gb, 24 * gb}));
  EXPECT_EQ(sized(Strategy::standard, {100, 100, 100}, 0), (Room{1000, 1 * gb, 20 * gb}));
}

TEST(Sizing, GivesStrategiesMoreRoomBeforeTheHeadroom) {
  const Room room{2000, 4 * gb, 50 * gb};
  EXPECT_EQ(sized(Strategy::blue_green, room), (Room{5000, 10 * gb, 120 * gb}));
  EXPECT_EQ(sized(Strategy::rolling, room), (Room{4000, 8 * gb, 90 * gb}));
  EXPECT_EQ(sized(Strategy::canary, room), (Room{3000, 6 * gb, 90 * gb}));
}

TEST(Sizing, RefusesARequestForNothing) {
  Facts facts = acme_deploys_web();
  facts.requirements.room.memory_mib = 0;
  EXPECT_EQ(decide(facts).outcome.code, "invalid_requirements");
}

TEST(Quota, DeniesWithoutALimit) {
  Facts facts = acme_deploys_web();
  facts.organization.max_servers.reset();
  EXPECT_EQ(decide(facts).outcome.code, "no_quota");
}

TEST(Quota, DeniesTheOneTooMany) {
  Facts facts = acme_deploys_web();
  facts.servers_counted = 4;
  EXPECT_EQ(decide(facts).outcome.kind, VerdictKind::proceed);
  facts.servers_counted = 5;
  const Decision decision = decide(facts);
  EXPECT_EQ(decision.outcome.code, "quota_exceeded");
  EXPECT_NE(decision.outcome.sentence.find("acme may have 5 servers (max_servers) and has 5"),
            std::string::npos);
}

TEST(Selection, AsksForTheCataloguesFirst) {
  Facts facts = acme_deploys_web();
  facts.offers.reset();
  EXPECT_EQ(decide(facts).outcome.kind, VerdictKind::needs_offers);
}

TEST(Selection, RanksTheCheapestThatFitsFirst) {
  const Decision decision = decide(acme_deploys_web());
  EXPECT_EQ(decision.outcome.kind, VerdictKind::proceed);
  EXPECT_EQ(types_of(decision.ranked), (std::vector<std::string>{"cx33", "cx43"}));
  ASSERT_EQ(decision.dropped.size(), 1U);
  EXPECT_EQ(decision.dropped[0].code, "too_small");
  EXPECT_EQ(decision.dropped[0].sentence,
            "2 vCPU, 3 needed; 4 GB of memory, 5 GB needed; at most 40 GB of disk, 60 GB needed");
  EXPECT_EQ(decision.estimate, (Money{12 * unit, "USD"}));
}

TEST(Selection, StopsWhenTheTriesAreUsedUpAndReadsNoCatalogueForIt) {
  Facts facts = acme_deploys_web();
  facts.offers.reset();
  facts.tries = 2;
  EXPECT_EQ(decide(facts).outcome.code, "tries_exhausted");
}

TEST(Selection, NamesTheNearestMissesWhenNothingFits) {
  Facts facts = acme_deploys_web();
  facts.requirements.room.memory_mib = 100 * gb;
  facts.missing_catalogues = {
      {.account = "do-main", .why = "the token was refused", .last_known = *facts.offers}};
  const Verdict outcome = decide(facts).outcome;
  EXPECT_EQ(outcome.kind, VerdictKind::deny);
  EXPECT_EQ(outcome.code, "no_fitting_offer");
  EXPECT_EQ(outcome.sentence.find(
                "None of 3 offers fits. Nearest: cx43 in nbg1 of account main (16 GB of memory, "
                "120 GB needed); cx33 in nbg1 of account main ("),
            0U);
  EXPECT_NE(outcome.sentence.find(
                "The catalogue of account do-main could not be read: the token was refused."),
            std::string::npos);
}

TEST(Selection, TellsOutOfStockFromTooSmall) {
  Facts facts = acme_deploys_web();
  for (AccountOffer& each : *facts.offers) {
    each.refused_until_unix_ms = now + 180'000;
    each.refused_why = "resource_unavailable";
  }
  const Decision decision = decide(facts);
  EXPECT_EQ(decision.outcome.code, "all_out_of_stock");
  EXPECT_EQ(decision.dropped.at(0).sentence,
            "out of stock until 2026-11-21 18:03 UTC: resource_unavailable");
  EXPECT_EQ(decision.dropped.at(2).code, "too_small");  // cx23 would not do in stock either
}

TEST(Selection, KeepsToItsPriceCap) {
  auto stages = usual_stages();
  stages[3].price_cap = Money{15 * unit, "USD"};
  EXPECT_EQ(types_of(decide(acme_deploys_web(), stages).ranked),
            std::vector<std::string>{"cx33"});
  stages[3].price_cap = Money{11 * unit, "USD"};
  const Decision decision = decide(acme_deploys_web(), stages);
  EXPECT_EQ(decision.outcome.code, "no_fitting_offer");
  EXPECT_EQ(decision.dropped.at(0).code, "above_cap");
  EXPECT_EQ(decision.dropped.at(0).sentence, "12.00 USD a month is above the cap of 11.00 USD");
}

TEST(Selection, ComparesACapInAnotherCurrency) {
  auto stages = usual_stages();
  stages[3].price_cap = Money{11 * unit, "EUR"};  // 12.87 USD
  EXPECT_EQ(types_of(decide(acme_deploys_web(), stages).ranked), std::vector<std::string>{"cx33"});
  stages[3].price_cap = Money{11 * unit, "GBP"};
  EXPECT_EQ(decide(acme_deploys_web(), stages).outcome.code, "no_rate");
}

TEST(Selection, BuysOnlyFromTheProvidersNamed) {
  auto stages = usual_stages();
  stages[3].providers = {"aws"};
  const Decision decision = decide(acme_deploys_web(), stages);
  EXPECT_TRUE(decision.ranked.empty());
  EXPECT_EQ(decision.dropped.at(0).code, "provider");
}

Facts needs_approval() {
  Facts facts = acme_deploys_web();
  facts.organization.auto_approve_provisioning = false;
  return facts;
}

TEST(Approval, HoldsAndShowsTheOfferItsPriceAndWhoMayApprove) {
  const Decision decision = decide(needs_approval());
  EXPECT_EQ(decision.outcome.kind, VerdictKind::hold);
  EXPECT_EQ(decision.outcome.code, "approval_required");
  EXPECT_EQ(decision.outcome.sentence,
            "cx33 in nbg1 of account main (80 GB of disk, one IPv4 address), about 12.00 USD a "
            "month, waits for approval. ana or ben may approve it.");
  EXPECT_EQ(decision.ranked.size(), 2U);
}

TEST(Approval, ProceedsOnceApproved) {
  Facts facts = needs_approval();
  facts.approval = ApprovalFact{"ana", now, {12 * unit, "USD"}};
  EXPECT_EQ(decide(facts).outcome.kind, VerdictKind::proceed);
}

TEST(Approval, AsksAgainWhenThePriceRoseMeanwhile) {
  Facts facts = needs_approval();
  facts.approval = ApprovalFact{"ana", now, {12 * unit - 1, "USD"}};
  const Verdict outcome = decide(facts).outcome;
  EXPECT_EQ(outcome.kind, VerdictKind::hold);
  EXPECT_EQ(outcome.code, "price_rose");
}

TEST(Approval, DoesNotSpareTheQuota) {
  Facts facts = needs_approval();
  facts.approval = ApprovalFact{"ana", now, {12 * unit, "USD"}};
  facts.servers_counted = 5;
  EXPECT_EQ(decide(facts).outcome.code, "quota_exceeded");
}

TEST(Approval, SaysWhenNobodyMayApprove) {
  Facts facts = needs_approval();
  facts.organization.admins.clear();
  EXPECT_NE(decide(facts).outcome.sentence.find("Nobody may approve: add admins"),
            std::string::npos);
}

std::vector<StageSettings> approval_first(std::int64_t cap) {
  std::vector<StageSettings> stages{stage("approval"), stage("sizing"), stage("selection")};
  stages[0].price_cap = Money{cap * unit, "USD"};
  return stages;
}

TEST(ApprovalBeforeSelection, AsksForTheCapBeforeAnyCatalogueIsRead) {
  Facts facts = needs_approval();
  facts.offers.reset();
  const Decision decision = decide(facts, approval_first(20));
  EXPECT_EQ(decision.outcome.code, "approval_required");
  EXPECT_EQ(decision.estimate, (Money{20 * unit, "USD"}));
}

TEST(ApprovalBeforeSelection, LetsNothingDearerBeBought) {
  Facts facts = needs_approval();
  facts.approval = ApprovalFact{"ana", now, {20 * unit, "USD"}};
  const Decision decision = decide(facts, approval_first(20));
  EXPECT_EQ(types_of(decision.ranked), std::vector<std::string>{"cx33"});
  EXPECT_EQ(decision.estimate, (Money{12 * unit, "USD"}));
  facts.approval->limit.nanos = 10 * unit;
  EXPECT_EQ(decide(facts, approval_first(20)).outcome.code, "price_rose");
  EXPECT_EQ(decide(facts, approval_first(10)).outcome.code, "no_fitting_offer");
}

}  // namespace
}  // namespace berth
