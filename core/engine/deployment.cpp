#include "engine/deployment.hpp"

#include "engine/deploy.hpp"
#include "engine/finish.hpp"
#include "engine/leaving.hpp"
#include "engine/place.hpp"
#include "engine/refusals.hpp"

namespace berth {
namespace {

std::string limit_text(std::int64_t ms) {
  return ms % 60'000 == 0 ? std::to_string(ms / 60'000) + " minutes"
                          : std::to_string(ms / 1000) + " seconds";
}

void send_back(LedgerTransaction& tx, DeploymentRecord& deployment) {
  deployment.status = DeploymentStatus::placing;
  deployment.attempt_id.clear();
  deployment.server_id.clear();
  for (const HoldRecord& hold : tx.holds_of_deployment(deployment.id))
    if (!hold.active) tx.remove_hold(hold.id);
}

/// What the clouds said last, where the reason does not say it already; begins with a space.
std::string last_word(const LedgerView& view, const DeploymentRecord& deployment) {
  std::string said = deployment.last_refusal;
  if (const auto attempt = view.attempt(deployment.attempt_id);
      attempt && !attempt->failure.empty())
    said = attempt->failure;
  if (said.empty() || deployment.reason.find(said) != std::string::npos) return {};
  return " The last refusal: " + said + (said.back() == '.' ? "" : ".");
}

/// Its attempt has asked for a server all the while, and no cloud took the request.
bool was_never_answered(const LedgerView& view, const DeploymentRecord& deployment) {
  const auto attempt = view.attempt(deployment.attempt_id);
  if (!attempt || attempt->status != AttemptStatus::intended) return false;
  Failure last;
  last.code = error_code_of(attempt->failure_code);
  return !attempt->failure.empty() && is_passing(last);
}

/// It asked because a cheaper account could not be used: when that is over, nobody need say yes.
std::optional<Work> look_again(const EngineParts& parts, LedgerTransaction& tx,
                               const TaskRecord& task, DeploymentRecord& deployment) {
  constexpr std::int64_t between_looks_ms = 30'000;
  const auto found = preview(parts, tx, deployment);
  if (!found) return reread_catalogues(parts, task, deployment.organization);
  const bool still_asks = found->decision && found->decision->outcome.kind == VerdictKind::hold;
  if (!still_asks) {
    deployment.status = DeploymentStatus::placing;
    deployment.approval_deadline.reset();
    return place_deployment(parts, tx, task, deployment);
  }
  const Moment next = parts.clock.now().after(between_looks_ms);
  const bool ends_first =
      deployment.approval_deadline && deployment.approval_deadline->boot_ms < next.boot_ms;
  tx.settle(task.kind, task.subject, ends_first ? *deployment.approval_deadline : next);
  return std::nullopt;
}

}  // namespace

std::optional<Work> prepare_deployment(const EngineParts& parts, LedgerTransaction& tx,
                                       const TaskRecord& task) {
  const Moment now = parts.clock.now();
  std::optional<DeploymentRecord> found = tx.deployment(task.subject);
  if (!found || is_final(found->status)) {
    tx.settle(task.kind, task.subject, std::nullopt);
    return std::nullopt;
  }
  DeploymentRecord& deployment = *found;
  if (!deployment.cancel_requested_by.empty()) {
    // A command that a dead process left behind is ended before its room is given away.
    if (deployment.command_pid != 0) return end_command(parts, deployment);
    finish(parts, tx, deployment, DeploymentStatus::cancelled, "cancelled",
           "Cancelled by " + deployment.cancel_requested_by + ".");
    return std::nullopt;
  }
  if (std::optional<Work> work; end_without_organization(parts, tx, deployment, work)) return work;
  if (waited_too_long(parts, tx, deployment)) return std::nullopt;
  const bool waits = deployment.status == DeploymentStatus::placing ||
                     deployment.status == DeploymentStatus::provisioning;
  if (waits && deployment.provisioning_deadline && deployment.provisioning_deadline->passed(now)) {
    const bool nobody_answered = was_never_answered(tx, deployment);
    finish(parts, tx, deployment,
           nobody_answered ? DeploymentStatus::provisioning_failed : DeploymentStatus::timed_out,
           nobody_answered ? "clouds_unreachable" : "timed_out",
           "Insufficient capacity: no server was ready within " +
               limit_text(parts.settings().provisioning.limit_ms) + ". " + deployment.reason +
               last_word(tx, deployment) + manual_way(deployment));
    return std::nullopt;
  }
  switch (deployment.status) {
    case DeploymentStatus::placing:
      return place_deployment(parts, tx, task, deployment);
    case DeploymentStatus::awaiting_approval:
      if (deployment.approval_deadline && deployment.approval_deadline->passed(now)) {
        finish(parts, tx, deployment, DeploymentStatus::cancelled, "approval_expired",
               "Nobody approved within " +
                   limit_text(parts.settings().provisioning.approval_ttl_ms) + ". `berth retry " +
                   deployment.id + "` asks again.");
        return std::nullopt;
      }
      if (asks_for_want_of_another(deployment)) return look_again(parts, tx, task, deployment);
      tx.settle(task.kind, task.subject, deployment.approval_deadline);
      return std::nullopt;
    case DeploymentStatus::provisioning: {
      const auto server = tx.server(deployment.server_id);
      // One that drains since it was ready still has the room that was promised.
      if (server && (server->status == ServerStatus::ready ||
                     server->status == ServerStatus::draining))
        return begin_deploying(parts, tx, task, deployment, *server);
      if (server && server->status == ServerStatus::booting) {
        tx.settle(task.kind, task.subject, deployment.provisioning_deadline);
        return std::nullopt;
      }
      send_back(tx, deployment);
      return place_deployment(parts, tx, task, deployment);
    }
    case DeploymentStatus::deploying: {
      const auto server = tx.server(deployment.server_id);
      if (server) return begin_deploying(parts, tx, task, deployment, *server);
      finish(parts, tx, deployment, DeploymentStatus::error, "server_lost",
             "The server it ran on is not in the ledger any more. `berth retry " + deployment.id +
                 "` places it again.");
      return std::nullopt;
    }
    default:
      tx.settle(task.kind, task.subject, std::nullopt);
      return std::nullopt;
  }
}

}  // namespace berth
