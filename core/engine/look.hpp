// One look at an account: what became of all its servers that boot or are being destroyed.
#pragma once

#include <optional>

#include "engine/parts.hpp"

namespace berth {

std::optional<Work> prepare_look(const EngineParts& parts, LedgerTransaction& tx,
                                 const TaskRecord& task);

}  // namespace berth
