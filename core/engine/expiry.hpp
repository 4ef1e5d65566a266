// Holds with a time to live.
#pragma once

#include <optional>

#include "engine/parts.hpp"

namespace berth {

std::optional<Work> prepare_expiry(const EngineParts& parts, LedgerTransaction& tx,
                                   const TaskRecord& task);

}  // namespace berth
