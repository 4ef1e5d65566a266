// The other commands: what they ask of berth, and what they show.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "fake_berth.hpp"
#include "reports.hpp"

namespace berth::cli {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Status, OfOneSaysWhatItWaitsForAndSinceWhen) {
  Session session;
  session.now_unix_ms += 65'000;
  script().deployment = deployment_in("provisioning");
  script().deployment.reason = "auto-acme-att1 is booting.";
  script().deployment.reason_code = "booting";
  script().deployment.plan = provision_plan();
  script().events = {event(1, "provisioning.started", "buying cx32")};
  EXPECT_EQ(0, session.run({"status", "dep1"}));
  EXPECT_EQ(
      "deployment    dep1\n"
      "application   web of acme\n"
      "status        provisioning\n"
      "waits for     auto-acme-att1 is booting. (booting)\n"
      "since         2026-11-21 17:01:05 (1m 05s)\n"
      "next          `berth run` carries it on; `berth status dep1` shows how it stands.\n"
      "asked         2 cores, 4 GB memory, 50 GB disk, x86_64\n"
      "plan          provision (proceed)\n"
      "              hetzner-main/nbg1//cx32/on_demand is the cheapest of 2 offers that fit.\n"
      "required      3 cores, 5 GB memory, 60 GB disk\n"
      "estimate      7.48 USD a month, with disk and IPv4, without traffic above 20 TB (exchange "
      "rates of 2026-11-01)\n"
      "requested by  ada\n"
      "created       2026-11-21 17:00:00\n"
      "\n"
      "events\n"
      "17:01:05 provisioning.started      buying cx32\n",
      session.out.str());
}

TEST(Status, ShowsTheEndOfTheCommandsOutput) {
  Session session;
  script().deployment = deployment_in("deploy_failed");
  script().deployment.command_output = "pulling image\nno such image\x1b[0m";
  EXPECT_EQ(0, session.run({"status", "dep1"}));
  EXPECT_TRUE(has(session.out.str(), "pulling image\nno such image\uFFFD[0m\n"));
}

TEST(Status, OfOneThatIsNotThere) {
  Session session;
  EXPECT_EQ(2, session.run({"status", "dep9", "--json"}));
  EXPECT_EQ("not_found", boost::json::parse(session.out.str()).at("reason_code").as_string());
}

TEST(Status, WithoutIdListsTheRecentOnes) {
  Session session;
  script().deployment = succeeded();
  EXPECT_EQ(0, session.run({"status"}));
  EXPECT_EQ(
      "DEPLOYMENT  ORG   APP  STATUS     SERVER          CREATED\n"
      "dep1        acme  web  succeeded  auto-acme-att1  2026-11-21 17:00:00\n",
      session.out.str());
  EXPECT_EQ(0, session.run({"status", "--json"}));
  EXPECT_EQ(1U, boost::json::parse(session.out.str()).at("deployments").as_array().size());
}

TEST(Errors, OfTheLedgerAreTold) {
  Session session;
  script().open_fails = Error(Problem::ledger, "ledger.db is read-only.");
  EXPECT_EQ(1, session.run({"status"}));
  EXPECT_EQ("berth: ledger.db is read-only.\n", session.err.str());
}

TEST(Errors, ThatNobodyExpectedAskForAReport) {
  Session session;
  script().open_fails = Error(Problem::unexpected, "a hold without a server");
  EXPECT_EQ(1, session.run({"status"}));
  EXPECT_TRUE(has(session.err.str(), "please report it"));
}

TEST(Refusals, OfApproveAreDenied) {
  Session session;
  script().deployment = deployment_in("succeeded");
  script().approve_fails = Error(Problem::refused, "dep1 is not pending.");
  EXPECT_EQ(4, session.run({"approve", "dep1"}));
  EXPECT_EQ("berth: dep1 is not pending.\n", session.err.str());
}

// A cron job whose deployments could get nothing ended with 0.
TEST(RunOnce, EndsWithOneWhereSomethingStillWaits) {
  Session session;
  EXPECT_EQ(0, session.run({"run", "--once"}));
  script().deployments_that_wait = 2;
  EXPECT_EQ(1, session.run({"run", "--once"}));
  EXPECT_TRUE(has(session.err.str(), "2 deployments wait")) << session.err.str();
  EXPECT_EQ(0, session.run({"run"}));
}

TEST(Retry, WaitsAsDeployDoesAndTellsOnlyWhatIsNew) {
  Session session;
  script().deployment = succeeded();
  script().events = {event(1, "deployment.provisioning_failed", "the first time")};
  script().events_of_retry = {event(2, "deployment.succeeded", "the second time")};
  EXPECT_EQ(0, session.run({"retry", "dep1"}));
  EXPECT_EQ((std::vector<std::string>{"retry dep1", "wait dep1"}), script().calls);
  EXPECT_TRUE(has(session.out.str(), "the second time"));
  EXPECT_FALSE(has(session.out.str(), "the first time"));
}

TEST(Cancel, IsCarriedOutAtOnceWhereItCan) {
  Session session;
  script().deployment = deployment_in("cancelled");
  EXPECT_EQ(0, session.run({"cancel", "dep1"}));
  EXPECT_EQ((std::vector<std::string>{"cancel dep1", "wait dep1"}), script().calls);
  EXPECT_EQ("cancelled dep1\n", session.out.str());
}

TEST(Release, GivesTheRoomBack) {
  Session session;
  EXPECT_EQ(0, session.run({"release", "--org", "acme", "--app", "web", "--json"}));
  EXPECT_EQ("release acme web", script().calls.at(0));
  EXPECT_EQ("{\"status\":\"released\",\"rooms\":[],\"organization\":\"acme\",\"application\":\"web\"}\n",
            session.out.str());
}

// The application ran on, and nobody was told.
TEST(Release, SaysPlainlyWhatStillRuns) {
  Session session;
  ReleasedRoom room;
  room.server = "web-1";
  room.status = "released";
  room.sentence = "web gave its room back. Nothing was stopped: it still runs on web-1.";
  room.still_runs = true;
  script().releases = {"released", {room}};
  EXPECT_EQ(0, session.run({"release", "--org", "acme", "--app", "web"}));
  EXPECT_EQ("released web of acme: its room is free again\n  " + room.sentence + "\n",
            session.out.str());
}

TEST(Release, EndsWithNineWhereTheReleaseCommandFails) {
  Session session;
  ReleasedRoom room;
  room.status = "release_failed";
  room.sentence = "The release command exited with 7.";
  room.command_exit = 7;
  room.command_output = "no such unit\n";
  script().releases = {"releasing", {}};
  script().released = {"release_failed", {room}};
  EXPECT_EQ(9, session.run({"release", "--org", "acme", "--app", "web"}));
  EXPECT_EQ((std::vector<std::string>{"release acme web", "wait_released"}), script().calls);
  EXPECT_TRUE(has(session.out.str(), "its room stays taken\n  The release command exited with 7."));
  EXPECT_TRUE(has(session.out.str(), "no such unit"));
}

TEST(Release, WaitsForNothingByForceOrWhereItShallNot) {
  Session session;
  EXPECT_EQ(0, session.run({"release", "--org", "acme", "--app", "web", "--force"}));
  script().releases = {"releasing", {}};
  EXPECT_EQ(0, session.run({"release", "--org", "acme", "--app", "web", "--no-wait"}));
  EXPECT_EQ((std::vector<std::string>{"release by force acme web", "release acme web"}),
            script().calls);
}

TEST(Servers, AreTrustedWithAnotherHostKey) {
  Session session;
  EXPECT_EQ(0, session.run({"servers", "trust", "web-1", "--host-key", "ssh-ed25519 AAAA"}));
  EXPECT_EQ("trust web-1 ssh-ed25519 AAAA", script().calls.at(0));
}

TEST(Servers, AreListedWithHowFullTheyAre) {
  Session session;
  script().servers = {bought_server()};
  EXPECT_EQ(0, session.run({"servers", "list"}));
  EXPECT_EQ(
      "SERVER          ID    ORG   STATUS  IP             CPU  MEMORY GB  DISK GB  LEVEL  WHERE  "
      "             A MONTH  APPS\n"
      "auto-acme-att1  srv1  acme  ready   203.0.113.7  1.5/4        5/8    60/80  ok     hetzner "
      "nbg1 cx32  6.80 EUR  web\n",
      session.out.str());
}

TEST(Servers, AreAddedWithTheirRoom) {
  Session session;
  EXPECT_EQ(
      0, session.run({"servers", "add", "--org", "acme", "--name", "web-1", "--ip", "203.0.113.7",
                      "--cpu", "4", "--memory", "8", "--disk", "160", "--ssh-port", "2222"}));
  const NewServer& server = script().new_server;
  EXPECT_EQ((Room{4000, 8192, 163840}), server.capacity);
  EXPECT_EQ(2222, server.ssh_port);
  EXPECT_EQ("root", server.ssh_user);
  EXPECT_EQ("x86_64", server.arch);
  EXPECT_EQ("added web-1 (srv1) to acme\n", session.out.str());
}

TEST(Servers, ABoughtOneIsLeftToRunUnlessOneWaits) {
  Session session;
  script().servers = {bought_server()};
  const std::vector<std::string> buy{"servers", "buy", "a/nbg1//cx32/on_demand", "--org", "acme"};
  EXPECT_EQ(0, session.run(buy));
  EXPECT_EQ(std::vector<std::string>{"buy_server acme a/nbg1//cx32/on_demand"}, script().calls);
  std::vector<std::string> waiting = buy;
  waiting.push_back("--wait");
  EXPECT_EQ(0, session.run(waiting));
  EXPECT_EQ("run once", script().calls.back());
  script().servers.front().status = "gone";
  EXPECT_EQ(6, session.run(waiting));
}

TEST(Servers, AreDrainedAndRemoved) {
  Session session;
  EXPECT_EQ(0, session.run({"servers", "drain", "web-1"}));
  EXPECT_EQ(0, session.run({"servers", "undrain", "web-1"}));
  EXPECT_EQ(0, session.run({"servers", "remove", "web-1"}));
  EXPECT_EQ(0, session.run({"servers", "remove", "web-1", "--force"}));
  EXPECT_EQ((std::vector<std::string>{"drain web-1", "undrain web-1", "remove web-1",
                                      "remove by force web-1"}),
            script().calls);
}

TEST(Servers, AReportSaysWhatElseRunsThere) {
  Session session;
  EXPECT_EQ(0, session.run({"servers", "report", "web-1", "--cpu", "0.5", "--memory", "0", "--load",
                            "40%", "--reachable", "no"}));
  const LoadReport& report = script().load;
  EXPECT_EQ("web-1", report.server);
  EXPECT_EQ((Room{500, 0, 0}), report.other_use);
  EXPECT_EQ(40, report.load_percent);
  EXPECT_FALSE(report.network_percent);
  EXPECT_EQ(false, report.reachable);
  EXPECT_FALSE(report.enabled);
}

ReapRow a_stray() {
  ReapRow row;
  row.kind = "stray";
  row.action = "destroyed";
  row.account = "hetzner-main";
  row.vendor_id = "4711";
  row.instance_type = "cx33";
  row.organization = "acme";
  row.code = "unknown";
  row.sentence = "the ledger knows no attempt x";
  row.monthly = {8'990'000'000, "EUR"};
  row.monthly_compared = {10'520'000'000, "USD"};
  return row;
}

TEST(Reap, SaysWhatWasDestroyedAndWhatItCost) {
  Session session;
  script().reaped.rows = {a_stray()};
  script().reaped.rows[0].since_unix_ms = session.now_unix_ms - 120'000;
  script().reaped.strays = 1;
  script().reaped.strays_monthly = {10'520'000'000, "USD"};
  EXPECT_EQ(0, session.run({"reap", "--account", "hetzner-main"}));
  EXPECT_EQ("hetzner-main", script().reap_query.account);
  EXPECT_FALSE(script().reap_query.dry_run);
  EXPECT_FALSE(script().opened->read_only);
  EXPECT_EQ(
      "WHAT       SERVER  WHERE              ORG    A MONTH       SINCE  WHY\n"
      "destroyed  4711    hetzner-main cx33  acme  8.99 EUR  2m 00s ago  the ledger knows no "
      "attempt x\n"
      "1 server that nobody owned: 10.52 USD a month\n",
      session.out.str());
}

TEST(Reap, DryOpensTheLedgerToReadIt) {
  Session session;
  EXPECT_EQ(0, session.run({"reap", "--dry-run"}));
  EXPECT_TRUE(script().opened->read_only);
  EXPECT_TRUE(script().reap_query.dry_run);
  EXPECT_EQ("No server that nobody owns was found.\n", session.out.str());
}

TEST(Reap, EndsWithOneWhereSomethingWasNotDone) {
  Session session;
  ReapRow row = a_stray();
  row.monthly = row.monthly_compared = {};
  script().reaped.rows = {row};
  script().reaped.strays = script().reaped.strays_without_price = 1;
  script().reaped.problems = {"aws-main could not be looked at: no credentials"};
  EXPECT_EQ(1, session.run({"reap", "--confirm"}));
  EXPECT_TRUE(script().reap_query.confirm);
  const std::string out = session.out.str();
  EXPECT_NE(out.find("1 server that nobody owned: 1 of an unknown price\n"), out.npos) << out;
  EXPECT_NE(out.find("not done aws-main could not be looked at"), out.npos) << out;
  script().reaped.problems.clear();
  script().reaped.paused = {"too much"};
  EXPECT_EQ(1, session.run({"reap", "--json"}));
  EXPECT_NE(session.out.str().find("\"status\":\"paused\""), std::string::npos);
  EXPECT_NE(session.out.str().find("\"strays_without_price\":1"), std::string::npos);
}

TEST(Offers, ShowWhatCanBeBoughtUnlessAllAreAskedFor) {
  Session session;
  OfferReport bought;
  bought.row = offer_row("cx32", 680);
  bought.availability = "available";
  bought.as_of_unix_ms = session.now_unix_ms - 120'000;
  OfferReport dropped = bought;
  dropped.row = dropped_row("cx11");
  dropped.row.sentence = "is deprecated";
  script().offers = {{bought, dropped}, {"aws-main: the credentials do not work."}};
  EXPECT_EQ(0, session.run({"offers", "--org", "acme", "--refresh"}));
  EXPECT_EQ(
      "OFFER                              ARCH    CPU  MEMORY   DISK   A MONTH  COMPARED  "
      "AVAILABLE  PRICE READ\n"
      "hetzner-main/nbg1//cx32/on_demand  x86_64    4    8 GB  80 GB  6.80 EUR  7.48 USD  "
      "available  2m 00s ago\n"
      "1 more offer is not shown; --all shows them.\n",
      session.out.str());
  EXPECT_EQ("berth: aws-main: the credentials do not work.\n", session.err.str());
  EXPECT_EQ("acme", script().offer_query.organization);
  EXPECT_TRUE(script().offer_query.refresh);
  session.run({"offers", "--all"});
  EXPECT_TRUE(has(session.out.str(), "is deprecated"));
}

TEST(ApiCalls, AreShownByOffersAndStatus) {
  Session session;
  ApiCallsReport calls{"hetzner-main", "3f2a", 112, 380, 3600, 3'600'000, 3472, 0};
  ApiCallsReport unlimited{"own-main", "77aa", 5, 5};
  script().offers.api_calls = {calls, unlimited};
  EXPECT_EQ(0, session.run({"offers"}));
  EXPECT_TRUE(has(session.out.str(),
                  "API CALLS OF  LAST HOUR  LAST DAY  LIMIT           LEFT\n"
                  "hetzner-main        112       380  3600 in 1h 00m  3472\n"
                  "own-main              5         5\n"))
      << session.out.str();

  script().offers.api_calls[0].paused_until_unix_ms = session.now_unix_ms + 30'000;
  EXPECT_EQ(0, session.run({"status"}));
  EXPECT_TRUE(has(session.out.str(), "PAUSED UNTIL")) << session.out.str();
  EXPECT_EQ(0, session.run({"status", "--json"}));
  const auto listed = boost::json::parse(session.out.str()).at("api_calls").as_array();
  EXPECT_EQ(listed.at(0).at("last_hour").as_int64(), 112);
  EXPECT_EQ(listed.at(0).at("limit_per_s").as_int64(), 3600);
  EXPECT_TRUE(listed.at(0).at("paused_until").is_string());
  EXPECT_TRUE(listed.at(1).at("limit").is_null());
}

TEST(Audit, AsksForWhatWasNamed) {
  Session session;
  EXPECT_EQ(0, session.run({"audit", "--org", "acme", "--status", "failed", "--limit", "5"}));
  EXPECT_EQ("acme", script().audit_query.organization);
  EXPECT_EQ("failed", script().audit_query.status);
  EXPECT_EQ(5, script().audit_query.limit);
  EXPECT_EQ(0, session.run({"audit", "--history", "aud1", "--json"}));
  EXPECT_EQ("audit_history aud1", script().calls.at(0));
  EXPECT_EQ("{\"records\":[]}\n", session.out.str());
}

PluginReport hetzner() {
  PluginReport plugin;
  plugin.id = "hetzner";
  plugin.name = "Hetzner Cloud";
  plugin.version = "1.0";
  plugin.how = "in-process";
  plugin.interfaces = {"berth.cloud-provider/1"};
  plugin.manifest_json =
      R"({"default_region":"nbg1","config":{"token":{"type":"string","secret":true,"required":true,)"
      R"("help":"an API token"},"per_page":{"type":"integer","default":50,"help":"page size"}}})";
  return plugin;
}

TEST(Plugins, AreDescribedWithTheirSettings) {
  Session session;
  script().plugins = {hetzner()};
  EXPECT_EQ(0, session.run({"plugins", "describe", "hetzner"}));
  EXPECT_EQ(
      "plugin      hetzner\n"
      "name        Hetzner Cloud\n"
      "version     1.0\n"
      "runs        in-process\n"
      "interfaces  berth.cloud-provider/1\n"
      "region      nbg1\n"
      "\n"
      "SETTING   TYPE            NEEDED  DEFAULT  WHAT IT IS\n"
      "token     string, secret  yes              an API token\n"
      "per_page  integer                 50       page size\n",
      session.out.str());
  EXPECT_EQ(2, session.run({"plugins", "describe", "hetzer"}));
  EXPECT_TRUE(has(session.err.str(), "did you mean \"hetzner\"?"));
}

TEST(Plugins, AreCalledWithJsonFromAnywhere) {
  Session session;
  script().plugin_reply = R"({"offers":[{"vcpu":2.5}]})";
  EXPECT_EQ(0, session.run({"plugins", "call", "hetzner", "offers", "{\"regions\":[]}"}));
  EXPECT_EQ("{\n  \"offers\": [\n    {\n      \"vcpu\": 2.5\n    }\n  ]\n}\n", session.out.str());
  session.input = "{\"from\":\"stdin\"}";
  EXPECT_EQ(0, session.run({"plugins", "call", "hetzner", "check", "-", "--settings-of", "main"}));
  EXPECT_EQ("{\"from\":\"stdin\"}", script().plugin_request);
  EXPECT_EQ("call hetzner check main", script().calls.back());
  const std::string file = testing::TempDir() + "berth_cli_request.json";
  std::ofstream(file) << "{\"from\":\"file\"}";
  EXPECT_EQ(0, session.run({"plugins", "call", "hetzner", "check", "@" + file}));
  EXPECT_EQ("{\"from\":\"file\"}", script().plugin_request);
  EXPECT_EQ(2, session.run({"plugins", "call", "hetzner", "check", "{regions}"}));
  EXPECT_TRUE(has(session.err.str(), "The request is no JSON"));
  EXPECT_EQ(2, session.run({"plugins", "call", "hetzner", "check", "@/no/such/file"}));
}

TEST(Plugins, AFailedCallShowsTheFailureAsItIs) {
  Session session;
  script().plugin_fails = Error(Problem::plugin, R"({"kind":"denied","message":"bad token"})");
  EXPECT_EQ(1, session.run({"plugins", "call", "hetzner", "check", "{}"}));
  EXPECT_EQ("{\n  \"kind\": \"denied\",\n  \"message\": \"bad token\"\n}\n", session.out.str());
  EXPECT_EQ("berth: hetzner failed to check.\n", session.err.str());
  EXPECT_EQ(1, session.run({"plugins", "call", "hetzner", "check", "{}", "--json"}));
  EXPECT_EQ("denied", boost::json::parse(session.out.str()).at("failure").at("kind").as_string());
}

TEST(Plugins, ACheckThatFailedEndsWithOne) {
  Session session;
  script().checks = {{"ok", "manifest", ""}, {"skipped", "create", "needs --walk"}};
  EXPECT_EQ(0, session.run({"plugins", "check", "hetzner"}));
  EXPECT_EQ("ok       manifest\nskipped  create: needs --walk\n", session.out.str());
  script().checks.push_back({"failed", "offers", "a price of 0"});
  EXPECT_EQ(1, session.run({"plugins", "check", "hetzner", "--walk", "--json"}));
  EXPECT_EQ("walk hetzner", script().calls.back());
  EXPECT_EQ("failed", boost::json::parse(session.out.str()).at("status").as_string());
}

TEST(Config, IsCheckedWithoutOpeningTheLedger) {
  Session session;
  EXPECT_EQ(0, session.run({"config", "check", "--config", "b.toml"}));
  EXPECT_EQ("ok\n", session.out.str());
  EXPECT_EQ("check_config b.toml", script().calls.at(0));
  EXPECT_FALSE(script().opened);
  script().config_problems = {"b.toml:3:1: unknown key 'max_server' — did you mean 'max_servers'?"};
  EXPECT_EQ(2, session.run({"config", "check", "--config", "b.toml"}));
  EXPECT_TRUE(has(session.out.str(), "b.toml:3:1: unknown key"));
}

TEST(Config, AWarningIsShownAndIsNoMistake) {
  Session session;
  script().config_warnings = {"Organization 'acme' is not in b.toml any more, and has 1 server"};
  EXPECT_EQ(0, session.run({"config", "check", "--config", "b.toml"}));
  EXPECT_EQ("warning: Organization 'acme' is not in b.toml any more, and has 1 server\nok\n",
            session.out.str());
  EXPECT_EQ(0, session.run({"config", "check", "--config", "b.toml", "--json"}));
  const auto document = boost::json::parse(session.out.str());
  EXPECT_EQ("ok", document.at("status").as_string());
  EXPECT_EQ(1U, document.at("warnings").as_array().size());
}

TEST(Servers, OfAnOrganizationThatLeftAreGivenBackWithAConfirmation) {
  Session session;
  EXPECT_EQ(0, session.run({"release", "--org", "acme", "--app", "web", "--confirm"}));
  EXPECT_EQ("release acme web confirmed", script().calls.back());
  EXPECT_EQ(0, session.run({"servers", "drain", "web-1", "--confirm"}));
  EXPECT_EQ("drain web-1 confirmed", script().calls.back());
  EXPECT_EQ(0, session.run({"servers", "remove", "web-1", "--confirm"}));
  EXPECT_EQ("remove web-1 confirmed", script().calls.back());
  EXPECT_TRUE(has(session.out.str(), "`berth reap` destroys it"));
  EXPECT_EQ(0, session.run({"servers", "remove", "web-1", "--forget"}));
  EXPECT_EQ("web-1 is out of the fleet; berth destroyed nothing.\n", session.out.str());
}

TEST(Config, TheVendorsAreAskedWhereThatIsWantedAndNothingElseIsWrong) {
  Session session;
  script().online = {{"b.toml:9:1: 'h' sells nothing in region 'nbg9'"}, {}};
  EXPECT_EQ(2, session.run({"config", "check", "--online", "--config", "b.toml"}));
  EXPECT_TRUE(has(session.out.str(), "nbg9"));
  EXPECT_TRUE(script().opened && script().opened->read_only);
  Session second;
  script().config_problems = {"b.toml:3:1: unknown key"};
  EXPECT_EQ(2, second.run({"config", "check", "--online", "--config", "b.toml"}));
  EXPECT_FALSE(script().opened);
}

TEST(Config, ThePathIsTheOneThatIsNamed) {
  Session session;
  EXPECT_EQ(0, session.run({"config", "path", "--config", "/etc/../etc/b.toml"}));
  EXPECT_EQ("/etc/b.toml\n", session.out.str());
}

}  // namespace
}  // namespace berth::cli
