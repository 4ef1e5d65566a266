#include "engine/scale_down.hpp"

#include <algorithm>
#include <boost/json/object.hpp>

#include "engine/attempt.hpp"
#include "engine/finish.hpp"
#include "engine/leaving.hpp"
#include "engine/offer_codec.hpp"
#include "engine/reap.hpp"
#include "engine/reconcile.hpp"
#include "engine/release.hpp"
#include "engine/standing.hpp"
#include "engine/tell.hpp"
#include "policy/ranking.hpp"

namespace berth {
namespace {

/// Within one boot the time that has passed since, whatever became of the wall clock.
std::int64_t unix_of(const Moment& then, const Moment& now) {
  return then.boot_id == now.boot_id ? now.unix_ms - (now.boot_ms - then.boot_ms) : then.unix_ms;
}

std::int64_t billing_step_ms(const AttemptRecord& attempt) {
  const auto offers = decode_offers(attempt.offers_json);
  const auto bought = static_cast<std::size_t>(attempt.candidate);
  return bought < offers.size() ? offers[bought].offer.offer.billing_step_s * 1000 : 0;
}

std::int64_t compared_nanos(const EngineParts& parts, const Server& server) {
  Facts facts;
  facts.currency = parts.settings().currency;
  facts.rates = parts.settings().rates;
  const auto money = converted({server.monthly_nanos, server.currency}, facts);
  return money ? money->nanos : 0;
}

ServerInUse facts_of(const EngineParts& parts, const LedgerView& view, const Server& server) {
  const Moment now = parts.clock.now();
  ServerInUse facts;
  facts.id = server.id;
  facts.name = server.name;
  facts.bought = server.auto_provisioned;
  facts.ready = server.status == ServerStatus::ready && server.enabled && server.reachable;
  const auto holds = view.holds_on(server.id);
  for (const HoldRecord& hold : holds) {
    facts.under_way = facts.under_way || !hold.active;
    if (hold.active) facts.applications.push_back(hold.application);
  }
  facts.other_use = holds.empty() && server.used != Room{};
  const auto attempt = view.attempt(server.attempt_id);
  if (!facts.bought || !attempt) {
    facts.left_alone = facts.bought;
    return facts;
  }
  const auto drain = view.drain(server.id);
  const bool drains = server.status == ServerStatus::draining && drain && drain->since;
  facts.left_alone = attempt->status != AttemptStatus::ready || is_lost(*attempt) ||
                     (!facts.ready && !(drains && server.enabled)) ||
                     parts.accounts.find(server.account) == nullptr;  // nobody could destroy it
  facts.bought_unix_ms =
      attempt->accepted_unix_ms != 0 ? attempt->accepted_unix_ms : server.created_unix_ms;
  facts.billing_step_ms = billing_step_ms(*attempt);
  facts.monthly_nanos = compared_nanos(parts, server);
  facts.uses = view.uses(server.id);
  if (const auto idle = view.idle_since(server.id); idle && facts.empty())
    facts.idle_since_unix_ms = unix_of(*idle, now);
  if (drains) {
    facts.draining_since_unix_ms = unix_of(*drain->since, now);
    facts.draining_code = drain->code;
  }
  return facts;
}

void begin_draining(const EngineParts& parts, LedgerTransaction& tx, Server server,
                    const ScaleDownDecision& decision) {
  server.status = ServerStatus::draining;
  tx.save(server);
  tx.save(DrainRecord{server.id, parts.clock.now(), decision.code, decision.sentence});
  tell(parts, tx, "server.draining", server.organization, "",
       "Server " + server.name + " takes no new deployments: " + decision.sentence + ".",
       {{"server_id", server.id}, {"server_name", server.name}, {"code", decision.code}},
       admins_of(parts, server.organization));
}

void give_back(const EngineParts& parts, LedgerTransaction& tx, const Server& server,
               const ScaleDownDecision& decision) {
  auto attempt = tx.attempt(server.attempt_id);
  if (!attempt || attempt->status != AttemptStatus::ready) return;
  const std::vector<HoldRecord> holds = tx.holds_on(server.id);
  for (const HoldRecord& hold : holds)
    if (!hold.active) return;  // never under a deployment that is under way
  for (const HoldRecord& hold : holds)
    if (hold.releasing.empty())
      begin_release(parts, tx, hold,
                    {"scaled_down", hold.application + " lost its room: server " + server.name +
                                        " is given back, since " + decision.sentence + "."});
  // Whoever has a release command ends first; the last one schedules this again.
  if (!tx.holds_on(server.id).empty()) return;
  std::string sentence = decision.sentence + ".";
  if (const auto drain = tx.drain(server.id); drain && !drain->sentence.empty())
    sentence = drain->sentence + "; " + sentence;
  sentence.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(sentence.front())));
  give_up(parts, tx, *attempt, decision.code, sentence, false);
}

/// "[scale_down] idle = 2h".
std::string rule_text(const ScaleDownRules& rules, const std::string& code) {
  const std::string rule = code == "expired"   ? "max_age = " + duration_text(rules.max_age_ms)
                           : code == "used_up" ? "max_uses = " + std::to_string(rules.max_uses)
                                               : "idle = " + duration_text(rules.idle_ms);
  return "[scale_down] " + rule;
}

/// What becomes of an empty server, for people.
std::string fate_text(const EngineParts& parts, const LedgerView& view, const Server& server,
                      const ServerInUse& facts, const ScaleDownDecision& end) {
  if (account_left(parts.settings(), view, server.account))
    return "Nothing will destroy it: " +
           way_out(parts.settings(), server.account, server.name, server.vendor_id) + ".";
  const ScaleDownRules& rules = parts.settings().scale_down;
  if (end.until_unix_ms != 0 && facts.draining_since_unix_ms != 0)
    return "It drains, and `berth run` or `berth reap` destroys it now.";
  if (end.until_unix_ms != 0)
    return rule_text(rules, end.code) + " destroys it at " + utc_text(end.until_unix_ms) +
           ", if nothing is placed there before" +
           (end.code == "idle" && rules.keep > 0
                ? " and it is none of the " + std::to_string(rules.keep) + " that stay (keep)"
                : "") +
           ".";
  const bool left = organization_left(parts.settings(), server.organization);
  const std::string remove =
      "`berth servers remove " + server.name + (left ? " --confirm`" : "`");
  if (facts.left_alone) return "Nothing will destroy it, as it is out of use: " + remove + ".";
  if (facts.other_use)
    return "Something that berth did not place runs there, so nothing will destroy it: " + remove +
           ".";
  return "Nothing will destroy it: set [scale_down] idle or " + remove + ".";
}

}  // namespace

void tell_if_emptied(const EngineParts& parts, LedgerTransaction& tx,
                     const std::string& server_id) {
  const auto server = tx.server(server_id);
  if (!server || !server->auto_provisioned || !tx.holds_on(server->id).empty()) return;
  // One that boots or goes already is seen to by its attempt.
  if (server->status == ServerStatus::booting || server->status == ServerStatus::destroying ||
      server->status == ServerStatus::gone)
    return;
  const Moment now = parts.clock.now();
  const ScaleDownRules& rules = parts.settings().scale_down;
  const ServerInUse facts = facts_of(parts, tx, *server);
  const ScaleDownDecision end = end_of_an_empty_one(facts, rules, now.unix_ms);
  if (end.until_unix_ms != 0) {
    if (facts.empty()) tx.mark_idle(server->id, now);  // what is told is when it goes
    tx.schedule(TaskKind::scale_down, server->organization,
                now.after(std::max<std::int64_t>(end.until_unix_ms - now.unix_ms, 0)), true);
  }
  const Money monthly{server->monthly_nanos, server->currency};
  const std::string cost = server->currency.empty() ? "an unknown price" : monthly_text(monthly);
  boost::json::object fields{{"server_id", server->id},
                             {"server_name", server->name},
                             {"account", server->account},
                             {"vendor_id", server->vendor_id},
                             {"instance_type", server->instance_type},
                             {"region", server->region},
                             {"code", end.code}};
  if (!server->currency.empty()) {
    fields["monthly_cost"] = decimal_of_nanos(server->monthly_nanos);
    fields["currency"] = server->currency;
  }
  if (end.until_unix_ms != 0) fields["destroyed_at_unix_ms"] = end.until_unix_ms;
  tell(parts, tx, "server.emptied", server->organization, "",
       "Server " + server->name + " (" + server->instance_type + " in " + server->region + " at " +
           server->account + ") is empty, and costs " + cost + ". " +
           fate_text(parts, tx, *server, facts, end),
       std::move(fields), admins_of(parts, server->organization));
}

ScaleDownView scale_down_of(const EngineParts& parts, const LedgerView& view,
                            const std::string& organization) {
  ScaleDownView result;
  for (Server& server : view.servers(organization)) {
    if (server.status == ServerStatus::destroying) continue;
    result.facts.push_back(facts_of(parts, view, server));
    result.servers.push_back(std::move(server));
  }
  result.decisions =
      scale_down(result.facts, parts.settings().scale_down, parts.clock.now().unix_ms);
  return result;
}

std::optional<Work> prepare_scale_down(const EngineParts& parts, LedgerTransaction& tx,
                                       const TaskRecord& task) {
  const Moment now = parts.clock.now();
  const std::int64_t every = parts.settings().reap.every_ms;
  if (!watch_clock(parts, tx).empty() || !watch_standing(parts, tx).empty()) {
    tx.settle(task.kind, task.subject, now.after(every));
    return std::nullopt;
  }
  const ScaleDownView fleet = scale_down_of(parts, tx, task.subject);
  std::int64_t next = every;
  bool anything_drains = false;
  for (std::size_t i = 0; i < fleet.servers.size(); ++i) {
    const ScaleDownDecision& decision = fleet.decisions[i];
    const ServerInUse& facts = fleet.facts[i];
    if (decision.action == ScaleDownAction::drain)
      begin_draining(parts, tx, fleet.servers[i], decision);
    if (decision.action == ScaleDownAction::destroy)
      give_back(parts, tx, fleet.servers[i], decision);
    if (decision.code == "not_idle_yet" && facts.idle_since_unix_ms == 0)
      tx.mark_idle(facts.id, now);
    anything_drains = anything_drains || decision.action == ScaleDownAction::drain ||
                      facts.draining_since_unix_ms != 0;
    if (decision.action == ScaleDownAction::keep && decision.until_unix_ms > now.unix_ms)
      next = std::min(next, decision.until_unix_ms - now.unix_ms);
  }
  const bool again = parts.settings().scale_down.any() || anything_drains;
  tx.settle(task.kind, task.subject, again ? std::optional(now.after(next)) : std::nullopt);
  return std::nullopt;
}

void close_spent(const EngineParts& parts, const LedgerView& view, std::vector<Server>& fleet) {
  const ScaleDownRules& rules = parts.settings().scale_down;
  if (rules.max_age_ms == 0 && rules.max_uses == 0) return;
  const std::int64_t now = parts.clock.now().unix_ms;
  for (Server& server : fleet) {
    if (!server.auto_provisioned) continue;
    if (server.status != ServerStatus::ready && server.status != ServerStatus::booting) continue;
    const bool old = rules.max_age_ms > 0 && now - server.created_unix_ms >= rules.max_age_ms;
    if (old || (rules.max_uses > 0 && view.uses(server.id) >= rules.max_uses))
      server.status = ServerStatus::draining;
  }
}

}  // namespace berth
