// What cannot be true is a mistake of units or of age, and nothing is bought on it.
#include <gtest/gtest.h>

#include "policy/ranking.hpp"
#include "stories.hpp"

namespace berth {
namespace {

constexpr std::int64_t day = 24LL * 3'600'000;
const Room three_five_sixty{3000, 5 * gb, 60 * gb};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

AccountOffer at(const std::string& account, AccountOffer made) {
  made.account = account;
  return made;
}

Ranking rank(std::vector<AccountOffer> offers, RankingRules rules = {}) {
  Facts facts = acme_deploys_web();
  facts.offers = std::move(offers);
  return rank_offers(facts, three_five_sixty, rules);
}

/// Beside an honest one at another account, which has to win.
DroppedOffer dropped(AccountOffer odd, RankingRules rules = {}) {
  const Ranking ranking =
      rank({at("odd", std::move(odd)), at("honest", offer("cx33", 4, 8, 80, 1200))}, rules);
  EXPECT_EQ(types_of(ranking.ranked), std::vector<std::string>{"cx33"});
  return ranking.dropped.empty() ? DroppedOffer{} : ranking.dropped.front();
}

// A cap of one hour's price was bought as "0.01 EUR a month" over an honest account.
TEST(Implausible, IsAMonthlyCapOfOneHoursPrice) {
  AccountOffer odd = offer("cx34", 4, 8, 80, 1200);
  odd.offer.hourly_nanos = 16'400'000;
  odd.offer.monthly_cap_nanos = 16'400'000;
  const DroppedOffer miss = dropped(odd);
  EXPECT_EQ(miss.code, "implausible");
  EXPECT_EQ(miss.sentence, "its monthly cap of 0.02 USD is less than a day's price");
}

TEST(Implausible, IsNotAMonthlyCapOfADaysPrice) {
  AccountOffer odd = offer("cx34", 4, 8, 80, 1200);
  odd.offer.hourly_nanos = 500'000'000;
  odd.offer.monthly_cap_nanos = 24 * 500'000'000LL;
  EXPECT_EQ(rank({odd}).ranked.size(), 1U);
  --*odd.offer.monthly_cap_nanos;
  EXPECT_TRUE(rank({odd}).ranked.empty());
}

TEST(Implausible, IsWhatCostsLessThanATenthOfTheCheapestElsewhere) {
  const DroppedOffer miss = dropped(offer("cx34", 4, 8, 80, 119));
  EXPECT_EQ(miss.code, "implausible");
  EXPECT_EQ(miss.sentence, "1.19 USD a month is less than a tenth of the cheapest elsewhere");
  const Ranking a_tenth =
      rank({at("odd", offer("cx34", 4, 8, 80, 120)), at("honest", offer("cx33", 4, 8, 80, 1200))});
  EXPECT_EQ(a_tenth.ranked.size(), 2U);
}

TEST(Implausible, IsComparedWithOffersThatFitOnly) {
  const Ranking ranking = rank({at("main", offer("cx33", 4, 8, 80, 1200)),
                                at("gpu", offer("too-small", 1, 1, 10, 99'999))});
  EXPECT_EQ(types_of(ranking.ranked), std::vector<std::string>{"cx33"});
}

TEST(Implausible, IsWhatTheOtherTypesOfItsOwnAccountDoNotMakeSo) {
  const Ranking ranking =
      rank({offer("cx33", 4, 8, 80, 1200), offer("ccx63", 48, 192, 960, 34'399)});
  EXPECT_EQ(ranking.ranked.size(), 2U);
}

// With a cap in the policy the honest offers were above it, and the odd one had nothing beside it.
TEST(Implausible, IsComparedWithWhatThePolicyDoesNotBuyToo) {
  RankingRules cap;
  cap.cap = Money{5 * unit, "USD"};
  const Ranking capped =
      rank({at("odd", offer("cx34", 4, 8, 80, 50)), at("honest", offer("cx33", 4, 8, 80, 1200))},
           cap);
  EXPECT_TRUE(capped.ranked.empty());

  AccountOffer elsewhere = at("honest", offer("cx33", 4, 8, 80, 1200));
  elsewhere.provider = "digitalocean";
  RankingRules only;
  only.providers = {"hetzner"};
  EXPECT_TRUE(rank({at("odd", offer("cx34", 4, 8, 80, 50)), elsewhere}, only).ranked.empty());
}

TEST(Implausible, IsComparedWithWhatIsOutOfStockToo) {
  AccountOffer sold_out = at("honest", offer("cx33", 4, 8, 80, 1200));
  sold_out.refused_until_unix_ms = now + 60'000;
  EXPECT_TRUE(rank({at("odd", offer("cx34", 4, 8, 80, 50)), sold_out}).ranked.empty());
}

TEST(Implausible, IsNotAPriceThatTheConfigNegotiated) {
  AccountOffer discounted = at("odd", offer("cx34", 4, 8, 80, 50));
  discounted.list_price = ListPrice{"USD", unit, std::nullopt, "discount of berth.toml:41"};
  EXPECT_EQ(rank({discounted, at("honest", offer("cx33", 4, 8, 80, 1200))}).ranked.size(), 2U);
}

// An offer whose price was 56 years old won a tie.
TEST(Implausible, IsAPriceOfMoreThanAYearAgo) {
  AccountOffer odd = offer("cx34", 4, 8, 80, 1200);
  odd.offer.as_of_unix_ms = now - 367 * day;
  EXPECT_EQ(dropped(odd).code, "implausible");
  EXPECT_TRUE(has(dropped(odd).sentence, "its price is of 2025-11-19 18:00 UTC, more than a year"))
      << dropped(odd).sentence;
  odd.offer.as_of_unix_ms = 0;
  EXPECT_TRUE(has(dropped(odd).sentence, "1970-01-01")) << dropped(odd).sentence;
  odd.offer.as_of_unix_ms = now - 365 * day;
  EXPECT_EQ(rank({odd}).ranked.size(), 1U);
}

TEST(Implausible, IsMemoryInTheWrongUnit) {
  AccountOffer odd = offer("cx34", 4, 8, 80, 1200);
  odd.offer.memory_mib = 4'194'304LL * gb;
  EXPECT_EQ(dropped(odd).code, "implausible");
  EXPECT_EQ(dropped(odd).sentence, "no server has 4194304 GB of memory and 4 vCPU");
  odd.offer.memory_mib = 2048 * gb;  // of 4 vCPU
  EXPECT_EQ(dropped(odd).code, "implausible");
  odd.offer.memory_mib = 1;  // 0.001 GB: no deployment is so small
  EXPECT_EQ(dropped(odd).code, "too_small");
  EXPECT_TRUE(has(dropped(odd).sentence, "GB of memory, 5 GB needed")) << dropped(odd).sentence;
  EXPECT_EQ(rank({offer("u-24tb1", 448, 24'576, 100, 16'000'000)}).ranked.size(), 1U);
}

}  // namespace
}  // namespace berth
