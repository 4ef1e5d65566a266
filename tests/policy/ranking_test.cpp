#include "policy/ranking.hpp"

#include <gtest/gtest.h>

#include "stories.hpp"

namespace berth {
namespace {

const Room three_five_sixty{3000, 5 * gb, 60 * gb};

Ranking rank(Facts facts, std::vector<AccountOffer> offers, RankingRules rules = {}) {
  facts.offers = std::move(offers);
  return rank_offers(facts, three_five_sixty, rules);
}

DroppedOffer dropped(AccountOffer only, Facts facts = acme_deploys_web()) {
  const Ranking ranking = rank(std::move(facts), {std::move(only)});
  EXPECT_TRUE(ranking.ranked.empty());
  return ranking.dropped.empty() ? DroppedOffer{} : ranking.dropped.front();
}

std::int64_t monthly(const Offer& offer, std::int64_t disk_gb) {
  std::string why;
  const auto price = monthly_price(offer, disk_gb * gb, why);
  EXPECT_TRUE(price.has_value()) << why;
  return price ? price->nanos : -1;
}

std::string no_price(const Offer& offer) {
  std::string why;
  EXPECT_FALSE(monthly_price(offer, 60 * gb, why).has_value());
  return why;
}

TEST(MonthlyPrice, Is730HoursWithoutACap) {
  Offer aws = offer("t3.large", 2, 8, 60, 1).offer;
  aws.hourly_nanos = 83'200'000;
  aws.monthly_cap_nanos.reset();
  EXPECT_EQ(monthly(aws, 60), 60'736'000'000);
}

TEST(MonthlyPrice, IsTheCapWhereTheHoursWouldCostMore) {
  Offer droplet = offer("s-2vcpu-4gb", 2, 4, 80, 2400).offer;
  droplet.hourly_nanos = 35'710'000;  // x 730 = 26.07
  EXPECT_EQ(monthly(droplet, 80), 24 * unit);
}

TEST(MonthlyPrice, AddsTheDiskThatIsNotIncludedInStartedGib) {
  Offer aws = offer("t3.large", 2, 8, 0, 1000).offer;
  aws.max_disk_mib = 16'384 * gb;
  aws.disk_gib_month_nanos = 80'000'000;
  EXPECT_EQ(monthly(aws, 60), 14'800'000'000);
  std::string why;
  EXPECT_EQ(monthly_price(aws, 60 * gb + 1, why)->nanos, 14'880'000'000);
}

TEST(MonthlyPrice, AddsOneIpv4WithItsOwnCap) {
  Offer hetzner = offer("cx33", 4, 8, 80, 1000).offer;
  hetzner.ipv4_hourly_nanos = 5'000'000;
  EXPECT_EQ(monthly(hetzner, 80), 13'650'000'000);
  hetzner.ipv4_monthly_cap_nanos = 500'000'000;
  EXPECT_EQ(monthly(hetzner, 80), 10'500'000'000);
}

TEST(MonthlyPrice, IsMissingWhereAnyPartOfItIs) {
  Offer one = offer("cx33", 4, 8, 80, 1000).offer;
  one.hourly_nanos.reset();
  EXPECT_EQ(no_price(one), "the catalogue has no price for it");
  one.hourly_nanos = 0;
  EXPECT_NE(no_price(one).find("taken for a missing one"), std::string::npos);
  one.hourly_nanos = std::numeric_limits<std::int64_t>::max();
  one.monthly_cap_nanos.reset();
  EXPECT_NE(no_price(one).find("too large"), std::string::npos);
  one = offer("t3.large", 2, 8, 0, 1000).offer;
  EXPECT_EQ(no_price(one), "the catalogue has no price for its disk");
}

TEST(Ranking, TwoFailuresOfTheLastFourBootsStopAnOfferAndItSaysSo) {
  constexpr std::int64_t minute = 60'000;
  AccountOffer deaf = offer("cx33", 4, 8, 80, 1200);
  deaf.boots = {{now - minute, true, ""},
                {now - 5 * minute, false, "it is deaf"},
                {now - 90 * minute, false, "the host broke"}};
  EXPECT_EQ(dropped(deaf).code, "boots_failed");
  EXPECT_EQ(dropped(deaf).sentence,
            "2 of its last 3 boots failed, the last at 2026-11-21 17:55 UTC: it is deaf; it is "
            "tried again after 2026-11-21 18:55 UTC");

  Facts later = acme_deploys_web();
  later.now_unix_ms = now + 55 * minute;
  EXPECT_EQ(rank(later, {deaf}).ranked.size(), 1U);
  deaf.boots.pop_back();  // one failure is no pattern
  EXPECT_EQ(rank(acme_deploys_web(), {deaf}).ranked.size(), 1U);
}

TEST(Ranking, APriceOfZeroDoesNotWin) {
  AccountOffer gratis = offer("gift", 4, 8, 80, 0);
  const Ranking ranking = rank(acme_deploys_web(), {gratis, offer("cx33", 4, 8, 80, 1200)});
  EXPECT_EQ(types_of(ranking.ranked), std::vector<std::string>{"cx33"});
  EXPECT_EQ(ranking.dropped.at(0).code, "no_price");
}

TEST(Ranking, ComparesCurrenciesByTheConfiguredRates) {
  const Ranking ranking = rank(acme_deploys_web(), {offer("in-usd", 4, 8, 80, 1170),
                                                    offer("in-eur", 4, 8, 80, 999, "EUR")});
  EXPECT_EQ(types_of(ranking.ranked), (std::vector<std::string>{"in-eur", "in-usd"}));
  EXPECT_EQ(ranking.ranked[0].monthly, (Money{9'990'000'000, "EUR"}));
  EXPECT_EQ(ranking.ranked[0].monthly_compared, (Money{11'688'300'000, "USD"}));
}

TEST(Ranking, DropsACurrencyWithoutARateAndSaysWhereToPutOne) {
  const DroppedOffer miss = dropped(offer("in-gbp", 4, 8, 80, 1, "GBP"));
  EXPECT_EQ(miss.code, "no_rate");
  EXPECT_EQ(miss.sentence, "its price is in GBP: add GBP to rates of [currency]");
}

TEST(Ranking, BreaksTiesBySizeAndThenByKey) {
  const Ranking ranking = rank(
      acme_deploys_web(), {offer("b", 4, 8, 80, 1200), offer("a", 4, 8, 80, 1200),
                           offer("big", 8, 8, 80, 1200), offer("more-memory", 4, 16, 80, 1200)});
  EXPECT_EQ(types_of(ranking.ranked), (std::vector<std::string>{"a", "b", "more-memory", "big"}));
}

TEST(Ranking, AsksForTheIncludedDiskOrTheRequiredOne) {
  AccountOffer aws = offer("t3.xlarge", 4, 16, 0, 1200);
  aws.offer.max_disk_mib = 100 * gb;
  aws.offer.disk_gib_month_nanos = 80'000'000;
  EXPECT_EQ(rank(acme_deploys_web(), {aws}).ranked.at(0).disk_mib, 60 * gb);
  EXPECT_EQ(rank(acme_deploys_web(), {offer("cx33", 4, 8, 80, 1)}).ranked.at(0).disk_mib, 80 * gb);
  aws.offer.max_disk_mib = 59 * gb;
  EXPECT_EQ(dropped(aws).code, "too_small");
}

TEST(Ranking, DropsWhatIsNotSold) {
  AccountOffer one = offer("cx33", 4, 8, 80, 1200);
  one.offer.availability = Availability::unavailable;
  EXPECT_EQ(dropped(one).code, "unavailable");
  one.offer.availability = Availability::unknown;
  one.offer.deprecated_unix_ms = now;
  EXPECT_EQ(dropped(one).code, "deprecated");
  one.offer.deprecated_unix_ms = now + 1;
  EXPECT_EQ(rank(acme_deploys_web(), {one}).ranked.size(), 1U);
}

TEST(Ranking, DropsTheWrongArch) {
  Facts facts = acme_deploys_web();
  facts.requirements.arch = "arm64";
  EXPECT_EQ(dropped(offer("cx33", 4, 8, 80, 1200), facts).code, "arch");
}

TEST(Ranking, NeverTriesAnOfferAgainThatFailedForThisDeployment) {
  Facts facts = acme_deploys_web();
  facts.excluded_offers = {"main/nbg1//cx33/on_demand"};
  EXPECT_EQ(dropped(offer("cx33", 4, 8, 80, 1200), facts).code, "failed_before");
}

TEST(Ranking, TakesAnOfferBackWhenItsStockEntryLapses) {
  AccountOffer one = offer("cx33", 4, 8, 80, 1200);
  one.refused_until_unix_ms = now;
  EXPECT_EQ(rank(acme_deploys_web(), {one}).ranked.size(), 1U);
  one.refused_until_unix_ms = now + 1;
  EXPECT_EQ(dropped(one).code, "out_of_stock");
}

TEST(Ranking, PutsTheNearestMissFirst) {
  AccountOffer gone = offer("gone", 4, 8, 80, 5000);
  gone.refused_until_unix_ms = now + 1;
  const Ranking ranking = rank(acme_deploys_web(), {offer("tiny", 1, 1, 10, 100),
                                                    offer("nearly", 2, 8, 80, 900), gone});
  std::vector<std::string> types;
  for (const DroppedOffer& each : ranking.dropped) types.push_back(each.instance_type);
  EXPECT_EQ(types, (std::vector<std::string>{"gone", "nearly", "tiny"}));
}

TEST(Money, IsShownInCents) {
  EXPECT_EQ(money_text({12'345'678'901, "USD"}), "12.35 USD");
  EXPECT_EQ(money_text({5 * unit, "EUR"}), "5.00 EUR");
}

}  // namespace
}  // namespace berth
