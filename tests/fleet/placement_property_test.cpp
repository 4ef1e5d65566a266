// What holds for every fleet: thousands of random ones from fixed seeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "fleet/placement.hpp"

namespace berth {
namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::int64_t upto(std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(0, most)(engine_);
  }
  bool one_in(std::int64_t count) { return upto(count - 1) == 0; }
  std::mt19937& engine() { return engine_; }

 private:
  std::mt19937 engine_;
};

Server random_server(Dice& dice, int number) {
  Server server;
  server.id = "id" + std::to_string(number);
  server.name = "s" + std::to_string(dice.upto(5));  // names may be the same
  server.arch = dice.one_in(3) ? "arm64" : "x86_64";
  server.status = static_cast<ServerStatus>(dice.upto(dice.one_in(2) ? 4 : 1));
  server.enabled = !dice.one_in(6);
  server.reachable = !dice.one_in(6);
  server.capacity = {dice.upto(16'000), dice.upto(65'536), dice.upto(500'000)};
  server.used = {dice.upto(server.capacity.millicores + 500), dice.upto(server.capacity.memory_mib),
                 dice.upto(server.capacity.disk_mib)};
  if (dice.one_in(2)) server.load_percent = static_cast<int>(dice.upto(100));
  if (dice.one_in(2)) server.network_percent = static_cast<int>(dice.upto(100));
  return server;
}

std::vector<Server> random_fleet(Dice& dice) {
  std::vector<Server> fleet;
  const auto count = dice.upto(12);
  for (int i = 0; i < count; ++i) fleet.push_back(random_server(dice, i));
  return fleet;
}

Requirements random_requirements(Dice& dice) {
  Requirements requirements{
      {1 + dice.upto(6000), 1 + dice.upto(16'384), 1 + dice.upto(100'000)}, ""};
  if (dice.one_in(3)) requirements.arch = dice.one_in(2) ? "arm64" : "x86_64";
  return requirements;
}

PlacementRules random_rules(Dice& dice) {
  PlacementRules rules;
  if (dice.one_in(2)) rules.style = PlacementStyle::pack;
  rules.buffer_percent = static_cast<int>(dice.upto(30));
  return rules;
}

const Server& server_of(const std::vector<Server>& fleet, const std::string& id) {
  return *std::find_if(fleet.begin(), fleet.end(), [&](const Server& s) { return s.id == id; });
}

TEST(EveryFleet, GivesAServerThatTrulyFitsOrAReason) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    Dice dice(seed);
    const auto fleet = random_fleet(dice);
    const auto requirements = random_requirements(dice);
    const auto rules = random_rules(dice);
    const Placement placement = place(fleet, requirements, rules);
    ASSERT_EQ(placement.rows.size(), fleet.size());
    ASSERT_EQ(placement.chosen_server_id.empty(), !placement.trigger.empty());
    if (placement.chosen_server_id.empty()) continue;
    const Server& chosen = server_of(fleet, placement.chosen_server_id);
    ASSERT_TRUE(chosen.free().fits(requirements.room));
    ASSERT_TRUE(chosen.enabled);
    ASSERT_TRUE(chosen.status == ServerStatus::ready || chosen.status == ServerStatus::booting);
    ASSERT_TRUE(chosen.reachable || chosen.status == ServerStatus::booting);
    ASSERT_TRUE(requirements.arch.empty() || chosen.arch == requirements.arch);
    ASSERT_LT(chosen.load_percent.value_or(0), rules.critical_percent);
    ASSERT_EQ(placement.rows.front().code, "chosen");
  }
}

TEST(EveryFleet, IsPlacedAlikeInAnyOrder) {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    Dice dice(seed);
    auto fleet = random_fleet(dice);
    const auto requirements = random_requirements(dice);
    const auto rules = random_rules(dice);
    const std::string current = dice.one_in(2) ? "id0" : "";
    const Placement first = place(fleet, requirements, rules, current, {1000, 1024, 1024});
    std::shuffle(fleet.begin(), fleet.end(), dice.engine());
    const Placement second = place(fleet, requirements, rules, current, {1000, 1024, 1024});
    ASSERT_EQ(first.chosen_server_id, second.chosen_server_id);
    ASSERT_EQ(first.trigger, second.trigger);
    for (std::size_t i = 0; i < fleet.size(); ++i)
      ASSERT_EQ(first.rows[i].server_id, second.rows[i].server_id);
  }
}

TEST(EveryFleet, HasScoresFromZeroToAHundred) {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    Dice dice(seed);
    for (const PlacementRow& row :
         place(random_fleet(dice), random_requirements(dice), random_rules(dice)).rows) {
      ASSERT_GE(row.score.total, 0.0) << seed;
      ASSERT_LE(row.score.total, 100.0) << seed;
      ASSERT_NE(row.code, "") << seed;
      ASSERT_NE(row.sentence, "") << seed;
    }
  }
}

TEST(EveryFleet, ThatTakesADeploymentTakesASmallerOne) {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    Dice dice(seed);
    const auto fleet = random_fleet(dice);
    Requirements requirements = random_requirements(dice);
    const auto rules = random_rules(dice);
    if (place(fleet, requirements, rules).chosen_server_id.empty()) continue;
    requirements.room.millicores = (requirements.room.millicores + 1) / 2;
    requirements.room.memory_mib = (requirements.room.memory_mib + 1) / 2;
    ASSERT_NE(place(fleet, requirements, rules).chosen_server_id, "") << seed;
  }
}

TEST(EveryFleet, KeepsARedeploymentOfTheSameSizeAtHome) {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    Dice dice(seed);
    auto fleet = random_fleet(dice);
    const auto requirements = random_requirements(dice);
    Server home = server_of({random_server(dice, 99)}, "id99");
    home.status = ServerStatus::ready;
    home.enabled = home.reachable = true;
    home.arch = requirements.arch.empty() ? home.arch : requirements.arch;
    home.capacity += requirements.room;
    home.used = home.capacity;  // full to the brim, itself included
    fleet.push_back(home);
    const Placement placement =
        place(fleet, requirements, random_rules(dice), "id99", requirements.room);
    ASSERT_EQ(placement.chosen_server_id, "id99") << seed;
  }
}

}  // namespace
}  // namespace berth
