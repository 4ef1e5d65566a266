#include "engine/finish.hpp"

#include "engine/record.hpp"
#include "engine/release.hpp"
#include "engine/scale_down.hpp"
#include "engine/tell.hpp"

namespace berth {
namespace {

std::string_view record_status(DeploymentStatus status, std::string_view code) {
  if (status == DeploymentStatus::cancelled) return "user_cancelled";
  if (code == "quota_exceeded" || code == "no_quota") return "quota_exceeded";
  return "failed";
}

std::string_view event_type(DeploymentStatus status) {
  switch (status) {
    case DeploymentStatus::succeeded: return "deployment.succeeded";
    case DeploymentStatus::cancelled: return "deployment.cancelled";
    default: return "deployment.failed";
  }
}

/// The room is the application's from now on; what it replaces is given back. Where it moved, what
/// runs at the old place is stopped first; where it stayed, the deployment replaced it. Returns the
/// servers that lost a hold, here and below.
std::vector<std::string> keep_room(const EngineParts& parts, LedgerTransaction& tx,
                                   const DeploymentRecord& deployment) {
  std::vector<std::string> servers;
  for (HoldRecord& hold : tx.holds_of(deployment.organization, deployment.application)) {
    // One that is active already was the deployment's at a try before.
    if (hold.deployment_id != deployment.id || hold.active) {
      if (hold.server_id == deployment.server_id) {
        tx.remove_hold(hold.id);
        tx.settle(TaskKind::expiry, hold.id, std::nullopt);
        servers.push_back(hold.server_id);
      } else if (hold.releasing.empty()) {
        begin_release(parts, tx, hold,
                      {"moved", hold.application + " runs on another server now; its room here is "
                                                   "free."});
      }
      continue;
    }
    hold.active = true;
    hold.room = deployment.requirements.room;  // what a rollout needed on top is free again
    if (deployment.ttl_ms > 0) {
      const Moment end = parts.clock.now().after(deployment.ttl_ms);
      hold.expires_unix_ms = end.unix_ms;
      tx.schedule(TaskKind::expiry, hold.id, end);
    }
    tx.save(hold);
  }
  return servers;
}

/// Where the application had no room before, a deploy command that ran may have left something.
bool left_something(const LedgerView& view, const DeploymentRecord& deployment,
                    const HoldRecord& hold) {
  if (deployment.command_exit == -1) return false;  // it never ran
  for (const HoldRecord& other : view.holds_of(hold.organization, hold.application))
    if (other.id != hold.id && other.server_id == hold.server_id) return false;
  return true;
}

std::vector<std::string> give_back_room(const EngineParts& parts, LedgerTransaction& tx,
                                        const DeploymentRecord& deployment) {
  std::vector<std::string> servers;
  for (const HoldRecord& hold : tx.holds_of_deployment(deployment.id)) {
    if (hold.active) continue;
    if (left_something(tx, deployment, hold) && has_release_command(parts, tx, hold)) {
      begin_release(parts, tx, hold,
                    {"failed", "The room that was for " + hold.application + " is free."});
    } else {
      tx.remove_hold(hold.id);
      servers.push_back(hold.server_id);
    }
  }
  return servers;
}

}  // namespace

void wake_waiting(const EngineParts& parts, LedgerTransaction& tx, std::string_view organization,
                  std::string_view application, std::string_view but) {
  DeploymentFilter same;
  same.organization = organization;
  same.application = application;
  same.statuses = {DeploymentStatus::placing};
  for (const DeploymentRecord& other : tx.deployments(same))
    if (other.id != but) tx.schedule(TaskKind::deployment, other.id, parts.clock.now(), true);
}

void finish(const EngineParts& parts, LedgerTransaction& tx, DeploymentRecord& deployment,
            DeploymentStatus status, std::string_view code, std::string sentence,
            boost::json::object fields) {
  const Moment now = parts.clock.now();
  const std::string attempt_id = deployment.attempt_id;
  deployment.status = status;
  deployment.reason_code = code;
  deployment.reason = parts.clouds.redacted(std::move(sentence));
  deployment.updated_unix_ms = deployment.finished_unix_ms = now.unix_ms;
  deployment.attempt_id.clear();
  deployment.command_pid = 0;
  deployment.cancel_requested_by.clear();
  const std::vector<std::string> left = status == DeploymentStatus::succeeded
                                            ? keep_room(parts, tx, deployment)
                                            : give_back_room(parts, tx, deployment);
  tx.save(deployment);
  if (status != DeploymentStatus::succeeded)
    close_record(parts, tx, tx.audit_record(deployment.audit_id), record_status(status, code), code,
                 deployment.reason);
  fields["status"] = to_word(status);
  fields["reason_code"] = deployment.reason_code;
  if (!deployment.server_id.empty()) fields["server_id"] = deployment.server_id;
  if (code == "quota_exceeded" || code == "no_quota")
    tell(parts, tx, "quota.exceeded", deployment, deployment.reason, fields,
         admins_of(parts, deployment.organization));
  tell(parts, tx, event_type(status), deployment, deployment.reason, std::move(fields),
       status == DeploymentStatus::cancelled ? admins_of(parts, deployment.organization)
                                             : std::vector<std::string>{deployment.requested_by});
  for (const std::string& server : left) tell_if_emptied(parts, tx, server);
  wake_waiting(parts, tx, deployment.organization, deployment.application, deployment.id);
  if (!attempt_id.empty()) tx.schedule(TaskKind::attempt, attempt_id, now, true);
  tx.settle(TaskKind::deployment, deployment.id, std::nullopt);
}

std::string manual_way(const DeploymentRecord& deployment) {
  return " By hand: `berth servers add` a server of yours, or `berth servers buy OFFER --org " +
         deployment.organization + "` (see `berth offers`), then `berth retry " + deployment.id +
         "`.";
}

std::vector<std::string> admins_of(const EngineParts& parts, std::string_view organization) {
  const OrganizationSettings* settings = parts.settings().organization(organization);
  return settings != nullptr ? settings->admins : std::vector<std::string>{};
}

std::string offer_text(const RankedOffer& ranked) {
  const Offer& offer = ranked.offer.offer;
  return offer.instance_type + " (" + std::to_string(offer.vcpu) + " cores, " +
         gigabytes_text(offer.memory_mib) + " GB memory, " + gigabytes_text(ranked.disk_mib) +
         " GB disk) in " + (offer.zone.empty() ? offer.region : offer.zone) + " at " +
         ranked.offer.account;
}

std::string monthly_text(const Money& money) {
  // Cents are enough for a person; the records keep all nine decimals.
  const std::int64_t cents = scaled(money.nanos, 1, 10'000'000).value_or(0);
  return decimal_of_nanos(cents * 10'000'000) + " " + money.currency + " a month";
}

}  // namespace berth
