// What holds for every catalogue and every request: thousands of random ones from fixed seeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "policy/ranking.hpp"
#include "stories.hpp"

namespace berth {
namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(engine_);
  }
  bool one_in(std::int64_t count) { return between(1, count) == 1; }
  std::mt19937& engine() { return engine_; }

 private:
  std::mt19937 engine_;
};

AccountOffer random_offer(Dice& dice, int number) {
  AccountOffer made = offer("t" + std::to_string(number), dice.between(1, 8), dice.between(1, 16),
                            dice.between(0, 160), dice.between(0, 40) * 100,
                            dice.one_in(3) ? "EUR" : dice.one_in(10) ? "GBP" : "USD");
  if (dice.one_in(4)) made.offer.hourly_nanos.reset();
  if (dice.one_in(3)) made.offer.max_disk_mib = 500 * gb;
  if (dice.one_in(2)) made.offer.disk_gib_month_nanos = 80'000'000;
  if (dice.one_in(2)) made.offer.ipv4_hourly_nanos = 5'000'000;
  if (dice.one_in(5)) made.offer.availability = Availability::unavailable;
  if (dice.one_in(5)) made.refused_until_unix_ms = now + dice.between(-5, 5);
  if (dice.one_in(8)) made.offer.arch = Arch::arm64;
  return made;
}

Facts random_facts(Dice& dice) {
  Facts facts = acme_deploys_web();
  facts.requirements.room = {dice.between(1, 6000), dice.between(1, 12 * gb),
                             dice.between(1, 120 * gb)};
  facts.strategy = static_cast<Strategy>(dice.between(0, 3));
  if (dice.one_in(3)) facts.requirements.arch = "x86_64";
  facts.offers->clear();
  const auto count = dice.between(0, 30);
  for (int i = 0; i < count; ++i) facts.offers->push_back(random_offer(dice, i));
  return facts;
}

TEST(EveryCatalogue, IsRankedOrDroppedWholeAndInOrder) {
  const Pipeline pipeline(usual_stages());
  for (unsigned seed = 0; seed < 600; ++seed) {
    SCOPED_TRACE(seed);
    Dice dice(seed);
    const Facts facts = random_facts(dice);
    const Decision decision = pipeline.decide(facts);
    std::set<std::string> keys;
    for (const RankedOffer& each : decision.ranked) keys.insert(each.offer.key());
    for (const DroppedOffer& each : decision.dropped) keys.insert(each.key);
    ASSERT_EQ(keys.size(), facts.offers->size());
    ASSERT_EQ(decision.ranked.size() + decision.dropped.size(), facts.offers->size());
    ASSERT_EQ(decision.ranked.empty(), decision.outcome.kind == VerdictKind::deny);
    for (std::size_t i = 0; i < decision.ranked.size(); ++i) {
      const RankedOffer& each = decision.ranked[i];
      const Room room{each.offer.offer.vcpu * 1000, each.offer.offer.memory_mib, each.disk_mib};
      ASSERT_TRUE(room.fits(decision.required));
      ASSERT_GT(each.monthly_compared.nanos, 0);
      ASSERT_EQ(each.monthly_compared.currency, "USD");
      if (i == 0) continue;
      ASSERT_LE(decision.ranked[i - 1].monthly_compared.nanos, each.monthly_compared.nanos);
    }
    for (const DroppedOffer& each : decision.dropped) {
      ASSERT_NE(each.code, "");
      ASSERT_NE(each.sentence, "");
    }
  }
}

TEST(EveryCatalogue, IsDecidedAlikeInAnyOrder) {
  const Pipeline pipeline(usual_stages());
  for (unsigned seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    Dice dice(seed);
    Facts facts = random_facts(dice);
    const Decision first = pipeline.decide(facts);
    std::shuffle(facts.offers->begin(), facts.offers->end(), dice.engine());
    const Decision second = pipeline.decide(facts);
    ASSERT_EQ(types_of(first.ranked), types_of(second.ranked));
    ASSERT_EQ(first.outcome.sentence, second.outcome.sentence);
    for (std::size_t i = 0; i < first.dropped.size(); ++i)
      ASSERT_EQ(first.dropped[i].key, second.dropped[i].key);
  }
}

TEST(EveryRequest, IsSizedToAtLeastItselfInWholeUnits) {
  const Pipeline pipeline(usual_stages());
  for (unsigned seed = 0; seed < 600; ++seed) {
    SCOPED_TRACE(seed);
    Dice dice(seed);
    Facts facts = random_facts(dice);
    const Room small = pipeline.decide(facts).required;
    ASSERT_TRUE(small.fits(room_during(facts.strategy, facts.requirements.room)));
    ASSERT_TRUE(small.fits({1000, gb, 20 * gb}));
    ASSERT_EQ(small.millicores % 1000 + small.memory_mib % gb + small.disk_mib % gb, 0);
    facts.requirements.room += Room{dice.between(0, 900), dice.between(0, gb), dice.between(0, gb)};
    ASSERT_TRUE(pipeline.decide(facts).required.fits(small));  // more asked is never less bought
  }
}

TEST(EveryDecision, IsTheSameForTheSameFacts) {
  const Pipeline pipeline(usual_stages());
  for (unsigned seed = 0; seed < 200; ++seed) {
    Dice dice(seed);
    const Facts facts = random_facts(dice);
    ASSERT_EQ(pipeline.decide(facts).outcome.sentence, pipeline.decide(facts).outcome.sentence);
  }
}

TEST(AnApproval, NeverLetsMoreBeSpentThanItSaid) {
  auto stages = usual_stages();
  const Pipeline pipeline(stages);
  for (unsigned seed = 0; seed < 400; ++seed) {
    Dice dice(seed);
    Facts facts = random_facts(dice);
    facts.organization.auto_approve_provisioning = false;
    facts.approval = ApprovalFact{"ana", now, {dice.between(0, 60) * unit, "USD"}};
    const Decision decision = pipeline.decide(facts);
    if (decision.outcome.kind != VerdictKind::proceed) continue;
    ASSERT_LE(decision.ranked.at(0).monthly_compared.nanos, facts.approval->limit.nanos) << seed;
  }
}

}  // namespace
}  // namespace berth
