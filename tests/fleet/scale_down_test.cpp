// Which bought servers are given back, and which never are.
#include "fleet/scale_down.hpp"

#include <gtest/gtest.h>

#include <random>

namespace berth {
namespace {

constexpr std::int64_t minute = 60'000, hour = 60 * minute, day = 24 * hour;
constexpr std::int64_t now = 1'795'284'000'000;

ServerInUse bought(const std::string& id) {
  ServerInUse server;
  server.id = server.name = id;
  server.bought = server.ready = true;
  server.bought_unix_ms = now - 10 * hour;
  server.monthly_nanos = 12'000'000'000;
  return server;
}

ServerInUse idle(const std::string& id, std::int64_t for_ms) {
  ServerInUse server = bought(id);
  server.idle_since_unix_ms = now - for_ms;
  return server;
}

ScaleDownDecision decide(const ServerInUse& server, const ScaleDownRules& rules) {
  return scale_down({server}, rules, now).at(0);
}

ScaleDownRules all_rules() { return {hour, 30 * day, 100, 2 * hour, 0}; }

TEST(ScaleDown, WithoutRulesKeepsAll) {
  EXPECT_FALSE(ScaleDownRules{}.any());
  const auto decision = decide(idle("a", 100 * day), {});
  EXPECT_EQ(decision.action, ScaleDownAction::keep);
  EXPECT_EQ(decision.code, "no_rule");
  EXPECT_EQ(decision.until_unix_ms, 0);
}

TEST(ScaleDown, GivesBackWhatHasBeenIdleForLongEnough) {
  EXPECT_EQ(decide(idle("a", hour), all_rules()).action, ScaleDownAction::destroy);
  const auto young = decide(idle("a", hour - 1), all_rules());
  EXPECT_EQ(young.code, "not_idle_yet");
  EXPECT_EQ(young.until_unix_ms, now + 1);
  // Not yet known to be idle: it begins now.
  EXPECT_EQ(decide(bought("a"), all_rules()).until_unix_ms, now + hour);
}

TEST(ScaleDown, KeepsWhatIsInUse) {
  ServerInUse server = idle("a", day);
  server.applications = {"web", "api"};
  EXPECT_EQ(decide(server, all_rules()).sentence, "web, api runs there");
  server.applications.clear();
  server.other_use = true;
  EXPECT_EQ(decide(server, all_rules()).code, "used_by_others");
}

TEST(ScaleDown, MindsTheStepThatIsPaidFor) {
  ServerInUse server = idle("a", day);
  server.billing_step_ms = hour;
  server.bought_unix_ms = now - 3 * hour - 20 * minute;
  const auto paid = decide(server, all_rules());
  EXPECT_EQ(paid.code, "paid_for");
  EXPECT_EQ(paid.until_unix_ms, now + 30 * minute);
  server.bought_unix_ms = now - 3 * hour - 50 * minute;
  EXPECT_EQ(decide(server, all_rules()).action, ScaleDownAction::destroy);
  server.bought_unix_ms = now - 3 * hour;
  server.billing_step_ms = 60'000;  // nobody waits for the end of a minute
  EXPECT_EQ(decide(server, all_rules()).action, ScaleDownAction::destroy);
}

TEST(ScaleDown, DrainsWhatIsTooOldOrUsedUp) {
  ServerInUse server = bought("a");
  server.applications = {"web"};
  server.bought_unix_ms = now - 30 * day;
  EXPECT_EQ(decide(server, all_rules()).action, ScaleDownAction::drain);
  EXPECT_EQ(decide(server, all_rules()).code, "expired");
  server.bought_unix_ms = now - day;
  EXPECT_EQ(decide(server, all_rules()).until_unix_ms, now + 29 * day);
  server.uses = 100;
  EXPECT_EQ(decide(server, all_rules()).code, "used_up");
  server.under_way = true;
  EXPECT_EQ(decide(server, all_rules()).code, "under_way");
  server.under_way = false;
  server.applications.clear();
  EXPECT_EQ(decide(server, all_rules()).action, ScaleDownAction::destroy);
}

TEST(ScaleDown, LetsFinishWhatRunsOnADrainingServerForAsLongAsTheRuleSays) {
  ServerInUse server = bought("a");
  server.ready = false;
  server.applications = {"web"};
  server.draining_code = "expired";
  server.draining_since_unix_ms = now - 2 * hour + 1;
  EXPECT_EQ(decide(server, all_rules()).code, "draining");
  EXPECT_EQ(decide(server, all_rules()).until_unix_ms, now + 1);
  server.draining_since_unix_ms = now - 2 * hour;
  EXPECT_EQ(decide(server, all_rules()).action, ScaleDownAction::destroy);
  ScaleDownRules for_ever = all_rules();
  for_ever.drain_ms = 0;
  EXPECT_EQ(decide(server, for_ever).code, "draining");
  server.draining_code = "drained";  // by a person, who lets it finish
  EXPECT_EQ(decide(server, all_rules()).action, ScaleDownAction::keep);
  server.applications.clear();
  EXPECT_EQ(decide(server, {}).action, ScaleDownAction::destroy);
}

TEST(ScaleDown, KeepsTheCheapestOfTheIdleOnes) {
  ScaleDownRules rules = all_rules();
  rules.keep = 1;
  ServerInUse dear = idle("a", 2 * hour), cheap = idle("b", 3 * hour), used = idle("c", 2 * hour);
  dear.monthly_nanos *= 2;
  used.idle_since_unix_ms += 1;  // as cheap as b, and used later
  const auto decisions = scale_down({dear, cheap, used}, rules, now);
  EXPECT_EQ(decisions[0].action, ScaleDownAction::destroy);
  EXPECT_EQ(decisions[1].action, ScaleDownAction::destroy);
  EXPECT_EQ(decisions[2].code, "kept");
  // One that is in use is one that stays, whoever brought it.
  ServerInUse own = bought("d");
  own.bought = false;
  EXPECT_EQ(scale_down({cheap, own}, rules, now)[0].action, ScaleDownAction::destroy);
}

TEST(ScaleDown, KeepHoldsBackIdlenessAndNotAge) {
  ScaleDownRules rules = all_rules();
  rules.keep = 5;
  ServerInUse old = idle("a", hour);
  old.bought_unix_ms = now - 40 * day;
  EXPECT_EQ(decide(old, rules).action, ScaleDownAction::destroy);
}

TEST(ScaleDown, WhateverTheFactsNeverTakesWhatIsSacred) {
  std::mt19937 random(7);
  const auto below = [&](int bound) { return static_cast<int>(random() % unsigned(bound)); };
  for (int round = 0; round < 20'000; ++round) {
    const ScaleDownRules rules{below(2) * hour, below(2) * day, below(3), below(2) * hour,
                               below(4)};
    std::vector<ServerInUse> fleet;
    int ready = 0;
    for (int i = below(6); i >= 0; --i) {
      ServerInUse server = bought("s" + std::to_string(i));
      server.bought = below(4) != 0;
      server.ready = below(3) != 0;
      server.left_alone = below(6) == 0;
      server.bought_unix_ms = now - below(100) * hour;
      server.billing_step_ms = below(2) * hour;
      if (below(2) == 0) server.applications = {"web"};
      server.under_way = below(4) == 0;
      server.other_use = below(5) == 0;
      if (server.empty() && below(2) == 0) server.idle_since_unix_ms = now - below(5) * hour;
      server.uses = below(4);
      if (!server.ready && below(2) == 0) {
        server.draining_since_unix_ms = now - below(5) * hour - 1;
        server.draining_code = below(2) == 0 ? "expired" : "drained";
      }
      ready += server.ready ? 1 : 0;
      fleet.push_back(server);
    }
    const auto decisions = scale_down(fleet, rules, now);
    ASSERT_EQ(decisions.size(), fleet.size());
    int idle_gone = 0, others_gone = 0;
    for (std::size_t i = 0; i < fleet.size(); ++i) {
      const ServerInUse& server = fleet[i];
      const ScaleDownDecision& one = decisions[i];
      EXPECT_EQ(one.server_id, server.id);
      EXPECT_FALSE(one.code.empty() || one.sentence.empty());
      if (one.action == ScaleDownAction::keep) continue;
      if (server.ready) ++(one.code == "idle" ? idle_gone : others_gone);
      EXPECT_TRUE(server.bought && !server.left_alone && !server.under_way) << one.code;
      if (one.action != ScaleDownAction::destroy) continue;
      if (!server.empty()) {
        EXPECT_TRUE(server.draining_code == "expired" && rules.drain_ms > 0 &&
                    now - server.draining_since_unix_ms >= rules.drain_ms)
            << one.code;
      }
    }
    if (idle_gone > 0) {
      EXPECT_GE(ready - others_gone - idle_gone, rules.keep);
    }
  }
}

TEST(EndOfAnEmptyOne, IsNeverWithoutARule) {
  EXPECT_EQ(end_of_an_empty_one(bought("a"), {}, now).until_unix_ms, 0);
  ServerInUse own = bought("a");
  own.bought = false;
  EXPECT_EQ(end_of_an_empty_one(own, all_rules(), now).until_unix_ms, 0);
  ServerInUse lost = bought("a");
  lost.left_alone = true;
  EXPECT_EQ(end_of_an_empty_one(lost, all_rules(), now).until_unix_ms, 0);
}

TEST(EndOfAnEmptyOne, IsThatOfIdlenessOrOfItsAgeWhicheverIsSooner) {
  const auto by_idleness = end_of_an_empty_one(bought("a"), all_rules(), now);
  EXPECT_EQ(by_idleness.code, "idle");
  EXPECT_EQ(by_idleness.until_unix_ms, now + hour);
  ServerInUse old = bought("a");
  old.bought_unix_ms = now - 30 * day + minute;
  const auto by_age = end_of_an_empty_one(old, all_rules(), now);
  EXPECT_EQ(by_age.code, "expired");
  EXPECT_EQ(by_age.until_unix_ms, now + minute);
  ServerInUse hourly = bought("a");
  hourly.billing_step_ms = hour;  // it was bought on the hour: an idle hour ends on one too
  EXPECT_EQ(end_of_an_empty_one(hourly, all_rules(), now).until_unix_ms, now + hour + 50 * minute);
}

TEST(EndOfAnEmptyOne, IsWhenItIsReallyDecided) {
  std::mt19937 dice(7);
  for (int round = 0; round < 500; ++round) {
    ServerInUse server = bought("a");
    server.bought_unix_ms = now - static_cast<std::int64_t>(dice() % 100) * hour;
    server.billing_step_ms = dice() % 2 ? hour : 0;
    const ScaleDownRules rules{static_cast<std::int64_t>(dice() % 5) * hour,
                               static_cast<std::int64_t>(dice() % 5) * day,
                               0, 0, 0};
    const auto end = end_of_an_empty_one(server, rules, now);
    server.idle_since_unix_ms = now;
    const auto acts_at = [&](std::int64_t at) {
      return scale_down({server}, rules, at).at(0).action != ScaleDownAction::keep;
    };
    if (end.until_unix_ms == 0) {
      EXPECT_FALSE(acts_at(now + 365 * day));
      continue;
    }
    EXPECT_TRUE(acts_at(end.until_unix_ms));
    if (end.until_unix_ms > now) {
      EXPECT_FALSE(acts_at(end.until_unix_ms - 1));
    }
  }
}

}  // namespace
}  // namespace berth
