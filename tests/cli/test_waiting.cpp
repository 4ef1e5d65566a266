// What a person sees who waits, says yes or no, or has enough.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <csignal>

#include "fake_berth.hpp"
#include "reports.hpp"

namespace berth::cli {
namespace {

const std::vector<std::string> deploy_web{"deploy", "--org", "acme", "--app", "web"};
const std::vector<std::string> deploy_web_json{"deploy", "--org", "acme", "--app", "web", "--json"};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Waiting, InAPipeEachEventIsALine) {
  Session session;
  script().deployment = succeeded();
  script().events = {event(1, "provisioning.started", "buying cx32"),
                     event(2, "deployment.succeeded", "")};
  EXPECT_EQ(0, session.run(deploy_web));
  EXPECT_EQ(
      "17:01:05 provisioning.started      buying cx32\n"
      "17:01:05 deployment.succeeded\n"
      "succeeded web (dep1)\n"
      "  on auto-acme-att1, 203.0.113.7, hetzner nbg1 cx32\n"
      "  ssh root@203.0.113.7\n",
      session.out.str());
  EXPECT_EQ("", session.err.str());
}

TEST(Waiting, WhatIsThereToBePastedHandsSshNoOption) {
  Session session;
  script().deployment = succeeded();
  script().deployment.server->ssh_user = "-oProxyCommand=x";
  EXPECT_EQ(0, session.run(deploy_web));
  EXPECT_TRUE(has(session.out.str(), "  ssh -- -oProxyCommand=x@203.0.113.7\n"));
}

TEST(Waiting, WithJsonStdoutHasOneDocumentAndEventsGoToStderr) {
  Session session;
  script().deployment = succeeded();
  script().events = {event(1, "provisioning.started", "buying cx32")};
  EXPECT_EQ(0, session.run(deploy_web_json));
  const boost::json::value document = boost::json::parse(session.out.str());
  EXPECT_EQ("succeeded", document.at("status").as_string());
  EXPECT_EQ("17:01:05 provisioning.started      buying cx32\n", session.err.str());
}

TEST(Waiting, OnATerminalOneLineMovesAndIsTakenAway) {
  Session session;
  session.at_terminal(40);
  script().deployment = succeeded();
  script().events = {event(1, "provisioning.started", "buying cx32, the cheapest that fits")};
  script().while_waiting = [&] { session.now_unix_ms += 42'000; };
  EXPECT_EQ(0, session.run(deploy_web));
  const std::string said = session.out.str();
  EXPECT_TRUE(has(said, "\x1b[?25l\r\x1b[K⠙ web: buying cx32, the cheapest …  42s\r")) << said;
  EXPECT_TRUE(has(said, "\r\x1b[K\x1b[?25hsucceeded web (dep1)\n")) << said;
  EXPECT_GT(said.rfind("\x1b[?25h"), said.rfind("\x1b[?25l"));
}

TEST(Waiting, TheExitStatusIsTheDeployments) {
  const std::vector<std::pair<std::string, int>> ends{
      {"succeeded", 0}, {"error", 1},     {"awaiting_approval", 3}, {"denied", 4},
      {"cancelled", 7}, {"timed_out", 8}, {"insufficient_capacity", 5},
      {"provisioning_failed", 6},         {"deploy_failed", 9}};
  for (const auto& [status, exit] : ends) {
    Session session;
    script().deployment = deployment_in(status);
    EXPECT_EQ(exit, session.run(deploy_web)) << status;
    EXPECT_EQ(exit, session.run(deploy_web_json)) << status;
  }
}

TEST(Waiting, AnEndWithoutAServerSaysTheManualWayOut) {
  Session session;
  script().deployment = deployment_in("insufficient_capacity");
  script().deployment.reason = "No offer has 3 cores.";
  EXPECT_EQ(5, session.run(deploy_web));
  EXPECT_EQ(
      "insufficient_capacity web (dep1): No offer has 3 cores.\n"
      "  Add a server (`berth servers add`) or buy one (`berth offers`, `berth servers buy OFFER "
      "--org acme`), then `berth retry dep1`.\n",
      session.out.str());
}

TEST(Waiting, NoWaitOnlyAccepts) {
  Session session;
  script().deployment = deployment_in("placing");
  EXPECT_EQ(0, session.run({"deploy", "--org", "acme", "--app", "web", "--no-wait"}));
  EXPECT_EQ(std::vector<std::string>{"submit"}, script().calls);
  EXPECT_TRUE(has(session.out.str(), "accepted dep1\n"));
}

DeploymentReport held() {
  DeploymentReport deployment = deployment_in("awaiting_approval");
  deployment.reason = "7.48 USD a month needs an admin's approval.";
  deployment.plan = provision_plan();
  return deployment;
}

TEST(Approval, IsAskedForAtATerminalAndThenWaitingGoesOn) {
  Session session;
  session.at_terminal(200);
  session.typed = {"y"};
  script().deployment = held();
  script().waits = {held(), succeeded()};
  script().events = {event(1, "approval.requested", "grace was asked")};
  EXPECT_EQ(0, session.run(deploy_web));
  EXPECT_EQ((std::vector<std::string>{"submit", "wait dep1", "approve dep1", "wait dep1"}),
            script().calls);
  const std::string said = session.out.str();
  EXPECT_TRUE(has(said, "awaiting_approval web: 7.48 USD a month needs an admin's approval.\n"
                        "  estimate 7.48 USD a month, with disk and IPv4"))
      << said;
  EXPECT_TRUE(has(said, "Approve? [y/N] ")) << said;
  const auto line = said.find("approval.requested");  // the second wait() told it again
  EXPECT_EQ(std::string::npos, said.find("approval.requested", line + 1));
}

TEST(Approval, ThatOneMayNotGiveIsRefusedAndItStaysPending) {
  Session session;
  session.at_terminal(200);
  session.typed = {"yes"};
  script().deployment = held();
  script().approve_fails = Error(Problem::refused, "ada is no admin of acme.");
  EXPECT_EQ(3, session.run(deploy_web));
  EXPECT_EQ("ada is no admin of acme.\n", session.err.str());
  EXPECT_TRUE(has(session.out.str(), "`berth approve dep1`"));
}

TEST(Approval, NoIsTheDefault) {
  for (const char* typed : {"", "n", "nope"}) {
    Session session;
    session.at_terminal(200);
    session.typed = {typed};
    script().deployment = held();
    EXPECT_EQ(3, session.run(deploy_web));
    EXPECT_EQ((std::vector<std::string>{"submit", "wait dep1"}), script().calls);
  }
}

TEST(Approval, IsNotAskedForWhereNobodyCanAnswer) {
  for (const bool json : {true, false}) {
    Session session;
    session.typed = {"y"};
    if (json) session.at_terminal(80);
    script().deployment = held();
    EXPECT_EQ(3, session.run(json ? deploy_web_json : deploy_web));
    EXPECT_EQ((std::vector<std::string>{"submit", "wait dep1"}), script().calls);
  }
}

TEST(Interrupted, TheFirstSignalLeavesTheDeploymentToOthers) {
  Session session;
  script().deployment = deployment_in("provisioning");
  script().while_waiting = [&] { session.interrupts.raise(SIGINT); };
  EXPECT_EQ(130, session.run(deploy_web));
  EXPECT_EQ((std::vector<std::string>{"submit", "wait dep1"}), script().calls);
  EXPECT_EQ(
      "Stopping; once more cancels the deployment.\n"
      "Stopped waiting (SIGINT). Deployment dep1 goes on: `berth run` carries it on, `berth status "
      "dep1` shows how it stands, `berth cancel dep1` ends it.\n",
      session.err.str());
}

TEST(Interrupted, BySigtermWithJsonItIsStillOneDocument) {
  Session session;
  script().deployment = deployment_in("provisioning");
  script().while_waiting = [&] { session.interrupts.raise(SIGTERM); };
  EXPECT_EQ(143, session.run(deploy_web_json));
  EXPECT_EQ("provisioning", boost::json::parse(session.out.str()).at("status").as_string());
}

TEST(Interrupted, TheSecondSignalCancels) {
  Session session;
  session.interrupts.second_comes = true;
  script().deployment = deployment_in("provisioning");
  script().waits = {deployment_in("provisioning"), deployment_in("cancelled")};
  script().while_waiting = [&] {
    if (session.interrupts.count() == 0) session.interrupts.raise(SIGINT);
  };
  EXPECT_EQ(7, session.run(deploy_web));
  EXPECT_EQ((std::vector<std::string>{"submit", "wait dep1", "cancel dep1", "wait dep1"}),
            script().calls);
  EXPECT_TRUE(has(session.out.str(), "cancelled web (dep1)\n"));
}

TEST(Interrupted, ACancelThatOneMayNotGiveLeavesItRunning) {
  Session session;
  session.interrupts.second_comes = true;
  script().deployment = deployment_in("provisioning");
  script().cancel_fails = Error(Problem::refused, "ada is no admin of acme.");
  script().while_waiting = [&] { session.interrupts.raise(SIGINT); };
  EXPECT_EQ(130, session.run(deploy_web));
  EXPECT_TRUE(has(session.err.str(), "ada is no admin of acme.\nStopped waiting (SIGINT)."));
}

TEST(Interrupted, ADeploymentThatEndedMeanwhileIsSimplyAnswered) {
  Session session;
  script().deployment = succeeded();
  script().while_waiting = [&] { session.interrupts.raise(SIGINT); };
  EXPECT_EQ(0, session.run(deploy_web));
}

TEST(Run, EndsBySignalInOrderUnlessItWasToFinish) {
  Session session;
  script().while_waiting = [&] { session.interrupts.raise(SIGTERM); };
  EXPECT_EQ(0, session.run({"run"}));
  EXPECT_EQ(143, session.run({"run", "--once"}));
}

TEST(Run, OnceTellsEventsAndADocument) {
  Session session;
  script().events = {event(1, "deployment.succeeded", "web")};
  EXPECT_EQ(0, session.run({"run", "--once", "--json"}));
  EXPECT_EQ("{\"status\":\"done\",\"events\":1,\"waiting\":0}\n", session.out.str());
  EXPECT_EQ(std::vector<std::string>{"run once"}, script().calls);
}

}  // namespace
}  // namespace berth::cli
