#include "policy/discounts.hpp"

#include <gtest/gtest.h>

#include "policy/ranking.hpp"
#include "stories.hpp"

namespace berth {
namespace {

Discount percent(std::int64_t whole) {
  Discount discount;
  discount.percent_nanos = whole * unit;
  discount.place = "berth.toml:41";
  return discount;
}

AccountOffer t3_large() {
  AccountOffer aws = offer("t3.large", 2, 8, 60, 1);
  aws.offer.region = "us-east-1";
  aws.offer.hourly_nanos = 83'200'000;
  aws.offer.monthly_cap_nanos.reset();
  return aws;
}

RankedOffer ranked(const AccountOffer& one) {
  Facts facts = acme_deploys_web();
  facts.offers = {one};
  const Ranking ranking = rank_offers(facts, {2000, 4 * gb, 50 * gb}, {});
  EXPECT_EQ(ranking.ranked.size(), 1U);
  return ranking.ranked.empty() ? RankedOffer{} : ranking.ranked.front();
}

TEST(Discount, InPercentIsOffTheListPriceAndThePlanShowsBoth) {
  AccountOffer one = t3_large();
  discount_price(one, {percent(20)});
  EXPECT_EQ(one.offer.hourly_nanos, 66'560'000);
  EXPECT_EQ(ranked(one).monthly.nanos, 48'588'800'000);
  EXPECT_EQ(ranked(one).price_note,
            "list price 60.74 USD, your price 48.59 USD: discount of berth.toml:41");
}

TEST(Discount, InPercentLowersTheVendorsCapAndLeavesDiskAndAddressAlone) {
  AccountOffer one = offer("cx33", 4, 8, 0, 1000);
  one.offer.max_disk_mib = 500 * gb;
  one.offer.disk_gib_month_nanos = unit / 10;
  one.offer.ipv4_monthly_cap_nanos = unit / 2;
  one.offer.ipv4_hourly_nanos = unit;
  discount_price(one, {percent(50)});
  EXPECT_EQ(one.offer.monthly_cap_nanos, 5 * unit);
  EXPECT_EQ(ranked(one).monthly.nanos, 5 * unit + 5 * unit + unit / 2);
}

TEST(Discount, SpeaksForItsTypesAndRegionsAndTheFirstThatFitsCounts) {
  Discount t3 = percent(10);
  t3.instance_types = {"m5.large", "t3.*"};
  Discount here = percent(30);
  here.regions = {"us-east-1"};
  AccountOffer one = t3_large();
  EXPECT_TRUE(speaks_for(t3, one.offer));
  EXPECT_TRUE(speaks_for(here, one.offer));
  discount_price(one, {t3, here});
  EXPECT_EQ(one.offer.hourly_nanos, 74'880'000);
  one = t3_large();
  one.offer.instance_type = "t3";
  EXPECT_FALSE(speaks_for(t3, one.offer));
  one.offer.instance_type = "m5.large.more";
  EXPECT_FALSE(speaks_for(t3, one.offer));
  one.offer.region = "eu-central-1";
  discount_price(one, {t3, here});
  EXPECT_EQ(one.offer.hourly_nanos, 83'200'000);
  EXPECT_FALSE(one.list_price);
  EXPECT_EQ(ranked(one).price_note, "");
}

TEST(Discount, AnHourlyPriceIsTheWholePriceWithItsDate) {
  Discount fixed;
  fixed.hourly = Money{unit / 100, "USD"};
  fixed.place = "berth.toml:7";
  fixed.as_of = "2026-11-01";
  fixed.as_of_unix_ms = 1'793'491'200'000;
  AccountOffer one = offer("cx33", 4, 8, 80, 400);
  discount_price(one, {fixed});
  EXPECT_EQ(ranked(one).monthly.nanos, 7'300'000'000) << "no cap of the list's";
  EXPECT_EQ(one.offer.as_of_unix_ms, 1'793'491'200'000);
  EXPECT_EQ(ranked(one).price_note,
            "list price 4.00 USD, your price 7.30 USD: discount of berth.toml:7, as of 2026-11-01");
}

TEST(Discount, GivesAPriceToACloudThatTellsNone) {
  Discount fixed;
  fixed.hourly = Money{unit / 100, "EUR"};
  fixed.place = "berth.toml:7";
  AccountOffer one = offer("shed", 4, 8, 80, 400);
  one.offer.currency.clear();
  one.offer.hourly_nanos.reset();
  one.offer.monthly_cap_nanos.reset();
  discount_price(one, {fixed});
  EXPECT_EQ(ranked(one).monthly, (Money{7'300'000'000, "EUR"}));
  EXPECT_EQ(ranked(one).price_note, "no list price, your price 7.30 EUR: discount of berth.toml:7");
}

TEST(Discount, OfAMissingPriceIsStillAMissingPrice) {
  AccountOffer one = offer("cx33", 4, 8, 80, 400);
  one.offer.hourly_nanos.reset();
  discount_price(one, {percent(20)});
  Facts facts = acme_deploys_web();
  facts.offers = {one};
  EXPECT_EQ(rank_offers(facts, {2000, 4 * gb, 50 * gb}, {}).dropped.at(0).code, "no_price");
}

}  // namespace
}  // namespace berth
