// The decision table for people, and the exit status that foretells deploy's.
#include <gtest/gtest.h>

#include "cli/exits.hpp"
#include "cli/views.hpp"
#include "fake_berth.hpp"
#include "reports.hpp"

namespace berth::cli {
namespace {

TEST(PlanView, ShowsServersThenOffersThenTheDecision) {
  Session session;
  EXPECT_EQ(
      "   SERVER  STATUS   CPU FREE  MEMORY FREE  DISK FREE  WHY\n"
      "-  web-1   dropped       1.5         4 GB      40 GB  no_room: needs 2.2 cores with the "
      "buffer, 1.5 are free\n"
      "\n"
      "   OFFER                               ARCH    CPU  MEMORY   DISK    A MONTH   COMPARED  "
      "WHY\n"
      "→  hetzner-main/nbg1//cx32/on_demand   x86_64    4    8 GB  80 GB   6.80 EUR   7.48 USD  "
      "fits\n"
      "+  hetzner-main/nbg1//cpx31/on_demand  x86_64    4    8 GB  80 GB  13.10 EUR  14.41 USD  "
      "fits\n"
      "-  hetzner-main/nbg1//cx22/on_demand   x86_64    2    8 GB  80 GB   3.79 EUR   4.17 USD  "
      "too_small: has 2 of 3 cores\n"
      "\n"
      "asked     2 cores, 4 GB memory, 50 GB disk, x86_64\n"
      "required  3 cores, 5 GB memory, 60 GB disk\n"
      "trigger   insufficient_capacity\n"
      "decision  provision (proceed), says selection\n"
      "          hetzner-main/nbg1//cx32/on_demand is the cheapest of 2 offers that fit.\n"
      "estimate  7.48 USD a month, with disk and IPv4, without traffic above 20 TB (exchange rates "
      "of 2026-11-01)\n"
      "so        deploy would buy a server\n",
      plan_text(session.terminal, provision_plan(), false));
}

TEST(PlanView, CapsTheDroppedOffersUnlessAllAreAskedFor) {
  Session session;
  Plan plan = provision_plan();
  for (int i = 0; i < 12; ++i) plan.rows.push_back(dropped_row("t" + std::to_string(i)));
  const std::string some = plan_text(session.terminal, plan, false);
  EXPECT_NE(std::string::npos, some.find("//t8/"));
  EXPECT_EQ(std::string::npos, some.find("//t9/"));
  EXPECT_NE(std::string::npos, some.find("3 more offers were dropped; --all shows them."));
  const std::string all = plan_text(session.terminal, plan, true);
  EXPECT_NE(std::string::npos, all.find("//t11/"));
  EXPECT_EQ(std::string::npos, all.find("--all"));
}

TEST(PlanView, AServerThatIsChosenShowsItsScore) {
  Session session;
  Plan plan;
  plan.action = "place";
  plan.code = "chosen";
  plan.sentence = "web-1 has room.";
  plan.requirements = {{1000, 1024, 20480}, ""};
  plan.rows = {server_row()};
  plan.rows[0].kept = plan.rows[0].chosen = true;
  plan.rows[0].code = "chosen";
  plan.rows[0].sentence = "";
  plan.rows[0].score = 61.25;
  plan.rows[0].score_breakdown = "cpu 45.0 · memory 50.0";
  const std::string text = plan_text(session.terminal, plan, false);
  EXPECT_NE(std::string::npos, text.find("61.2  chosen (cpu 45.0 · memory 50.0)")) << text;
  EXPECT_EQ(std::string::npos, text.find("estimate")) << text;
  EXPECT_EQ(std::string::npos, text.find("required")) << text;
}

TEST(PlanExit, IsWhatDeployWouldEndWith) {
  const std::vector<std::tuple<std::string, std::string, int>> plans{
      {"place", "chosen", 0},        {"provision", "proceed", 0},
      {"hold", "needs_approval", 3}, {"deny", "quota_exceeded", 4},
      {"deny", "over_budget", 4},    {"deny", "no_fitting_offer", 5},
      {"deny", "all_out_of_stock", 5}};
  for (const auto& [action, code, status] : plans) {
    Session session;
    script().plan.action = action;
    script().plan.code = code;
    EXPECT_EQ(status, session.run({"plan", "--org", "acme", "--app", "web"})) << code;
    EXPECT_TRUE(script().opened->read_only);
  }
}

TEST(Exits, OfProblems) {
  EXPECT_EQ(2, exit_of(Problem::usage));
  EXPECT_EQ(2, exit_of(Problem::config));
  EXPECT_EQ(2, exit_of(Problem::not_found));
  EXPECT_EQ(4, exit_of(Problem::refused));
  EXPECT_EQ(1, exit_of(Problem::ledger));
  EXPECT_EQ(1, exit_of(Problem::plugin));
  EXPECT_EQ(1, exit_of(Problem::unexpected));
}

TEST(Exits, AreAllInTheTableOfHelp) {
  for (const ExitMeaning& exit : exit_meanings())
    if (!exit.word.empty()) {
      EXPECT_EQ(exit.status, exit_status(exit.word)) << exit.word;
    }
}

}  // namespace
}  // namespace berth::cli
