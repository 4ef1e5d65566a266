#include "engine/place.hpp"

#include <algorithm>

#include "engine/attempt.hpp"
#include "engine/decision_document.hpp"
#include "engine/deploy.hpp"
#include "engine/finish.hpp"
#include "engine/intent.hpp"
#include "engine/record.hpp"
#include "engine/refusals.hpp"
#include "engine/release.hpp"
#include "engine/scale_down.hpp"
#include "engine/tell.hpp"
#include "policy/ranking.hpp"

namespace berth {
namespace {

/// What a stored decision keeps: offers of each kind, and servers that are merely full.
constexpr std::size_t most_rows = 10, most_full_rows = 5;

/// When an approval is asked for only because something cheaper cannot be had: is that over?
constexpr std::int64_t first_look_again_ms = 30'000;

/// Room needed on a server while the deployment rolls out.
Requirements wanted_of(const DeploymentRecord& deployment) {
  return {room_during(deployment.strategy, deployment.requirements.room),
          deployment.requirements.arch};
}

/// Servers that take deployments and are too full for this one can neither be chosen nor change the
/// verdict: a few stand for all of them. In a fleet of a thousand they are nearly all.
std::vector<Server> without_most_full(const std::vector<Server>& fleet, const Requirements& wanted,
                                      const std::string& application_server,
                                      std::size_t most_full) {
  std::vector<Server> left;
  std::size_t full = 0;
  for (const Server& server : fleet) {
    const bool merely_full = server.id != application_server &&
                             !server.free().fits(wanted.room) &&
                             takes_deployments(server, wanted.arch);
    if (!merely_full || ++full <= most_full) left.push_back(server);
  }
  return left;
}

Placement place_in_fleet(const EngineParts& parts, const LedgerView& view,
                         const DeploymentRecord& deployment, const std::vector<Server>& fleet,
                         std::size_t most_full, std::map<std::string, Room>& free) {
  std::string current_server;
  Room current_room;
  for (const HoldRecord& hold : view.holds_of(deployment.organization, deployment.application))
    // What is being given back is where it runs only if it runs nowhere else.
    if (hold.active && (current_server.empty() || hold.releasing.empty())) {
      current_server = hold.server_id;
      current_room = hold.room;
    }
  const Requirements wanted = wanted_of(deployment);
  std::vector<Server> shown = without_most_full(fleet, wanted, current_server, most_full);
  close_spent(parts, view, shown);
  for (const Server& server : shown) free[server.id] = server.free();
  return place(shown, wanted, parts.settings().placement, current_server, current_room);
}

Money spend_of(const EngineParts& parts, const std::vector<Server>& fleet) {
  Money sum{0, parts.settings().currency};
  for (const Server& server : fleet) {
    if (server.currency == sum.currency) sum.nanos += server.monthly_nanos;
    for (const CurrencyRate& rate : parts.settings().rates)
      if (rate.currency == server.currency && rate.currency != sum.currency)
        sum.nanos += scaled(server.monthly_nanos, rate.nanos, 1'000'000'000).value_or(0);
  }
  return sum;
}

Facts facts_of(const EngineParts& parts, const LedgerView& view, const DeploymentRecord& deployment,
               const std::vector<Server>& fleet, const std::string& trigger) {
  Facts facts;
  facts.now_unix_ms = parts.clock.now().unix_ms;
  facts.deployment_id = deployment.id;
  facts.application = deployment.application;
  facts.requirements = deployment.requirements;
  facts.strategy = deployment.strategy;
  facts.organization.id = deployment.organization;
  const auto accounts = parts.accounts.of(deployment.organization);
  if (const auto* organization = parts.settings().organization(deployment.organization)) {
    facts.organization.auto_provisioning = organization->auto_provisioning;
    facts.organization.auto_approve_provisioning = organization->auto_approve_provisioning;
    facts.organization.max_servers = organization->max_servers;
    facts.organization.admins = admins_of(parts, deployment.organization);
    facts.organization.accounts = static_cast<int>(accounts.size());
  }
  facts.trigger = trigger;
  facts.servers_counted = view.servers_counted(deployment.organization);
  facts.spend_monthly = spend_of(parts, fleet);
  facts.tries = deployment.tries;
  facts.max_tries = parts.settings().provisioning.tries;
  facts.excluded_offers = deployment.excluded_offers;
  facts.left_accounts = left_accounts(deployment);
  if (!deployment.first_estimate.currency.empty()) facts.first_estimate = deployment.first_estimate;
  facts.dearer_percent = parts.settings().provisioning.dearer_percent;
  if (!deployment.approved_by.empty())
    facts.approval = ApprovalFact{deployment.approved_by, deployment.approved_unix_ms,
                                  deployment.approved_limit};
  if (auto catalogues = parts.catalogue.peek(accounts)) {
    facts.offers = std::move(catalogues->offers);
    facts.missing_catalogues = std::move(catalogues->missing);
    facts.old_catalogues = std::move(catalogues->old);
  }
  facts.currency = parts.settings().currency;
  facts.rates = parts.settings().rates;
  facts.boot_failure_pause_ms = parts.settings().provisioning.boot_failure_pause_ms;
  return facts;
}

/// An earlier deployment of the same application that is still under way.
std::optional<DeploymentRecord> earlier_one(const LedgerView& view,
                                            const DeploymentRecord& deployment) {
  DeploymentFilter filter;
  filter.organization = deployment.organization;
  filter.application = deployment.application;
  filter.statuses = {DeploymentStatus::placing, DeploymentStatus::awaiting_approval,
                     DeploymentStatus::provisioning, DeploymentStatus::deploying};
  for (DeploymentRecord& other : view.deployments(filter))
    if (std::pair(other.created_unix_ms, other.id) <
        std::pair(deployment.created_unix_ms, deployment.id))
      return std::move(other);
  return std::nullopt;
}

void take_hold(const EngineParts& parts, LedgerTransaction& tx, DeploymentRecord& deployment,
               const std::string& server_id) {
  HoldRecord hold;
  hold.id = parts.entropy.id();
  hold.organization = deployment.organization;
  hold.application = deployment.application;
  hold.server_id = server_id;
  hold.deployment_id = deployment.id;
  hold.room = wanted_of(deployment).room;
  hold.created_unix_ms = parts.clock.now().unix_ms;
  tx.save(hold);
  deployment.server_id = server_id;
}

void wait_for_server(const EngineParts& parts, LedgerTransaction& tx, DeploymentRecord& deployment,
                     const Server& server) {
  const Moment now = parts.clock.now();
  deployment.status = DeploymentStatus::provisioning;
  deployment.attempt_id = server.attempt_id;
  if (!deployment.provisioning_deadline)
    deployment.provisioning_deadline = now.after(parts.settings().provisioning.limit_ms);
  deployment.reason_code = "waiting_for_server";
  deployment.reason = "Waits for server " + server.name + " to be ready.";
  deployment.updated_unix_ms = now.unix_ms;
  tx.save(deployment);
  tx.settle(TaskKind::deployment, deployment.id, deployment.provisioning_deadline);
}

void hold_for_approval(const EngineParts& parts, LedgerTransaction& tx,
                       DeploymentRecord& deployment, const Decision& decision) {
  const Moment now = parts.clock.now();
  deployment.status = DeploymentStatus::awaiting_approval;
  deployment.reason_code = decision.outcome.code;
  deployment.reason = decision.outcome.sentence;
  deployment.approved_by.clear();  // whatever was approved was another thing
  deployment.approval_deadline = now.after(parts.settings().provisioning.approval_ttl_ms);
  deployment.provisioning_deadline.reset();  // the ten minutes begin when someone says yes
  deployment.updated_unix_ms = now.unix_ms;
  tx.save(deployment);
  extend_record(parts, tx, tx.audit_record(deployment.audit_id), [&](AuditRecord& record) {
    record.status = "pending";
    if (decision.estimate) record.estimated_monthly = *decision.estimate;
  });
  boost::json::object fields{{"reason_code", deployment.reason_code}};
  if (decision.estimate) {
    fields["estimated_cost"] = decimal_of_nanos(decision.estimate->nanos);
    fields["currency"] = decision.estimate->currency;
  }
  tell(parts, tx, "approval.required", deployment, deployment.reason, std::move(fields),
       admins_of(parts, deployment.organization));
  tx.settle(TaskKind::deployment, deployment.id,
            asks_for_want_of_another(deployment) ? now.after(first_look_again_ms)
                                                 : *deployment.approval_deadline);
}

/// What a failover may go on to: the first offer is within the bound, as the pipeline has seen to.
std::vector<RankedOffer> within_bound(const Decision& decision) {
  std::vector<RankedOffer> ranked = decision.ranked;
  if (decision.bound)
    ranked.erase(std::remove_if(ranked.begin() + 1, ranked.end(),
                                [&](const RankedOffer& offer) {
                                  return offer.monthly_compared.nanos > decision.bound->nanos;
                                }),
                 ranked.end());
  return ranked;
}

/// The admins hear when berth buys while an account that may be cheaper cannot be used.
void tell_of_missing(const EngineParts& parts, LedgerTransaction& tx,
                     const DeploymentRecord& deployment, const Decision& decision) {
  std::string missing = decision.left_out;
  for (const Yardstick& yardstick : decision.yardsticks)
    if (missing.find(yardstick.account) == std::string::npos)  // it can be read, and denies
      missing += " Account " + yardstick.account + " cannot be bought from: " + yardstick.why +
                 "." +
                 (yardstick.cheapest
                      ? " The cheapest there costs " + monthly_text(*yardstick.cheapest) + "."
                      : "");
  if (!decision.old_prices.empty())
    extend_record(parts, tx, tx.audit_record(deployment.audit_id), [&](AuditRecord& record) {
      record.note = parts.clouds.redacted((missing + decision.old_prices).substr(1));
    });
  if (missing.empty()) return;
  missing += decision.old_prices;
  missing = parts.clouds.redacted(missing.substr(1));
  extend_record(parts, tx, tx.audit_record(deployment.audit_id),
                [&](AuditRecord& record) { record.note = missing; });
  boost::json::array accounts;
  for (const Yardstick& yardstick : decision.yardsticks) accounts.emplace_back(yardstick.account);
  tell(parts, tx, "provisioning.account_missing", deployment,
       "Bought " + offer_text(decision.ranked.front()) + " for " +
           monthly_text(decision.ranked.front().monthly_compared) + ". " + missing,
       {{"accounts", std::move(accounts)}}, admins_of(parts, deployment.organization));
}

void deny(const EngineParts& parts, LedgerTransaction& tx, DeploymentRecord& deployment,
          const Decision& decision) {
  const std::string& code = decision.outcome.code;
  DeploymentStatus status = DeploymentStatus::denied;
  if (code == "no_fitting_offer" || code == "all_out_of_stock" || code == "dearer_than_shown" ||
      code == "vendor_quota_reached")
    status = DeploymentStatus::insufficient_capacity;
  if (code == "all_refused")
    status = deployment.tries > 0 ? DeploymentStatus::provisioning_failed
                                  : DeploymentStatus::insufficient_capacity;
  if (code == "tries_exhausted") status = DeploymentStatus::provisioning_failed;
  std::string sentence = "Insufficient capacity: " + decision.outcome.sentence;
  if (deployment.reason_code == "provisioning_failed") sentence += " " + deployment.reason;
  if (sentence.find(deployment.last_refusal) == std::string::npos)
    sentence += " The last refusal: " + deployment.last_refusal;
  finish(parts, tx, deployment, status, code, sentence + manual_way(deployment));
}

/// The rules in force are older than the file, and nobody can tell what the file means: nothing is
/// bought, and nothing is refused for good.
void look_at_config(const EngineParts& parts, Decision& decision) {
  const std::string why = parts.configuration.problem();
  if (why.empty()) return;
  decision.outcome = {VerdictKind::wait, "config_invalid",
                      "The config was changed and cannot be used: nothing is bought until it is "
                      "mended (`berth config check`). " + why,
                      false};
  decision.stages.push_back({"config", decision.outcome});
}

/// A server is of no use to a command that cannot be run: until somebody has mended it, nothing is
/// bought, and nobody is asked whether it may be.
void look_at_command(const EngineParts& parts, const DeploymentRecord& deployment,
                     Decision& decision) {
  Verdict& outcome = decision.outcome;
  if (outcome.kind != VerdictKind::proceed && outcome.kind != VerdictKind::hold) return;
  const std::string why = deploy_command_problem(parts, deployment);
  if (why.empty()) return;
  outcome = {VerdictKind::wait, "deploy_command", why + " Nothing is bought before.", false};
  decision.stages.push_back({"deploy_command", outcome});
}

/// A provisioning that has begun ends at its limit, whatever it waits for.
Moment end_of_wait(const DeploymentRecord& deployment) {
  if (deployment.provisioning_deadline &&
      deployment.provisioning_deadline->boot_ms < deployment.waits_until->boot_ms)
    return *deployment.provisioning_deadline;
  return *deployment.waits_until;
}

/// Nothing can be had just now: it waits, and looks again, more and more seldom.
void wait_for_change(const EngineParts& parts, LedgerTransaction& tx, const TaskRecord& task,
                     DeploymentRecord& deployment, const Verdict& verdict) {
  constexpr int slowest = 6;  // about half a minute
  const Moment now = parts.clock.now();
  const ProvisioningSettings& rules = parts.settings().provisioning;
  const bool told = deployment.waits_code == verdict.code;
  if (deployment.waits_code.empty()) deployment.waits_since_unix_ms = now.unix_ms;
  if (deployment.waits_code.empty() || deployment.waits_passing != verdict.passing)
    deployment.waits_until =
        now.after(deployment.waits_since_unix_ms - now.unix_ms +
                  (verdict.passing ? rules.limit_ms : rules.config_patience_ms));
  if (!verdict.passing) deployment.provisioning_deadline.reset();  // nobody provisions meanwhile
  deployment.waits_code = verdict.code;
  deployment.waits_sentence = parts.clouds.redacted(verdict.sentence);
  deployment.waits_passing = verdict.passing;
  ++deployment.waits_looks;
  deployment.reason_code = verdict.code;
  deployment.reason = deployment.waits_sentence;
  deployment.updated_unix_ms = now.unix_ms;
  tx.save(deployment);
  if (!told)
    tell(parts, tx, "deployment.waiting", deployment, deployment.reason,
         {{"reason_code", deployment.reason_code}, {"passing", verdict.passing}},
         admins_of(parts, deployment.organization));
  const Moment next = now.after(back_off_ms(parts, std::min(deployment.waits_looks, slowest)));
  const Moment end = end_of_wait(deployment);
  tx.settle(task.kind, task.subject, end.boot_ms <= next.boot_ms ? end : next);
}

}  // namespace

void waits_no_more(DeploymentRecord& deployment) {
  deployment.waits_code.clear();
  deployment.waits_sentence.clear();
  deployment.waits_looks = 0;
  deployment.waits_since_unix_ms = 0;
  deployment.waits_until.reset();
}

bool waited_too_long(const EngineParts& parts, LedgerTransaction& tx,
                     DeploymentRecord& deployment) {
  if (deployment.status != DeploymentStatus::placing || deployment.waits_code.empty() ||
      !end_of_wait(deployment).passed(parts.clock.now()))
    return false;
  const std::string sentence =
      (deployment.waits_code == "deploy_command" || deployment.waits_code == "config_invalid"
           ? ""
           : "Insufficient capacity: ") +
      deployment.waits_sentence + manual_way(deployment);
  finish(parts, tx, deployment,
         deployment.waits_passing ? DeploymentStatus::provisioning_failed : DeploymentStatus::error,
         std::string(deployment.waits_code), sentence);
  return true;
}

Work reread_catalogues(const EngineParts& parts, const TaskRecord& task,
                       const std::string& organization) {
  return [&parts, task, organization]() -> Apply {
    parts.catalogue.refresh(parts.accounts.of(organization));
    return [&parts, task](LedgerTransaction& later) {
      later.settle(task.kind, task.subject, parts.clock.now());
    };
  };
}

bool asks_for_want_of_another(const DeploymentRecord& deployment) {
  return deployment.reason_code == "account_missing" ||
         deployment.reason_code == "dearer_than_shown";
}

Decision decide_purchase(const EngineParts& parts, const LedgerView& view,
                         const std::string& organization, const AccountOffer& offer,
                         const std::string& user) {
  constexpr std::int64_t least_disk_mib = 20 * 1024;  // where the disk is chosen at create
  const Offer& one = offer.offer;
  DeploymentRecord wish;
  wish.organization = organization;
  wish.requirements.room = {one.vcpu * 1000, one.memory_mib,
                            one.disk_mib > 0 ? one.disk_mib : least_disk_mib};
  Facts facts = facts_of(parts, view, wish, view.fleet(organization), "manual");
  facts.by_hand = true;
  facts.offers = std::vector<AccountOffer>{offer};
  facts.missing_catalogues.clear();  // whoever names an offer has chosen
  std::string why;
  const auto monthly = monthly_price(one, wish.requirements.room.disk_mib, why);
  const auto price = monthly ? converted(*monthly, facts) : std::nullopt;
  facts.approval = ApprovalFact{user, facts.now_unix_ms, price.value_or(Money{0, facts.currency})};
  return parts.pipeline.decide(facts);
}

Decision decide_instead(const EngineParts& parts, const LedgerView& view,
                        const DeploymentRecord& deployment, const AccountOffer& offer) {
  Facts facts = facts_of(parts, view, deployment, view.fleet(deployment.organization),
                         "insufficient_capacity");
  AccountOffer made = offer;
  made.refused_until_unix_ms = 0;  // it is there
  made.boots.clear();
  facts.offers = std::vector<AccountOffer>{std::move(made)};
  facts.missing_catalogues.clear();  // they were looked at when it was decided to buy
  facts.excluded_offers.clear();
  facts.left_accounts.clear();
  facts.servers_counted = std::max(facts.servers_counted - 1, 0);  // without the server itself
  return parts.pipeline.decide(facts);
}

std::optional<Preview> preview(const EngineParts& parts, const LedgerView& view,
                               const DeploymentRecord& deployment, std::size_t most_full,
                               std::size_t most_offers) {
  Preview preview;
  preview.wanted = wanted_of(deployment);
  const std::vector<Server>& fleet = view.fleet(deployment.organization);
  preview.servers = fleet.size();
  preview.placement = place_in_fleet(parts, view, deployment, fleet, most_full, preview.free);
  if (!preview.placement.chosen_server_id.empty()) return preview;
  Facts facts = facts_of(parts, view, deployment, fleet, preview.placement.trigger);
  facts.most_offers = std::max(most_offers, most_candidates);
  preview.decision = parts.pipeline.decide(facts);
  if (preview.decision->outcome.kind == VerdictKind::needs_offers) return std::nullopt;
  look_at_config(parts, *preview.decision);
  look_at_command(parts, deployment, *preview.decision);
  return preview;
}

std::optional<Work> place_deployment(const EngineParts& parts, LedgerTransaction& tx,
                                     const TaskRecord& task, DeploymentRecord& deployment) {
  const Moment now = parts.clock.now();
  if (auto earlier = earlier_one(tx, deployment)) {
    if (earlier->status == DeploymentStatus::awaiting_approval) {
      finish(parts, tx, *earlier, DeploymentStatus::cancelled, "superseded",
             "Deployment " + deployment.id + " of the same application took its place.");
    } else {
      deployment.reason_code = "waiting_for_deployment";
      deployment.reason = "Waits for deployment " + earlier->id + " of the same application.";
      tx.save(deployment);
      tx.settle(task.kind, task.subject, now.after(30'000));  // finish() wakes it sooner
      return std::nullopt;
    }
  }
  if (release_runs(parts, tx, deployment.organization, deployment.application)) {
    deployment.reason_code = "waiting_for_release";
    deployment.reason = "Waits for the release command of " + deployment.application + ".";
    tx.save(deployment);
    tx.settle(task.kind, task.subject, now.after(30'000));  // its end wakes it sooner
    return std::nullopt;
  }
  const std::optional<Preview> found = preview(parts, tx, deployment, most_full_rows, most_rows);
  if (!found) return reread_catalogues(parts, task, deployment.organization);
  tx.add_decision(deployment.id, now.unix_ms,
                  decision_document(*found, deployment, parts.settings(), now.unix_ms, most_rows));
  const bool waits = found->decision && found->decision->outcome.kind == VerdictKind::wait;
  if (waits) {
    wait_for_change(parts, tx, task, deployment, found->decision->outcome);
    return std::nullopt;
  }
  waits_no_more(deployment);
  if (!found->decision) {
    const auto server = tx.server(found->placement.chosen_server_id);
    close_record(parts, tx, tx.audit_record(deployment.audit_id), "user_cancelled", "not_needed",
                 "A server of the fleet had room after all.");
    deployment.audit_id.clear();
    take_hold(parts, tx, deployment, server->id);
    if (server->status == ServerStatus::ready) {
      tell(parts, tx, "deployment.placed", deployment, "Placed on " + server->name + ".",
           {{"server_id", server->id}, {"server_name", server->name}});
      return begin_deploying(parts, tx, task, deployment, *server);
    }
    tell(parts, tx, "deployment.placed", deployment,
         "Placed on " + server->name + ", which is still booting.",
         {{"server_id", server->id}, {"server_name", server->name}});
    wait_for_server(parts, tx, deployment, *server);
    return std::nullopt;
  }
  const Decision& decision = *found->decision;
  if (decision.estimate) deployment.estimate = *decision.estimate;
  open_record(parts, tx, deployment, found->placement.trigger, decision);
  switch (decision.outcome.kind) {
    case VerdictKind::hold: hold_for_approval(parts, tx, deployment, decision); return std::nullopt;
    case VerdictKind::proceed: {
      const Server server = begin_attempt(parts, tx, deployment.organization, deployment.id,
                                          deployment.audit_id, within_bound(decision));
      if (deployment.first_estimate.currency.empty())
        deployment.first_estimate = decision.ranked.front().monthly_compared;
      take_hold(parts, tx, deployment, server.id);
      tell(parts, tx, "provisioning.started", deployment,
           "Buying " + offer_text(decision.ranked.front()) + " for " +
               monthly_text(decision.ranked.front().monthly_compared) + ".",
           {{"server_id", server.id},
            {"server_name", server.name},
            {"estimated_cost", decimal_of_nanos(decision.ranked.front().monthly_compared.nanos)},
            {"currency", decision.ranked.front().monthly_compared.currency}});
      tell_of_missing(parts, tx, deployment, decision);
      wait_for_server(parts, tx, deployment, server);
      return std::nullopt;
    }
    default: deny(parts, tx, deployment, decision); return std::nullopt;
  }
}

}  // namespace berth
