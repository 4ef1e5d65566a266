// [[account.discount]]: what is read, and what is refused.
#include <gtest/gtest.h>

#include "stories.hpp"

namespace berth {
namespace {

const std::string account =
    "[[organization]]\nid = \"acme\"\n"
    "[[account]]\nid = \"main\"\nplugin = \"aws\"\norganizations = [\"acme\"]\n"
    "regions = [\"us-east-1\", \"eu-central-1\"]\n[[account.discount]]\n";  // line 8

TEST(Discounts, AreReadWithTheirPlace) {
  const Configuration config =
      read(account +
           "instance_types = [\"t3.*\"]\nregions = [\"us-east-1\"]\n"
           "percent = \"12.5\"\n[[account.discount]]\n"
           "hourly = \"0.0266\"\ncurrency = \"USD\"\nas_of = 2026-11-01\n");
  const auto& discounts = config.accounts.at(0).discounts;
  ASSERT_EQ(discounts.size(), 2U);
  EXPECT_EQ(discounts[0].instance_types, std::vector<std::string>{"t3.*"});
  EXPECT_EQ(discounts[0].regions, std::vector<std::string>{"us-east-1"});
  EXPECT_EQ(discounts[0].percent_nanos, 12'500'000'000);
  EXPECT_EQ(discounts[0].place, "berth.toml:8");
  EXPECT_EQ(discounts[1].hourly, (Money{26'600'000, "USD"}));
  EXPECT_EQ(discounts[1].as_of, "2026-11-01");
  EXPECT_EQ(discounts[1].as_of_unix_ms, 1'793'491'200'000);
}

TEST(Discounts, AreRefusedInWordsWhereTheyAreWrong) {
  EXPECT_EQ(problem_of(account + "percent = 120\n"),
            "berth.toml:9:11: 'percent' in [[account.discount]] must be a number above 0 and below "
            "100 — percent = 20 is a fifth off the list price");
  EXPECT_EQ(problem_of(account + "instance_types = [\"t*.large\"]\npercent = 20\n"),
            "berth.toml:9:19: 't*.large': a '*' may end a type only — as in \"t3.*\"");
  EXPECT_EQ(problem_of(account + "regions = [\"us-east-2\"]\npercent = 20\n"),
            "berth.toml:9:12: 'us-east-2' is no region that this account buys in — did you mean "
            "'us-east-1'?");
  EXPECT_EQ(problem_of(account + "instance_typs = [\"t3.*\"]\npercent = 20\n"),
            "berth.toml:9:1: unknown key 'instance_typs' in [[account.discount]] — did you mean "
            "'instance_types'?");
  EXPECT_EQ(problem_of(account + "instance_types = [\"t3.*\"]\n"),
            "berth.toml:8:1: [[account.discount]] has neither 'percent' nor 'hourly' — percent is "
            "off the list price, hourly is the price: one of them");
  EXPECT_EQ(
      problem_of(account + "percent = 20\nas_of = \"2026-02-30\"\n"),
      "berth.toml:10:9: 'as_of' in [[account.discount]] must be the date of the price — as in "
      "2026-11-20");
  EXPECT_EQ(problem_of(account + "percent = 20\ncurrency = \"USD\"\n"),
            "berth.toml:10:12: 'currency' in [[account.discount]] means nothing without 'hourly' — "
            "a discount in percent is of the vendor's own currency");
}

TEST(Discounts, OfAPriceNeedItsCurrencyAndItsDate) {
  const auto problems = problems_of(account + "hourly = 0.0266\n");
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_NE(problems[0].find("has no 'currency'"), std::string::npos) << problems[0];
  EXPECT_NE(problems[1].find("has no 'as_of'"), std::string::npos) << problems[1];
}

TEST(Discounts, BehindOneThatSpeaksForEverythingNeverCount) {
  EXPECT_EQ(problem_of(account + "percent = 20\n[[account.discount]]\npercent = 30\n"),
            "berth.toml:10:1: this [[account.discount]] never counts: the one at berth.toml:8:1 "
            "speaks for every offer, and the first counts — put it before that one");
}

}  // namespace
}  // namespace berth
