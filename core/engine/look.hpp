// One look at an account: what became of all its servers that boot or are being destroyed.
#pragma once

#include <optional>

#include "engine/parts.hpp"

namespace berth {

std::optional<Work> prepare_look(const EngineParts& parts, LedgerTransaction& tx,
                                 const TaskRecord& task);

/// It runs, and its address is known.
bool runs(const CloudServer& server);

/// The server joins the fleet, and who waited for it goes on. Saves the attempt; its task ends.
void join(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
          const CloudServer& seen);

}  // namespace berth
