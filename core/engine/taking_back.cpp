#include "engine/taking_back.hpp"

#include "engine/answer_check.hpp"
#include "engine/attempt.hpp"
#include "engine/finish.hpp"
#include "engine/record.hpp"
#include "engine/tell.hpp"

namespace berth {

bool is_on_its_way(const AttemptRecord& attempt) {
  return attempt.status == AttemptStatus::intended || attempt.status == AttemptStatus::requested ||
         attempt.status == AttemptStatus::booting;
}

std::string who_waits(const LedgerView& view, const AttemptRecord& attempt) {
  std::string who;
  int others = 0;
  for (const DeploymentRecord& waiting : view.waiting_for(attempt.id)) {
    if (waiting.id == attempt.deployment_id)
      who = "it was bought for deployment " + waiting.id + " of '" + waiting.application +
            "', which would end as cancelled";
    else
      ++others;
  }
  if (others == 0) return who;
  return who + (who.empty() ? "" : ", and ") + std::to_string(others) +
         (who.empty() ? "" : " more") + (others == 1 ? " deployment waits" : " deployments wait") +
         " for it and would look for other room";
}

void take_back(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
               const Caller& by) {
  const std::string& user = by.name;
  const std::string why = "Removed by " + user + ".";
  std::string name = attempt.id;
  if (const auto server = tx.server(attempt.server_id)) name = server->name;
  for (DeploymentRecord& waiting : tx.waiting_for(attempt.id))
    if (waiting.id == attempt.deployment_id)
      finish(parts, tx, waiting, DeploymentStatus::cancelled, "server_removed",
             user + " took back server " + name + ", which was bought for it. `berth retry " +
                 waiting.id + "` looks for room again.");
  if (attempt.deployment_id.empty())
    close_record(parts, tx, tx.audit_record(attempt.id), "user_cancelled", "removed", why);
  const bool never_asked = attempt.status == AttemptStatus::intended && !attempt.unknown_outcome;
  // Whoever is in the call may die in it: then nobody ever hears what came of it.
  if (attempt.status == AttemptStatus::requested) attempt.unknown_outcome = true;
  give_up(parts, tx, attempt, "removed", why, false);
  tell(parts, tx, "server.removed", attempt.organization, attempt.deployment_id,
       user + " took back server " + name + " before it was ready" +
           (never_asked ? "; nothing was asked for yet." : "; what comes of it is destroyed."),
       signed_by(by, {{"server_id", attempt.server_id},
                      {"server_name", name},
                      {"attempt_id", attempt.id}}),
       admins_of(parts, attempt.organization));
  if (never_asked) gone(parts, tx, attempt);
}

void answered_after_all(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
                        const Result<Created>& answer, bool before) {
  const bool destroying = attempt.status == AttemptStatus::destroying;
  if (!answer) {
    // The cloud made nothing: there is nothing to look for.
    if (destroying && attempt.vendor_id.empty() && !before &&
        answer.failure().effect == Effect::none)
      gone(parts, tx, attempt);
    return;
  }
  if (is_anothers(tx, attempt, answer->server)) return;       // looks find its own
  if (attempt.vendor_id == answer->server.server_id) return;  // a look has found it
  if (destroying && attempt.vendor_id.empty()) {
    attempt.note = answer->note;
    return came_late(parts, tx, attempt, answer->server);
  }
  if (!destroying && attempt.status != AttemptStatus::gone) return;  // looks see to a second one
  AttemptRecord late;
  late.organization = attempt.organization;
  late.deployment_id = attempt.deployment_id;
  late.account = attempt.account;
  late.region = answer->server.region.empty() ? attempt.region : answer->server.region;
  late.vendor_id = answer->server.server_id;
  late.note = answer->note;
  late.mark = attempt.mark;
  late.failure_code = attempt.failure_code;
  late.failure = attempt.failure;
  destroy_unowned(parts, tx, late);
}

}  // namespace berth
