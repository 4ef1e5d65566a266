#include "reaping.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/attempt.hpp"
#include "engine/leaving.hpp"
#include "engine/reap.hpp"
#include "engine/reconcile.hpp"
#include "engine/refresh.hpp"
#include "engine/requests.hpp"
#include "engine/scale_down.hpp"
#include "engine/standing.hpp"

namespace berth {
namespace {

namespace json = boost::json;

ReapRow row_of(const StrayRecord& stray, const std::string& why) {
  ReapRow row;
  row.kind = "stray";
  row.account = stray.account;
  row.vendor_id = stray.vendor_id;
  row.name = stray.name;
  row.organization = stray.organization;
  row.attempt_id = stray.attempt_id;
  row.region = stray.region;
  row.instance_type = stray.instance_type;
  row.code = stray.code;
  row.sentence = why;
  if (stray.first_seen) row.since_unix_ms = stray.first_seen->unix_ms;
  row.monthly = stray.monthly;
  row.monthly_compared = stray.monthly_compared;
  return row;
}

ReapRow row_of(const Server& server) {
  ReapRow row;
  row.kind = "server";
  row.account = server.account;
  row.vendor_id = server.vendor_id;
  row.server_id = server.id;
  row.name = server.name;
  row.organization = server.organization;
  row.attempt_id = server.attempt_id;
  row.region = server.region;
  row.instance_type = server.instance_type;
  row.monthly = {server.monthly_nanos, server.currency};
  if (server.currency.empty()) row.monthly = {};
  return row;
}

std::string text_at(const json::object& fields, const char* key) {
  const json::value* value = fields.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Money money_at(const json::object& fields, const char* amount, const char* currency) {
  const auto nanos = nanos_of_decimal(text_at(fields, amount));
  return nanos ? Money{*nanos, text_at(fields, currency)} : Money{};
}

/// A server that is gone now: its event tells all that is left to tell.
ReapRow row_of(const EventRecord& event) {
  const json::object fields = json::parse(event.fields_json).as_object();
  ReapRow row;
  row.server_id = text_at(fields, "server_id");
  row.kind = row.server_id.empty() ? "stray" : "server";
  row.action = "destroyed";
  row.account = text_at(fields, "account");
  row.vendor_id = text_at(fields, "vendor_id");
  row.name = text_at(fields, row.server_id.empty() ? "name" : "server_name");
  row.organization = event.organization;
  row.attempt_id = text_at(fields, "attempt_id");
  row.region = text_at(fields, "region");
  row.instance_type = text_at(fields, "instance_type");
  row.code = text_at(fields, "code");
  row.sentence = text_at(fields, "reason");
  if (const json::value* since = fields.if_contains("since_unix_ms"); since && since->is_int64())
    row.since_unix_ms = since->get_int64();
  row.monthly = money_at(fields, "monthly_cost", "currency");
  row.monthly_compared = money_at(fields, "compared_cost", "compared_currency");
  return row;
}

/// What only a person may have destroyed.
void left_to_a_person(ReapRow& row) {
  row.action = "kept";
  row.sentence += "; `berth adopt` takes it into the fleet, `berth reap --confirm` destroys it";
}

/// What waits for its second sighting, or for the end of the grace.
void still_young(ReapRow& row, std::int64_t until_unix_ms) {
  row.action = "kept";
  row.until_unix_ms = until_unix_ms;
  row.sentence += "; it is destroyed when it was seen twice and is older than [reap] grace";
}

void add_lost(const LedgerView& view, const std::string& account, ReapReport& report) {
  for (const AttemptRecord& attempt : view.live_attempts(account))
    if (is_lost(attempt))
      if (const auto server = view.server(attempt.server_id)) {
        report.rows.push_back(row_of(*server));
        ReapRow& row = report.rows.back();
        row.action = "lost";
        row.code = lost_code;
        row.sentence = attempt.failure;
        while (!row.sentence.empty() && row.sentence.back() == '.') row.sentence.pop_back();
        row.since_unix_ms = attempt.absent_since_unix_ms;
      }
}

/// Ready servers that do not run: nobody uses them, and they cost.
void add_stopped(const LedgerView& view, const std::string& account, ReapReport& report) {
  for (const AttemptRecord& attempt : view.live_attempts(account)) {
    if (attempt.status != AttemptStatus::ready || attempt.failure_code != stopped_code) continue;
    const auto server = view.server(attempt.server_id);
    if (!server) continue;
    report.rows.push_back(row_of(*server));
    ReapRow& row = report.rows.back();
    row.action = row.code = stopped_code;
    row.sentence = attempt.failure;
    while (!row.sentence.empty() && row.sentence.back() == '.') row.sentence.pop_back();
  }
}

void add_destroying(const LedgerView& view, const std::string& account, ReapReport& report) {
  for (const AttemptRecord& attempt : view.live_attempts(account)) {
    if (attempt.status != AttemptStatus::destroying) continue;
    ReapRow row;
    if (const auto stray = view.stray_of(attempt.id))
      row = row_of(*stray, attempt.failure);
    else if (const auto server = view.server(attempt.server_id))
      row = row_of(*server);
    row.kind = row.kind.empty() ? "stray" : row.kind;
    row.action = "destroying";
    row.account = account;
    row.vendor_id = attempt.vendor_id;
    row.attempt_id = attempt.id;
    row.code = attempt.failure_code;
    row.sentence = why_it_goes(attempt);
    report.rows.push_back(std::move(row));
    report.problems.push_back(
        "server " + attempt.vendor_id + " at " + account + " is not gone yet" +
        (attempt.destroy_problem.empty() ? "; " : " (" + attempt.destroy_problem + "); ") +
        (may_destroy(view, attempt) ? "`berth run` goes on with it"
                                    : "it is left alone until this ledger is known to be the one "
                                      "that counts"));
  }
}

/// What the scale-down policy says of each bought server; nothing, where there is no policy.
void add_fleet(const EngineParts& parts, const LedgerView& view, ReapReport& report) {
  for (const std::string& organization : organizations_with_servers(parts, view)) {
    const ScaleDownView fleet = scale_down_of(parts, view, organization);
    for (std::size_t i = 0; i < fleet.servers.size(); ++i) {
      const ServerInUse& facts = fleet.facts[i];
      const ScaleDownDecision& decision = fleet.decisions[i];
      const bool drains = facts.draining_since_unix_ms != 0;
      if (!facts.bought || facts.left_alone) continue;
      if (!drains && !parts.settings().scale_down.any()) continue;
      report.rows.push_back(row_of(fleet.servers[i]));
      ReapRow& row = report.rows.back();
      row.action = drains ? "draining" : "kept";
      if (decision.action == ScaleDownAction::drain) row.action = "would_drain";
      if (decision.action == ScaleDownAction::destroy) row.action = "would_destroy";
      row.code = decision.code;
      row.sentence = decision.sentence;
      row.since_unix_ms = decision.since_unix_ms;
      row.until_unix_ms = decision.until_unix_ms;
    }
  }
}

/// Of one account, or ("") of all: who left the config and has servers.
void add_left(const EngineParts& parts, const LedgerView& view, const std::string& account,
              ReapReport& report) {
  for (const LeftBehind& one : left_behind(parts.settings(), view))
    if (account.empty() || one.subject == "account " + account)
      report.left.push_back(one.sentence);
}

void add_up(const EngineParts& parts, ReapReport& report) {
  report.strays_monthly.currency = parts.settings().currency;
  for (const ReapRow& row : report.rows) {
    if (row.kind != "stray") continue;
    ++report.strays;
    if (row.monthly_compared.currency.empty())
      ++report.strays_without_price;
    else
      report.strays_monthly.nanos += row.monthly_compared.nanos;
  }
}

/// As reconcile() has it, before anything was done.
void add_seen(const LedgerView& view, const Reconciliation& seen, bool confirmed,
              ReapReport& report) {
  for (const SeenStray& stray : seen.strays) {
    ReapRow row = row_of(stray.record, why_stray(view, stray.record));
    row.action = "would_destroy";
    if (row.code == elsewhere_code && !confirmed)
      left_to_a_person(row);
    else if (!stray.reap)
      still_young(row, stray.until_unix_ms);
    report.rows.push_back(std::move(row));
  }
  for (const SeenServer& one : seen.servers) {
    const auto server = view.server(one.attempt.server_id);
    if (!server || one.again || one.attempt.absent_looks == 0) continue;
    ReapRow row = row_of(*server);
    row.action = one.lost ? "would_lose" : "kept";
    row.code = one.ended.empty() ? "not_listed" : "ended";
    row.sentence = one.ended.empty()
                       ? "the cloud's list does not show it; it is lost when that is so twice"
                       : "the cloud says that it is no more: " + one.ended;
    row.since_unix_ms = one.attempt.absent_since_unix_ms;
    report.rows.push_back(std::move(row));
  }
}

}  // namespace

ReapReport look_before_reaping(const EngineParts& parts, const std::string& account,
                               bool confirmed) {
  ReapReport report;
  report.dry_run = true;
  std::vector<AccountQuestion> questions;
  parts.ledger.read([&](const LedgerView& view) {
    questions.clear();
    for (const std::string& id : accounts_to_reap(parts, view))
      if (account.empty() || id == account) questions.push_back(question_about(parts, view, id));
  });
  if (questions.empty() && !account.empty())
    throw Refusal(Refused::not_found,
                  "there is no account '" + account + "' in " + parts.settings().file.string());
  for (const AccountQuestion& question : questions) {
    const Result<Found> found = ask(parts, question);
    if (!found) {
      report.problems.push_back(question.account + " could not be looked at: " +
                                parts.clouds.redacted(found.failure().message));
      continue;
    }
    if (!found->complete)
      report.problems.push_back(question.account + " showed only a part of its list");
    const ReapReport so_far = report;
    parts.ledger.read([&](const LedgerView& view) {
      report = so_far;
      const Reconciliation seen = reconcile(parts, view, question, *found);
      if (!seen.breaker.empty() && !confirmed) report.paused.push_back(seen.breaker);
      if (seen.elsewhere > 0 && !confirmed && view.identity().paused.empty())
        report.paused.push_back(elsewhere_text(question.account, seen.elsewhere));
      add_seen(view, seen, confirmed, report);
      add_lost(view, question.account, report);
      add_stopped(view, question.account, report);
    });
  }
  const ReapReport so_far = report;
  parts.ledger.read([&](const LedgerView& view) {
    report = so_far;
    if (const std::string trouble = clock_trouble(parts, view); !trouble.empty() && !confirmed)
      report.paused.push_back(trouble);
    if (const std::string paused = view.identity().paused; !paused.empty() && !confirmed)
      report.paused.push_back(paused);
    if (account.empty()) add_fleet(parts, view, report);
    add_left(parts, view, account, report);
  });
  add_up(parts, report);
  return report;
}

ReapReport report_of_reaping(const EngineParts& parts, const LedgerView& view,
                             const std::vector<std::string>& accounts, bool with_fleet,
                             std::int64_t since_seq) {
  ReapReport report;
  const auto is_one = [&](const std::string& account) {
    return std::find(accounts.begin(), accounts.end(), account) != accounts.end();
  };
  for (std::int64_t seq = since_seq;;) {
    const std::vector<EventRecord> events = view.events({}, seq);
    if (events.empty()) break;
    seq = events.back().seq;
    for (const EventRecord& event : events) {
      if (event.type != "server.reaped") continue;
      ReapRow row = row_of(event);
      if (is_one(row.account)) report.rows.push_back(std::move(row));
    }
  }
  const std::int64_t now = parts.clock.now().unix_ms;
  for (const std::string& account : accounts) {
    const ReapPassRecord pass = view.reap_pass(account);
    if (pass.outcome == "paused")
      report.paused.push_back(pass.sentence);
    else if (pass.outcome != "done")
      report.problems.push_back(pass.outcome.empty() ? account + " was not looked at"
                                                     : pass.sentence);
    for (const StrayRecord& stray : view.strays(account)) {
      if (!stray.reaper_id.empty()) continue;  // among those that are being destroyed
      ReapRow row = row_of(stray, why_stray(view, stray));
      const std::int64_t born =
          stray.created_unix_ms > 0 ? stray.created_unix_ms : row.since_unix_ms;
      if (row.code == elsewhere_code && !view.identity().paused.empty())
        left_to_a_person(row);
      else
        still_young(row, std::max(born + parts.settings().reap.grace_ms, now));
      report.rows.push_back(std::move(row));
    }
    add_destroying(view, account, report);
    add_lost(view, account, report);
    add_stopped(view, account, report);
  }
  // One clock stops all accounts, and says so once.
  std::sort(report.paused.begin(), report.paused.end());
  report.paused.erase(std::unique(report.paused.begin(), report.paused.end()), report.paused.end());
  if (with_fleet) add_fleet(parts, view, report);
  add_left(parts, view, with_fleet || accounts.empty() ? "" : accounts.front(), report);
  add_up(parts, report);
  return report;
}

}  // namespace berth
