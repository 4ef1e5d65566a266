#include "engine/expiry.hpp"

#include "engine/release.hpp"

namespace berth {

std::optional<Work> prepare_expiry(const EngineParts& parts, LedgerTransaction& tx,
                                   const TaskRecord& task) {
  if (auto hold = tx.hold(task.subject)) return go_on_releasing(parts, tx, task, *std::move(hold));
  tx.settle(task.kind, task.subject, std::nullopt);
  return std::nullopt;
}

}  // namespace berth
