// Words on the command line into requests, and what is said where they are wrong.
#include <gtest/gtest.h>

#include "cli/wording.hpp"
#include "fake_berth.hpp"
#include "reports.hpp"

namespace berth::cli {
namespace {

const std::vector<std::string> deploy_web{"deploy", "--org", "acme", "--app", "web"};

std::vector<std::string> deploy_web_with(const std::vector<std::string>& more) {
  std::vector<std::string> words = deploy_web;
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Words, ADeploymentIsAskedForWithEverything) {
  Session session;
  script().deployment = succeeded();
  EXPECT_EQ(0, session.run(deploy_web_with({"--cpu", "2.5", "--memory", "4", "--disk=50", "--arch",
                                            "arm64", "--strategy", "blue-green",
                                            "--idempotency-key", "k1", "--ttl", "1d12h"})));
  const DeployRequest& request = script().request;
  EXPECT_EQ("acme", request.organization);
  EXPECT_EQ("web", request.application);
  EXPECT_EQ(2500, request.millicores);
  EXPECT_EQ(4096, request.memory_mib);
  EXPECT_EQ(51200, request.disk_mib);
  EXPECT_EQ("arm64", request.arch);
  EXPECT_EQ(Strategy::blue_green, request.strategy);
  EXPECT_EQ("k1", request.idempotency_key);
  EXPECT_EQ(36 * 3'600'000, request.ttl_ms);
  EXPECT_EQ("ada", request.requested_by);
}

TEST(Words, WhatIsNotSaidIsLeftToTheApplicationsDefaults) {
  Session session;
  script().deployment = succeeded();
  EXPECT_EQ(0, session.run(deploy_web));
  EXPECT_FALSE(script().request.millicores);
  EXPECT_FALSE(script().request.strategy);
  EXPECT_FALSE(script().request.ttl_ms);
}

TEST(Words, GlobalOptionsStandBeforeOrBehindTheCommand) {
  for (const bool before : {true, false}) {
    Session session;
    script().deployment = succeeded();
    const std::vector<std::string> globals{"--config", "b.toml", "--as",  "grace",
                                           "--json",   "--state-dir", "/s"};
    std::vector<std::string> words = before ? globals : deploy_web;
    const std::vector<std::string>& rest = before ? deploy_web : globals;
    words.insert(words.end(), rest.begin(), rest.end());
    EXPECT_EQ(0, session.run(words));
    EXPECT_EQ("b.toml", script().opened->config);
    EXPECT_EQ("/s", script().opened->state_dir);
    EXPECT_EQ("grace", script().request.requested_by);
    EXPECT_EQ('{', session.out.str().at(0));
  }
}

TEST(Words, OnlyCommandsThatChangeSomethingOpenTheLedgerForWriting) {
  Session session;
  script().deployment = succeeded();
  session.run({"status"});
  EXPECT_TRUE(script().opened->read_only);
  session.run({"cancel", "dep1"});
  EXPECT_FALSE(script().opened->read_only);
}

struct Mistake {
  std::vector<std::string> words;
  std::string said;  // a part of it
};

TEST(Words, AMistakeIsNamedWithWhatToDo) {
  const std::vector<Mistake> mistakes{
      {{"deplyo", "--org", "acme"}, "berth has no command \"deplyo\"; did you mean \"deploy\"?"},
      {{"zzz"}, "berth has no command \"zzz\". See `berth --help`."},
      {{"--jsn", "status"}, "berth status has no option \"--jsn\"; did you mean \"--json\"?"},
      {{"deploy", "--ogr", "acme", "--app", "web"},
       "berth deploy has no option \"--ogr\"; did you mean \"--org\"?"},
      {{"deploy", "--memmory=4"}, "did you mean \"--memory\"?"},
      {{"deploy", "--app", "web"}, "berth deploy needs --org ORG (the organization)."},
      {{"release"}, "needs --org ORG (the organization) and --app APP (the application)."},
      {{"deploy", "--org", "--app", "web"}, "--org needs a value: ORG (the organization)."},
      {{"deploy", "--app", "web", "--org"}, "--org needs a value: ORG (the organization)."},
      {{"deploy", "--org", "a", "--org", "b"}, "--org is given more than once."},
      {{"approve"}, "berth approve needs ID (the deployment)."},
      {{"approve", "a", "b"}, "berth approve does not take \"b\"."},
      {{"servers"},
       "berth servers needs a command: list, add, buy, drain, undrain, trust, remove or report."},
      {{"servers", "lst"}, "berth servers has no command \"lst\"; did you mean \"list\"?"},
      {{"status", "--limit", "many"}, "--limit needs a whole number, not \"many\"."},
      {{"completion", "tcsh"}, "SHELL cannot be \"tcsh\". It is one of bash, zsh or fish."},
      {deploy_web_with({"--arch", "x86-64"}),
       "--arch cannot be \"x86-64\"; did you mean \"x86_64\"?"},
      {deploy_web_with({"--cpu", "0"}), "--cpu: CPU must be above zero"},
      {deploy_web_with({"--cpu", "-1"}), "--cpu: CPU must be above zero"},
      {deploy_web_with({"--memory", "4GB"}),
       "--memory: memory '4GB' is not a plain decimal number"},
      {deploy_web_with({"--disk", "9999999"}), "--disk: disk '9999999' is too large"},
      {deploy_web_with({"--ttl", "2"}), "--ttl: the duration '2' has no unit: write numbers with"},
      {{"deploy", "--org", "Acme!", "--app", "web"}, "--org: \"Acme!\" is no name"},
      {{"servers", "report", "web-1", "--load", "120"},
       "--load needs a whole number from 0 to 100"},
  };
  for (const Mistake& mistake : mistakes) {
    Session session;
    EXPECT_EQ(2, session.run(mistake.words)) << mistake.said;
    EXPECT_NE(std::string::npos, session.err.str().find(mistake.said)) << session.err.str();
    EXPECT_EQ("", session.out.str());
    EXPECT_TRUE(script().calls.empty()) << mistake.said;
  }
}

TEST(Words, WithJsonAMistakeIsADocumentToo) {
  Session session;
  EXPECT_EQ(2, session.run({"deplyo", "--json"}));
  EXPECT_EQ(
      "{\"status\":\"error\",\"reason_code\":\"usage\",\"reason\":\"berth has no command "
      "\\\"deplyo\\\"; did you mean \\\"deploy\\\"? See `berth --help`.\"}\n",
      session.out.str());
  EXPECT_EQ("", session.err.str());
}

TEST(Words, ArgumentsMayLookLikeCommandsOrLists) {
  Session session;
  EXPECT_EQ(0, session.run({"plugins", "call", "hetzner", "check", "[]"}));
  EXPECT_EQ("call hetzner check ", script().calls.at(0));
  EXPECT_EQ("[]", script().plugin_request);
  EXPECT_EQ(0, session.run({"servers", "drain", "list"}));
  EXPECT_EQ("drain list", script().calls.at(1));
}

TEST(Words, DurationsAreNumbersWithUnits) {
  std::string why;
  EXPECT_EQ(7'200'000, parse_duration("2h", why));
  EXPECT_EQ(90 * 60'000, parse_duration("1h30m", why));
  EXPECT_EQ(45'000, parse_duration("45s", why));
  EXPECT_EQ(7 * 86'400'000LL, parse_duration("7d", why));
  for (const char* wrong :
       {"", "h", "2", "0h", "2w", "-1h", "1.5h", "99999999999999999999h", "4000d"})
    EXPECT_FALSE(parse_duration(wrong, why)) << wrong;
}

}  // namespace
}  // namespace berth::cli
