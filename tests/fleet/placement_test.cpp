#include "fleet/placement.hpp"

#include <gtest/gtest.h>

namespace berth {
namespace {

constexpr std::int64_t gb = 1024;

Server server(const std::string& name, Room capacity, Room used = {}) {
  Server made;
  made.id = "id-" + name;
  made.name = name;
  made.arch = "x86_64";
  made.capacity = capacity;
  made.used = used;
  return made;
}

const Room large{8000, 16 * gb, 160 * gb};
const Requirements two_four_fifty{{2000, 4 * gb, 50 * gb}, ""};

const PlacementRow& row_of(const Placement& placement, const std::string& name) {
  for (const PlacementRow& row : placement.rows)
    if (row.server_name == name) return row;
  throw std::runtime_error("no row for " + name);
}

TEST(Score, IsTheWeightedFreeShareAfterTheDeployment) {
  Server one = server("one", large, {2000, 4 * gb, 10 * gb});
  one.network_percent = 40;
  one.load_percent = 20;
  const Score score = place({one}, two_four_fifty, {}).rows.at(0).score;
  EXPECT_DOUBLE_EQ(score.cpu, 50.0);      // 8 - 2 - 2 of 8
  EXPECT_DOUBLE_EQ(score.memory, 50.0);   // 16 - 4 - 4 of 16
  EXPECT_DOUBLE_EQ(score.disk, 62.5);     // 160 - 10 - 50 of 160
  EXPECT_DOUBLE_EQ(score.network, 60.0);
  EXPECT_DOUBLE_EQ(score.load, 80.0);
  EXPECT_DOUBLE_EQ(score.total, 0.3 * 50 + 0.3 * 50 + 0.2 * 62.5 + 0.1 * 60 + 0.1 * 80);
}

TEST(Score, TakesUnreportedNetworkAndLoadForFree) {
  const Score score = place({server("one", large)}, two_four_fifty, {}).rows.at(0).score;
  EXPECT_DOUBLE_EQ(score.network, 100.0);
  EXPECT_DOUBLE_EQ(score.load, 100.0);
}

TEST(Place, SpreadsToTheEmptiestAndPacksOntoTheFullest) {
  const std::vector<Server> fleet{server("full", large, {4000, 8 * gb, 40 * gb}),
                                  server("empty", large), server("half", large, {2000, 4 * gb, 0})};
  EXPECT_EQ(place(fleet, two_four_fifty, {}).chosen_server_id, "id-empty");
  PlacementRules pack;
  pack.style = PlacementStyle::pack;
  EXPECT_EQ(place(fleet, two_four_fifty, pack).chosen_server_id, "id-full");
}

TEST(Place, NeedsTheBufferToBeFreeInEveryDimension) {
  const Server just_enough = server("tight", {2199, 100 * gb, 100 * gb});
  const Placement refused = place({just_enough}, two_four_fifty, {});
  EXPECT_EQ(refused.trigger, "insufficient_capacity");
  EXPECT_EQ(refused.rows.at(0).code, "no_room");
  EXPECT_EQ(refused.rows.at(0).sentence,
            "CPU: needs 2.2 cores with the 10 % buffer, 2.199 free");
  EXPECT_EQ(place({server("fits", {2200, 100 * gb, 100 * gb})}, two_four_fifty, {})
                .chosen_server_id,
            "id-fits");
}

TEST(Place, SaysWhyEachServerIsOut) {
  std::vector<Server> fleet{server("disabled", large),   server("unreachable", large),
                            server("draining", large),   server("destroying", large),
                            server("gone", large),       server("other-arch", large)};
  fleet[0].enabled = false;
  fleet[1].reachable = false;
  fleet[2].status = ServerStatus::draining;
  fleet[3].status = ServerStatus::destroying;
  fleet[4].status = ServerStatus::gone;
  fleet[5].arch = "arm64";
  Requirements requirements = two_four_fifty;
  requirements.arch = "x86_64";
  const Placement placement = place(fleet, requirements, {});
  EXPECT_EQ(placement.trigger, "no_servers_available");
  EXPECT_EQ(placement.chosen_server_id, "");
  for (const char* name : {"disabled", "unreachable", "draining", "destroying", "gone"}) {
    EXPECT_EQ(row_of(placement, name).code, name);
    EXPECT_FALSE(row_of(placement, name).eligible);
    EXPECT_NE(row_of(placement, name).sentence, "");
  }
  EXPECT_EQ(row_of(placement, "other-arch").sentence, "it is arm64, x86_64 is asked for");
}

TEST(Place, WithoutAnArchTakesEither) {
  Server arm = server("arm", large);
  arm.arch = "arm64";
  EXPECT_EQ(place({arm}, two_four_fifty, {}).chosen_server_id, "id-arm");
}

TEST(Place, AnEmptyFleetHasNoServersAvailable) {
  EXPECT_EQ(place({}, two_four_fifty, {}).trigger, "no_servers_available");
}

TEST(Place, DoesNotChooseACriticalServerThoughItFits) {
  const Room huge{100'000, 1000 * gb, 10'000 * gb};
  const Server critical = server("critical", huge, {90'000, 0, 0});
  const Placement placement = place({critical}, two_four_fifty, {});
  EXPECT_EQ(placement.trigger, "load_balancing");
  EXPECT_EQ(placement.rows.at(0).code, "critical");
  EXPECT_TRUE(placement.rows.at(0).fits);
  EXPECT_EQ(placement.rows.at(0).sentence, "CPU is 90 % in use: at or above the critical 90 %");
  EXPECT_EQ(place({server("below", huge, {89'999, 0, 0})}, two_four_fifty, {}).chosen_server_id,
            "id-below");
}

TEST(Place, CountsReportedLoadAsCritical) {
  Server busy = server("busy", large);
  busy.load_percent = 95;
  EXPECT_EQ(place({busy}, two_four_fifty, {}).trigger, "load_balancing");
}

TEST(Place, WarnsAboutWhatItChooses) {
  const Room huge{100'000, 1000 * gb, 10'000 * gb};
  const Placement placement = place({server("warm", huge, {85'000, 0, 0})}, two_four_fifty, {});
  EXPECT_EQ(placement.rows.at(0).code, "chosen");
  EXPECT_NE(placement.rows.at(0).sentence.find("warning: CPU is 85 % in use"), std::string::npos);
}

TEST(Place, PrefersReadyServersToBootingOnes) {
  Server booting = server("a-booting", large);
  booting.status = ServerStatus::booting;
  booting.reachable = false;  // it cannot be yet
  const Server ready = server("b-ready", large, {4000, 8 * gb, 40 * gb});
  EXPECT_EQ(place({booting, ready}, two_four_fifty, {}).chosen_server_id, "id-b-ready");
  EXPECT_EQ(place({booting}, two_four_fifty, {}).chosen_server_id, "id-a-booting");
}

TEST(Place, BreaksTiesByName) {
  EXPECT_EQ(place({server("b", large), server("a", large)}, two_four_fifty, {}).chosen_server_id,
            "id-a");
}

TEST(Redeploy, StaysWhereItRunsThoughAnotherIsEmptier) {
  const std::vector<Server> fleet{server("empty", large),
                                  server("home", large, {2000, 4 * gb, 50 * gb})};
  EXPECT_EQ(place(fleet, two_four_fifty, {}, "id-home", two_four_fifty.room).chosen_server_id,
            "id-home");
}

TEST(Redeploy, OfTheSameSizeStaysOnACompletelyFullServer) {
  const std::vector<Server> fleet{server("empty", large), server("home", large, large)};
  const Placement placement =
      place(fleet, two_four_fifty, {}, "id-home", two_four_fifty.room);
  EXPECT_EQ(placement.chosen_server_id, "id-home");
  EXPECT_EQ(placement.rows.at(0).server_name, "home");
}

TEST(Redeploy, MovesWhenItGrowsBeyondItsServer) {
  const Room before{1000, 2 * gb, 20 * gb};
  const std::vector<Server> fleet{server("empty", large), server("home", large, large)};
  EXPECT_EQ(place(fleet, two_four_fifty, {}, "id-home", before).chosen_server_id, "id-empty");
}

TEST(Redeploy, LeavesAServerThatDrains) {
  std::vector<Server> fleet{server("empty", large), server("home", large, two_four_fifty.room)};
  fleet[1].status = ServerStatus::draining;
  EXPECT_EQ(place(fleet, two_four_fifty, {}, "id-home", two_four_fifty.room).chosen_server_id,
            "id-empty");
}

TEST(ServerStatus, HasOneWordEach) {
  for (const ServerStatus each : {ServerStatus::booting, ServerStatus::ready,
                                  ServerStatus::draining, ServerStatus::destroying,
                                  ServerStatus::gone})
    EXPECT_EQ(server_status_of(to_word(each)), each);
  EXPECT_FALSE(server_status_of("asleep").has_value());
}

}  // namespace
}  // namespace berth
