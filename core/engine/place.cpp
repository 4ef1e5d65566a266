#include "engine/place.hpp"

#include <algorithm>

#include "engine/decision_document.hpp"
#include "engine/deploy.hpp"
#include "engine/finish.hpp"
#include "engine/intent.hpp"
#include "engine/record.hpp"
#include "engine/scale_down.hpp"
#include "engine/tell.hpp"

namespace berth {
namespace {

/// What a stored decision keeps: offers of each kind, and servers that are merely full.
constexpr std::size_t most_rows = 10, most_full_rows = 5;

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
    if (hold.active) {
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
    facts.organization.admins = organization->admins;
    facts.organization.accounts = static_cast<int>(accounts.size());
  }
  facts.trigger = trigger;
  facts.servers_counted = view.servers_counted(deployment.organization);
  facts.spend_monthly = spend_of(parts, fleet);
  facts.tries = deployment.tries;
  facts.max_tries = parts.settings().provisioning.tries;
  facts.excluded_offers = deployment.excluded_offers;
  if (!deployment.approved_by.empty())
    facts.approval = ApprovalFact{deployment.approved_by, deployment.approved_unix_ms,
                                  deployment.approved_limit};
  if (auto catalogues = parts.catalogue.peek(accounts)) {
    facts.offers = std::move(catalogues->offers);
    facts.missing_catalogues = std::move(catalogues->missing);
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
  tx.settle(TaskKind::deployment, deployment.id, deployment.approval_deadline);
}

/// An approval speaks for a price: failover keeps to it. The first offer is within it, as
/// `approval` has seen to.
std::vector<RankedOffer> within_approval(const EngineParts& parts,
                                         const DeploymentRecord& deployment,
                                         std::vector<RankedOffer> ranked) {
  const auto* organization = parts.settings().organization(deployment.organization);
  if (deployment.approved_by.empty() || organization == nullptr ||
      organization->auto_approve_provisioning)
    return ranked;
  const Money& limit = deployment.approved_limit;
  const auto dearer = [&](const RankedOffer& offer) {
    return offer.monthly_compared.currency != limit.currency ||
           offer.monthly_compared.nanos > limit.nanos;
  };
  ranked.erase(std::remove_if(ranked.begin() + 1, ranked.end(), dearer), ranked.end());
  return ranked;
}

void deny(const EngineParts& parts, LedgerTransaction& tx, DeploymentRecord& deployment,
          const Decision& decision) {
  const std::string& code = decision.outcome.code;
  DeploymentStatus status = DeploymentStatus::denied;
  if (code == "no_fitting_offer" || code == "all_out_of_stock")
    status = DeploymentStatus::insufficient_capacity;
  if (code == "account_unusable") status = DeploymentStatus::insufficient_capacity;
  if (code == "tries_exhausted") status = DeploymentStatus::provisioning_failed;
  std::string sentence = "Insufficient capacity: " + decision.outcome.sentence;
  if (deployment.reason_code == "provisioning_failed") sentence += " " + deployment.reason;
  finish(parts, tx, deployment, status, code, sentence + manual_way(deployment));
}

}  // namespace

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
  const std::optional<Preview> found = preview(parts, tx, deployment, most_full_rows, most_rows);
  if (!found) {
    // Read the catalogues outside of the transaction, then decide again from the start.
    return [&parts, task, organization = deployment.organization]() -> Apply {
      parts.catalogue.refresh(parts.accounts.of(organization));
      return [&parts, task](LedgerTransaction& later) {
        later.settle(task.kind, task.subject, parts.clock.now());
      };
    };
  }
  tx.add_decision(deployment.id, now.unix_ms,
                  decision_document(*found, deployment, parts.settings(), now.unix_ms, most_rows));
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
      const Server server =
          begin_attempt(parts, tx, deployment.organization, deployment.id, deployment.audit_id,
                        within_approval(parts, deployment, decision.ranked));
      take_hold(parts, tx, deployment, server.id);
      tell(parts, tx, "provisioning.started", deployment,
           "Buying " + offer_text(decision.ranked.front()) + " for " +
               monthly_text(decision.ranked.front().monthly_compared) + ".",
           {{"server_id", server.id},
            {"server_name", server.name},
            {"estimated_cost", decimal_of_nanos(decision.ranked.front().monthly_compared.nanos)},
            {"currency", decision.ranked.front().monthly_compared.currency}});
      wait_for_server(parts, tx, deployment, server);
      return std::nullopt;
    }
    default: deny(parts, tx, deployment, decision); return std::nullopt;
  }
}

}  // namespace berth
