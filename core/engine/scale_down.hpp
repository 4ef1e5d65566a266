// Bought servers that nobody needs are given back: the facts for core/fleet/scale_down.hpp, and
// what it decides carried out. A task for each organization, the subject is its id.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/parts.hpp"
#include "fleet/scale_down.hpp"

namespace berth {

/// Looks, decides, marks and destroys in one transaction with the check of the holds: whoever
/// places at the same time comes before it or after it.
std::optional<Work> prepare_scale_down(const EngineParts& parts, LedgerTransaction& tx,
                                       const TaskRecord& task);

/// An organization's servers as they are, and what follows. Reads only.
struct ScaleDownView {
  std::vector<Server> servers;
  std::vector<ServerInUse> facts;            // of each
  std::vector<ScaleDownDecision> decisions;  // of each
};
ScaleDownView scale_down_of(const EngineParts& parts, const LedgerView& view,
                            const std::string& organization);

/// After a hold has gone from this server: where it was bought, and that was the last one, its
/// admins hear what it costs now for nothing, and what becomes of it. Once: in the transaction that
/// took the hold away.
void tell_if_emptied(const EngineParts& parts, LedgerTransaction& tx,
                     const std::string& server_id);

/// Servers whose age or uses are over take nothing new from this moment on, also before the task
/// has seen them: in this copy of the fleet they drain.
void close_spent(const EngineParts& parts, const LedgerView& view, std::vector<Server>& fleet);

}  // namespace berth
