// Whatever stands in the records: the terminal, a pipe and a reader of --json get plain text.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "fake_berth.hpp"
#include "reports.hpp"
#include "request/escapes.hpp"

namespace berth::cli {
namespace {

void expect_plain(const boost::json::value& value, const std::string& where) {
  if (const auto* text = value.if_string())
    EXPECT_EQ("", what_escapes(std::string_view(text->data(), text->size()))) << where;
  if (const auto* list = value.if_array())
    for (const auto& each : *list) expect_plain(each, where);
  if (const auto* object = value.if_object())
    for (const auto& member : *object) {
      EXPECT_EQ("", what_escapes(std::string(member.key()))) << where;
      expect_plain(member.value(), where);
    }
}

ServerReport evil_server() {
  const std::string evil = every_escape();
  ServerReport server = bought_server();
  for (std::string* text : {&server.name, &server.organization, &server.status, &server.account,
                            &server.provider, &server.region, &server.instance_type, &server.ip,
                            &server.ssh_user, &server.host_key, &server.level, &server.vendor_id})
    *text += evil;
  server.applications = {evil};
  return server;
}

void everything_is_evil() {
  const std::string evil = every_escape();
  Script& told = script();
  told.plan = provision_plan();
  for (std::string* text : {&told.plan.code, &told.plan.sentence, &told.plan.trigger,
                            &told.plan.stage, &told.plan.rates_as_of})
    *text += evil;
  for (PlanRow& row : told.plan.rows) {
    for (std::string* text : {&row.id, &row.name, &row.account, &row.provider, &row.region,
                              &row.instance_type, &row.arch, &row.code, &row.sentence,
                              &row.includes})
      *text += evil;
    row.excludes = {evil};
  }
  told.deployment = deployment_in("deploy_failed");
  for (std::string* text : {&told.deployment.application, &told.deployment.organization,
                            &told.deployment.reason, &told.deployment.reason_code,
                            &told.deployment.command_output, &told.deployment.requested_by})
    *text += evil;
  told.deployment.server = evil_server();
  told.deployment.plan = told.plan;
  told.servers = {evil_server()};
  told.events = {event(1, "attempt.failed" + evil, evil)};
  for (const PlanRow& row : told.plan.rows) {
    told.offers.offers.emplace_back();
    told.offers.offers.back().row = row;
    told.offers.offers.back().availability = evil;
  }
  told.offers.problems = {evil};
  told.config_problems = {evil};
  told.checks = {{"failed" + evil, evil, evil}};
  told.plugins.emplace_back();
  told.plugins.back().id = told.plugins.back().name = told.plugins.back().problem = evil;
  told.accounts.emplace_back();
  AccountReport& account = told.accounts.back();
  account.id = account.plugin = account.validation_sentence = account.problem = evil;
  told.audit.emplace_back();
  AuditReport& record = told.audit.back();
  record.status = record.trigger = record.application = record.failure_reason = evil;
  record.offer_json = "no json" + evil;
}

TEST(Escapes, ReachNoTerminalAndNoReaderOfJson) {
  const std::vector<std::vector<std::string>> commands{
      {"status", "dep1"}, {"status"}, {"events"}, {"events", "dep1"}, {"servers", "list"},
      {"audit"}, {"plan", "--org", "acme", "--app", "web", "--cpu", "2", "--memory", "4", "--disk",
                  "50", "--all"},
      {"deploy", "--org", "acme", "--app", "web", "--cpu", "2", "--memory", "4", "--disk", "50"},
      {"offers"}, {"accounts", "list"}, {"plugins", "list"}, {"plugins", "check", "hetzner"},
      {"config", "check"}, {"run", "--once"}, {"servers", "drain", "web-1" + every_escape()},
      {"servers", "undrain", "web-1" + every_escape()},
      {"servers", "remove", "web-1" + every_escape()},
      {"servers", "report", "web-1" + every_escape()}, {"nonsense" + every_escape()},
      {"deploy", "--nonsense" + every_escape()},
      {"servers", "buy", every_escape(), "--org", "acme"},
      {"cancel", "dep1" + every_escape()}, {"approve", "dep1" + every_escape()},
      {"retry", "dep1" + every_escape(), "--no-wait"},
      {"release", "--org", "acme", "--app", "web" + every_escape()}};
  for (const auto& command : commands)
    for (const bool json : {false, true}) {
      Session session;
      everything_is_evil();
      std::vector<std::string> words = command;
      if (json) words.insert(words.begin(), "--json");
      session.run(words);
      const std::string where = command[0] + (command.size() > 1 ? " " + command[1] : "");
      EXPECT_EQ("", what_escapes(session.err.str())) << where;
      if (!json) {
        EXPECT_EQ("", what_escapes(session.out.str())) << where;
        continue;
      }
      boost::json::error_code error;
      const auto document = boost::json::parse(session.out.str(), error);
      ASSERT_FALSE(error) << where << ": " << session.out.str();
      expect_plain(document, where);
    }
}

TEST(Escapes, WhereThereIsColourAreGoneAllTheSame) {
  Session session;
  session.terminal.colour = true;
  const Terminal& terminal = session.terminal;
  EXPECT_EQ("\x1b[31mbad\x1b[0m \uFFFD[2J\tx\n",
            terminal.harmless(terminal.painted(Tone::bad, "bad") + " \x1b[2J\tx\n"));
  session.terminal.colour = false;
  EXPECT_EQ("\uFFFD[31mbad", terminal.harmless("\x1b[31mbad"));
}

TEST(Escapes, InAFailureAreGoneToo) {
  for (const bool json : {false, true}) {
    Session session;
    script().plugin_fails = script().submit_fails = Error(Problem::plugin, every_escape());
    session.run(json ? std::vector<std::string>{"--json", "deploy", "--org", "acme", "--app", "web"}
                     : std::vector<std::string>{"deploy", "--org", "acme", "--app", "web"});
    EXPECT_EQ("", what_escapes(session.err.str()));
    if (json)
      expect_plain(boost::json::parse(session.out.str()), "a failure");
    else
      EXPECT_NE(std::string::npos, session.err.str().find("owned")) << session.err.str();
  }
}

}  // namespace
}  // namespace berth::cli
