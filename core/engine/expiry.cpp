#include "engine/expiry.hpp"

#include "engine/scale_down.hpp"
#include "engine/tell.hpp"

namespace berth {

std::optional<Work> prepare_expiry(const EngineParts& parts, LedgerTransaction& tx,
                                   const TaskRecord& task) {
  if (const auto hold = tx.hold(task.subject)) {
    tx.remove_hold(hold->id);
    tell(parts, tx, "application.released", hold->organization, hold->deployment_id,
         "The time of " + hold->application + " is over; its room is free.",
         {{"application_id", hold->application}, {"server_id", hold->server_id}});
    tell_if_emptied(parts, tx, hold->server_id);
  }
  tx.settle(task.kind, task.subject, std::nullopt);
  return std::nullopt;
}

}  // namespace berth
