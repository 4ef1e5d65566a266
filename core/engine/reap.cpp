#include "engine/reap.hpp"

#include <algorithm>
#include <boost/json/object.hpp>

#include "engine/attempt.hpp"
#include "engine/finish.hpp"
#include "engine/leaving.hpp"
#include "engine/permit.hpp"
#include "engine/reconcile.hpp"
#include "engine/refresh.hpp"
#include "engine/requests.hpp"
#include "engine/standing.hpp"
#include "engine/tell.hpp"

namespace berth {
namespace {

/// Within one boot both clocks run alike, but for the corrections of every day.
constexpr std::int64_t jump_ms = 60'000;
/// A confirmation speaks for what its giver has just seen.
constexpr std::int64_t confirmation_ms = 15 * 60'000;

void add_money(boost::json::object& fields, const Money& monthly, const Money& compared) {
  if (!monthly.currency.empty()) {
    fields["monthly_cost"] = decimal_of_nanos(monthly.nanos);
    fields["currency"] = monthly.currency;
  }
  if (!compared.currency.empty()) {
    fields["compared_cost"] = decimal_of_nanos(compared.nanos);
    fields["compared_currency"] = compared.currency;
  }
}

/// "10.52 USD a month", or that nobody knows.
std::string cost_text(const Money& monthly, const Money& compared) {
  if (!compared.currency.empty()) return monthly_text(compared);
  return monthly.currency.empty() ? "an unknown price" : monthly_text(monthly);
}

/// Whose admins hear of it: the label's organization, else who may use the account.
std::string organization_of(const EngineParts& parts, const StrayRecord& stray) {
  if (parts.settings().organization(stray.organization) != nullptr) return stray.organization;
  const AccountPointer account = parts.accounts.find(stray.account);
  if (account != nullptr && !account->organizations.empty()) return account->organizations.front();
  return stray.organization;
}

void tell_all(const EngineParts& parts, LedgerTransaction& tx, const std::string& account,
              const std::string& sentence) {
  std::vector<std::string> organizations;
  if (const AccountPointer settings = parts.accounts.find(account))
    organizations = settings->organizations;
  else
    for (const OrganizationSettings& one : parts.settings().organizations)
      organizations.push_back(one.id);
  boost::json::object fields;
  if (!account.empty()) fields["account"] = account;
  for (const std::string& organization : organizations)
    tell(parts, tx, "reap.paused", organization, "", sentence, fields,
         admins_of(parts, organization));
  parts.journal.write(LogLevel::error, sentence);
}

boost::json::object fields_of(const StrayRecord& stray) {
  boost::json::object fields{{"account", stray.account},
                             {"vendor_id", stray.vendor_id},
                             {"attempt_id", stray.attempt_id},
                             {"name", stray.name},
                             {"instance_type", stray.instance_type},
                             {"region", stray.region},
                             {"code", stray.code}};
  if (stray.first_seen) fields["since_unix_ms"] = stray.first_seen->unix_ms;
  add_money(fields, stray.monthly, stray.monthly_compared);
  return fields;
}

void doom(const EngineParts& parts, LedgerTransaction& tx, StrayRecord& stray) {
  const auto original = tx.attempt(stray.attempt_id);
  AttemptRecord reaper;
  reaper.organization = stray.organization;
  if (original) reaper.deployment_id = original->deployment_id;
  reaper.account = stray.account;
  reaper.vendor_id = stray.vendor_id;
  reaper.region = stray.region;
  reaper.failure_code = "stray";
  reaper.failure = "Nobody owned it: " + why_stray(tx, stray) + ".";
  destroy_unowned(parts, tx, reaper);
  tx.schedule(TaskKind::look, reaper.account, parts.clock.now().after(500), true);
  stray.reaper_id = reaper.id;
  tx.save(stray);
  parts.journal.write(LogLevel::warning, stray.account + ": server " + stray.vendor_id +
                                             " is destroyed. " + reaper.failure);
}

void lose(const EngineParts& parts, LedgerTransaction& tx, const SeenServer& seen) {
  AttemptRecord attempt = seen.attempt;
  attempt.failure_code = lost_code;
  attempt.failure = attempt.account + (seen.ended.empty()
                                           ? " does not list server " + attempt.vendor_id +
                                                 " any more."
                                           : " shows server " + attempt.vendor_id +
                                                 " as no more: " + seen.ended + ".");
  tx.save(attempt);
  std::optional<Server> server = tx.server(attempt.server_id);
  if (!server) return;
  server->reachable = false;  // nothing new goes there
  tx.save(*server);
  const std::string why = seen.ended.empty() ? "the cloud's list does not show it any more"
                                             : "the cloud says that it is no more: " + seen.ended;
  const std::string sentence =
      "Server " + server->name + " (" + attempt.vendor_id + " at " + attempt.account +
      ") is lost: " + why + ". Nothing new is placed there; `berth servers remove " +
      server->name + " --force` takes it out of the fleet.";
  boost::json::object fields{{"server_id", server->id},
                             {"server_name", server->name},
                             {"account", attempt.account},
                             {"vendor_id", attempt.vendor_id},
                             {"reason", seen.ended}};
  add_money(fields, {server->monthly_nanos, server->currency}, {});
  tell(parts, tx, "server.lost", attempt.organization, "", sentence, fields,
       admins_of(parts, attempt.organization));
  for (const HoldRecord& hold : tx.holds_on(server->id)) {
    const auto deployment = tx.deployment(hold.deployment_id);
    fields["application_id"] = hold.application;
    tell(parts, tx, "server.lost", hold.organization, hold.deployment_id,
         hold.application + " ran on " + server->name +
             ", which is lost. Deploy it again, and it goes to another server.",
         fields,
         deployment ? std::vector<std::string>{deployment->requested_by}
                    : std::vector<std::string>{});
  }
  parts.journal.write(LogLevel::error, sentence);
}

void find_again(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt) {
  attempt.failure_code.clear();
  attempt.failure.clear();
  tx.save(attempt);
  std::optional<Server> server = tx.server(attempt.server_id);
  if (!server) return;
  server->reachable = true;
  tx.save(*server);
  tell(parts, tx, "server.found", attempt.organization, "",
       "Server " + server->name + ", which was lost, is listed again.",
       {{"server_id", server->id}, {"server_name", server->name}},
       admins_of(parts, attempt.organization));
}

/// What was seen, whether or not it may be acted upon.
void remember(const EngineParts& parts, LedgerTransaction& tx, const Reconciliation& seen,
              bool paused) {
  for (const std::string& id : seen.over) tx.remove_stray(id);
  for (const SeenStray& stray : seen.strays) {
    tx.save(stray.record);
    if (!stray.just_confirmed || paused) continue;
    const StrayRecord& one = stray.record;
    tell(parts, tx, "server.stray_found", organization_of(parts, one), "",
         one.account + " has server " + one.vendor_id + ", which nobody owns (" +
             why_stray(tx, one) + "), for " + cost_text(one.monthly, one.monthly_compared) +
             ". It will be destroyed.",
         fields_of(one), admins_of(parts, organization_of(parts, one)));
  }
  for (const SeenServer& server : seen.servers)
    if (!server.lost && !server.again) tx.save(server.attempt);
}

void act(const EngineParts& parts, LedgerTransaction& tx, Reconciliation& seen) {
  for (SeenStray& stray : seen.strays)
    if (stray.reap) doom(parts, tx, stray.record);
  for (SeenServer& server : seen.servers)
    if (server.lost) lose(parts, tx, server);
}

bool is_confirmed(const ReapPassRecord& pass, const Moment& now) {
  return !pass.confirmed_by.empty() && pass.confirmed &&
         !pass.confirmed->after(confirmation_ms).passed(now);
}

void failed(const EngineParts& parts, LedgerTransaction& tx, const std::string& account,
            ReapPassRecord& pass, const Failure& failure) {
  pass.outcome = "failed";
  pass.sentence = account + " could not be looked at: " + parts.clouds.redacted(failure.message);
  pass.waits = false;
  tx.save(pass);
  parts.journal.write(LogLevel::warning, pass.sentence);
  const std::int64_t every = parts.settings().reap.every_ms;
  const bool passing = failure.code != ErrorCode::unsupported;  // a missing plugin stays missing
  const std::int64_t pause = std::max<std::int64_t>(failure.retry_after_ms.value_or(0), 60'000);
  tx.settle(TaskKind::reap, account,
            parts.clock.now().after(passing ? std::min(every, pause) : every));
}

void conclude(const EngineParts& parts, LedgerTransaction& tx, const AccountQuestion& question,
              const Result<Found>& found) {
  const Moment now = parts.clock.now();
  const std::string& account = question.account;
  ReapPassRecord pass = tx.reap_pass(account);
  const bool was_paused = pass.outcome == "paused";
  pass.id = account;
  ++pass.passes;
  pass.ended_unix_ms = now.unix_ms;
  look_after_left(parts, tx);
  if (!found) return failed(parts, tx, account, pass, found.failure());
  if (parts.accounts.find(account) == nullptr)  // removed meanwhile: nobody can act there any more
    return tx.settle(TaskKind::reap, account, std::nullopt);
  Reconciliation seen = reconcile(parts, tx, question, *found);
  const bool confirmed = is_confirmed(pass, now);
  if (seen.elsewhere > 0 && !confirmed)
    suspect(parts, tx, elsewhere_text(account, seen.elsewhere));
  std::string trouble = watch_clock(parts, tx);
  if (trouble.empty()) trouble = watch_standing(parts, tx);
  const bool stopped = !seen.breaker.empty() && !confirmed;
  const bool paused = stopped || !trouble.empty();
  remember(parts, tx, seen, paused);
  // Whoever is there again is welcome at any time.
  for (SeenServer& server : seen.servers)
    if (server.again) find_again(parts, tx, server.attempt);
  refresh_ready(parts, tx, question, *found);
  pass.outcome = found->complete ? "done" : "partial";
  pass.sentence.clear();
  if (!found->complete)
    pass.sentence = account +
                    " showed only a part of its list: nothing was concluded from what is "
                    "missing there.";
  if (paused) {
    pass.outcome = "paused";
    pass.sentence = trouble.empty() ? seen.breaker : trouble;
    if (stopped && trouble.empty() && !was_paused) tell_all(parts, tx, account, pass.sentence);
  } else {
    act(parts, tx, seen);
    if (!seen.waits) {
      pass.confirmed_by.clear();
      pass.confirmed.reset();
    }
  }
  pass.waits = seen.waits && !paused;
  tx.save(pass);
  const std::int64_t every = parts.settings().reap.every_ms;
  tx.settle(TaskKind::reap, account,
            now.after(seen.next_ms > 0 && !paused ? std::min(seen.next_ms, every) : every));
}

}  // namespace

std::string elsewhere_text(const std::string& account, int servers) {
  return account + " has " + std::to_string(servers) + (servers == 1 ? " server" : " servers") +
         " of this installation that this ledger, as it stands, never bought: a copy of it is at "
         "work, or an older state of it was put back. Nothing is destroyed. `berth reap --dry-run` "
         "lists them. When no other copy is at work any more, `berth adopt` takes them into the "
         "fleet; `berth reap --confirm` destroys them.";
}

std::string clock_trouble(const EngineParts& parts, const LedgerView& view) {
  const std::optional<ClockMark> mark = view.clock_mark();
  if (!mark) return {};
  if (!mark->paused.empty()) return mark->paused;
  const Moment now = parts.clock.now();
  const std::int64_t wall = now.unix_ms - mark->last.unix_ms;
  const bool same_boot = now.boot_id == mark->last.boot_id;
  const std::int64_t jump =
      same_boot ? wall - (now.boot_ms - mark->last.boot_ms) : std::min<std::int64_t>(wall, 0);
  if (jump >= -jump_ms && jump <= jump_ms) return {};
  return "This machine's clock was set " + std::string(jump > 0 ? "forward" : "back") + " by " +
         duration_text(jump > 0 ? jump : -jump) + (same_boot ? "" : " since it was started") +
         ", so ages cannot be trusted and nothing is reaped. When the clock is right: `berth reap "
         "--confirm`.";
}

std::string watch_clock(const EngineParts& parts, LedgerTransaction& tx) {
  ClockMark mark = tx.clock_mark().value_or(ClockMark{});
  const bool was_paused = !mark.paused.empty();
  mark.paused = clock_trouble(parts, tx);
  if (mark.paused.empty()) mark.last = parts.clock.now();
  tx.save(mark);
  if (!mark.paused.empty() && !was_paused) tell_all(parts, tx, "", mark.paused);
  return mark.paused;
}

std::optional<Work> prepare_reap(const EngineParts& parts, LedgerTransaction& tx,
                                 const TaskRecord& task) {
  return [&parts, question = question_about(parts, tx, task.subject)]() -> Apply {
    Result<Found> found = ask(parts, question);
    return [&parts, question, found = std::move(found)](LedgerTransaction& later) {
      conclude(parts, later, question, found);
    };
  };
}

std::vector<std::string> accounts_to_reap(const EngineParts& parts, const LedgerView& view) {
  std::vector<std::string> accounts;
  const auto known = parts.accounts.list();
  for (const AccountPointer& account : *known) accounts.push_back(account->id);
  const auto add = [&](const std::string& account) {
    if (std::find(accounts.begin(), accounts.end(), account) == accounts.end())
      accounts.push_back(account);
  };
  for (const AttemptRecord& attempt : view.live_attempts("")) add(attempt.account);
  for (const StrayRecord& stray : view.strays("")) add(stray.account);
  return accounts;
}

void keep_reaping(const EngineParts& parts) {
  look_after_left(parts);
  const ScaleDownRules& rules = parts.settings().scale_down;
  const auto missing = [&](const LedgerView& view) {
    std::vector<std::pair<TaskKind, std::string>> tasks;
    for (const std::string& account : accounts_to_reap(parts, view))
      if (!view.task(TaskKind::reap, account)) tasks.emplace_back(TaskKind::reap, account);
    if (rules.any())
      for (const std::string& organization : organizations_with_servers(parts, view))
        if (!view.task(TaskKind::scale_down, organization))
          tasks.emplace_back(TaskKind::scale_down, organization);
    return tasks;
  };
  bool any = false;
  parts.ledger.read([&](const LedgerView& view) { any = !missing(view).empty(); });
  if (!any) return;
  parts.ledger.write([&](LedgerTransaction& tx) {
    for (const auto& [kind, subject] : missing(tx)) tx.schedule(kind, subject, parts.clock.now());
  });
}

std::vector<AskedPass> ask_to_reap(const EngineParts& parts, std::string_view account,
                                   const Caller& confirmed_by) {
  std::vector<AskedPass> asked;
  const auto ask = [&](LedgerTransaction& tx) {
    asked.clear();
    const Moment now = parts.clock.now();
    if (!confirmed_by.name.empty()) {
      require(parts.settings(), Act::confirm_reaping, confirmed_by);
      tx.save(ClockMark{now, {}});
      stand_by(tx);
      tell(parts, tx, "reap.confirmed", "", "",
           confirmed_by.name + " lets reaping go on" +
               (account.empty() ? "." : " at " + std::string(account) + "."),
           signed_by(confirmed_by, {{"account", account}}));
    }
    for (const std::string& id : accounts_to_reap(parts, tx)) {
      if (!account.empty() && id != account) continue;
      ReapPassRecord pass = tx.reap_pass(id);
      if (!confirmed_by.name.empty()) {
        pass.id = id;
        pass.confirmed_by = confirmed_by.name;
        pass.confirmed = now;
        tx.save(pass);
      }
      // A pass that is under way has asked its question before us: the next one counts.
      const auto task = tx.task(TaskKind::reap, id);
      const bool under_way = task && !task->owner.empty();
      asked.push_back({id, pass.passes + (under_way ? 2 : 1)});
      // Whoever asks may have lifted what stood against a destroy.
      for (const AttemptRecord& attempt : tx.live_attempts(id)) {
        if (attempt.status != AttemptStatus::destroying || attempt.destroy_refusals == 0) continue;
        asked.back().refused.emplace_back(attempt.id, attempt.destroy_refusals);
        tx.schedule(TaskKind::attempt, attempt.id, now, true);
      }
      tx.schedule(TaskKind::reap, id, now, true);
    }
    if (account.empty())
      for (const std::string& organization : organizations_with_servers(parts, tx))
        tx.schedule(TaskKind::scale_down, organization, now, true);
    look_after_left(parts, tx);
  };
  on_record(parts, [&] { parts.ledger.write(ask); });
  if (asked.empty() && !account.empty())
    throw Refusal(Refused::not_found, "there is no account '" + std::string(account) + "' in " +
                                          parts.settings().file.string());
  return asked;
}

bool is_reaping(const LedgerView& view, const std::vector<AskedPass>& asked) {
  return std::any_of(asked.begin(), asked.end(), [&](const AskedPass& one) {
    const ReapPassRecord pass = view.reap_pass(one.account);
    if (pass.passes < one.passes) return true;
    if (pass.outcome == "failed") return false;
    if (pass.waits) return true;
    const auto attempts = view.live_attempts(one.account);
    return std::any_of(attempts.begin(), attempts.end(), [&](const AttemptRecord& attempt) {
      return attempt.status == AttemptStatus::destroying && may_destroy(view, attempt) &&
             (attempt.destroy_refusals < refusals_until_told ||
              std::find(one.refused.begin(), one.refused.end(),
                        std::pair(attempt.id, attempt.destroy_refusals)) != one.refused.end());
    });
  });
}

void complete_record(const EngineParts& parts, LedgerTransaction& tx,
                     const AttemptRecord& attempt) {
  AuditFilter filter;
  filter.deployment_id = attempt.deployment_id;
  std::optional<AuditRecord> record;
  if (attempt.deployment_id.empty()) {
    record = tx.audit_record(attempt.id);  // bought by hand
  } else {
    for (AuditRecord& one : tx.audit_records(filter))
      if (one.attempt_id == attempt.id) record = std::move(one);
  }
  if (!record) return;
  record->at_unix_ms = parts.clock.now().unix_ms;
  record->failure_code = attempt.failure_code;
  record->failure_reason = parts.clouds.redacted(attempt.failure);
  tx.append(*record);
}

void tell_reaped(const EngineParts& parts, LedgerTransaction& tx, const AttemptRecord& attempt) {
  static constexpr std::string_view given_back[] = {"stray",   "duplicate", "idle",   "expired",
                                                    "used_up", "drained",   "removed"};
  if (std::find(std::begin(given_back), std::end(given_back), attempt.failure_code) ==
      std::end(given_back))
    return;
  boost::json::object fields;
  std::string what = "Server " + attempt.vendor_id;
  std::string cost;
  std::string organization = attempt.organization;
  if (const auto stray = tx.stray_of(attempt.id)) {
    fields = fields_of(*stray);
    organization = organization_of(parts, *stray);
    cost = cost_text(stray->monthly, stray->monthly_compared);
    tx.remove_stray(stray->id);
  } else if (const auto server = tx.server(attempt.server_id)) {
    what = "Server " + server->name;
    const Money monthly{server->monthly_nanos, server->currency};
    cost = cost_text(monthly, {});
    fields = {{"server_id", server->id},
              {"server_name", server->name},
              {"instance_type", server->instance_type},
              {"region", server->region}};
    add_money(fields, monthly, {});
    tx.remove_drain(server->id);
  }
  fields["account"] = attempt.account;
  fields["vendor_id"] = attempt.vendor_id;
  fields["attempt_id"] = attempt.id;
  fields["deployment_id"] = attempt.deployment_id;
  if (!fields.contains("code")) fields["code"] = attempt.failure_code;
  fields["reason"] = attempt.failure;
  tell(parts, tx, "server.reaped", organization, "",
       what + " at " + attempt.account + " is gone" +
           (cost.empty() ? "" : ", and with it " + cost) + ". " + attempt.failure,
       std::move(fields), admins_of(parts, organization));
  complete_record(parts, tx, attempt);
}

}  // namespace berth
