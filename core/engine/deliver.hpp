// Handing events to notifiers, from the outbox. One stream per notifier and deployment, in order.
#pragma once

#include <optional>

#include "engine/parts.hpp"

namespace berth {

std::optional<Work> prepare_delivery(const EngineParts& parts, LedgerTransaction& tx,
                                     const TaskRecord& task);

}  // namespace berth
