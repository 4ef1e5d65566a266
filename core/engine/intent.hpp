// The intent to create one server, written before anything is asked of a cloud.
#pragma once

#include <string>
#include <vector>

#include "engine/parts.hpp"
#include "policy/verdict.hpp"

namespace berth {

/// So many offers an attempt keeps, for failover.
inline constexpr std::size_t most_candidates = 8;

/// Records an attempt over the ranked offers (the best eight) and its server, which counts as room
/// and against the quota from now on. `deployment_id` "" for a server bought by hand.
Server begin_attempt(const EngineParts& parts, LedgerTransaction& tx,
                     const std::string& organization, const std::string& deployment_id,
                     const std::string& audit_id, const std::vector<RankedOffer>& ranked);

/// Writes what an offer is into the server's row, and how its account's servers are logged in to.
void describe(const EngineParts& parts, Server& server, const RankedOffer& ranked);

}  // namespace berth
