// Two processes, as they share the calls of one credential through cache.db.
#include "shared_budgets.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

namespace berth {
namespace {

class StandingClock final : public Clock {
 public:
  [[nodiscard]] Moment now() const override { return {unix_ms, 0, "boot-1"}; }
  std::int64_t unix_ms = 1'800'000'000'000;
};

class NoChance final : public Entropy {
 public:
  std::string id() override { return {}; }
  std::int64_t below(std::int64_t) override { return 0; }
};

struct Process {
  Process(const std::string& folder, const Clock& clock, Entropy& entropy)
      : cache(open_sqlite_cache(folder, note)), budgets(*cache, clock, entropy) {}

  std::shared_ptr<RateBudget> account(const std::string& name) {
    return budgets.of("token", {100, 100}, name);  // a hundred, and one more each second
  }

  std::string note;
  std::unique_ptr<Cache> cache;
  SharedRateBudgets budgets;
};

class SharedBudgets : public testing::Test {
 protected:
  SharedBudgets() {
    std::string name = std::filesystem::temp_directory_path() / "berth-budgets-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~SharedBudgets() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] std::int64_t now() const { return clock_.unix_ms; }
  void pass(std::int64_t ms) { clock_.unix_ms += ms; }
  /// How many requests go at once.
  int go(RateBudget& budget, int most, bool deleting = false) {
    int gone = 0;
    while (gone < most && budget.take(deleting, now()).wait_ms == 0) ++gone;
    return gone;
  }
  std::int64_t spent(const std::string& account) {
    for (const CallsSpent& one : Process(folder_, clock_, chance_).cache->calls_spent(now()))
      if (one.account == account) return one.last_hour;
    return 0;
  }

  std::string folder_;
  StandingClock clock_;
  NoChance chance_;
};

TEST_F(SharedBudgets, two_processes_and_two_accounts_spend_one_budget) {
  {
    Process one(folder_, clock_, chance_);
    Process two(folder_, clock_, chance_);
    const auto main = one.account("main");
    const auto second = two.account("second");
    EXPECT_EQ(go(*main, 50), 50);
    const int rest = go(*second, 100);
    EXPECT_GE(rest, 33) << "all but the tenth for deletes, and what is left of a chunk";
    EXPECT_LE(50 + rest, 90);
    EXPECT_GE(go(*second, 100, true), 9);
  }
  EXPECT_EQ(spent("main"), 50);
  EXPECT_GE(spent("second"), 42);
}

TEST_F(SharedBudgets, who_asks_seldom_takes_one_call_at_a_time) {
  Process one(folder_, clock_, chance_);
  const auto main = one.account("main");
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(go(*main, 1), 1);
    pass(2'500);
  }
  EXPECT_EQ(one.cache->take_calls("token", 1000, 100, 100'000, true, now()).calls, 100);
}

TEST_F(SharedBudgets, what_a_burst_left_over_is_given_back) {
  Process one(folder_, clock_, chance_);
  const auto main = one.account("main");
  EXPECT_EQ(go(*main, 8), 8);  // chunks of 1, 2, 4, and 8: seven are left
  pass(2'500);
  EXPECT_EQ(go(*main, 1), 1);
  EXPECT_EQ(one.cache->take_calls("token", 1000, 100, 100'000, true, now()).calls, 93)
      << "2.5 came back with the time";
}

TEST_F(SharedBudgets, the_vendors_count_and_its_refusals_are_everybodys) {
  Process one(folder_, clock_, chance_);
  Process two(folder_, clock_, chance_);
  const auto main = one.account("main");
  const auto other = two.account("main");
  EXPECT_EQ(go(*main, 1), 1);
  main->observe({200, {{"ratelimit-limit", "5000"}, {"ratelimit-remaining", "1000"}}, ""}, now());
  EXPECT_LE(go(*other, 100), 10);

  EXPECT_EQ(main->refused(std::nullopt, now()), 1'000);  // no word of how long
  EXPECT_EQ(other->take(true, now()).wait_ms, 1'000);
  pass(1'000);
  EXPECT_EQ(other->refused(std::nullopt, now()), 2'000);
  pass(2'000);
  main->observe({429, {{"retry-after", "30"}}, ""}, now());
  EXPECT_EQ(other->take(true, now()).wait_ms, 30'000);
  pass(30'000);
  EXPECT_EQ(go(*other, 1, true), 1);
}

}  // namespace
}  // namespace berth
