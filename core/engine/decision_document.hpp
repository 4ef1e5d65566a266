// A decision as JSON: what `plan` shows and what the ledger keeps beside a deployment.
#pragma once

#include <cstdint>
#include <string>

#include "engine/parts.hpp"
#include "engine/place.hpp"

namespace berth {

/// {action, code, sentence, trigger, stage, requirements, required, rows, estimate, …}; its reader
/// is core/plan_reader. `most_rows`: so many rows of each kind (servers, offers kept, offers
/// dropped) at the most, the best and the nearest misses first.
std::string decision_document(const Preview& preview, const DeploymentRecord& deployment,
                              const Configuration& settings, std::int64_t now_unix_ms,
                              std::size_t most_rows);

}  // namespace berth
