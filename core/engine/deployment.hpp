// A deployment's task: what comes next for it.
#pragma once

#include <optional>

#include "engine/parts.hpp"

namespace berth {

std::optional<Work> prepare_deployment(const EngineParts& parts, LedgerTransaction& tx,
                                       const TaskRecord& task);

}  // namespace berth
