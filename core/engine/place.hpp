// Finding room, or deciding to buy some.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include "engine/parts.hpp"
#include "fleet/placement.hpp"

namespace berth {

/// Places the deployment on a server that has room, else lets the pipeline decide: begins an
/// attempt, holds for approval, or ends it. All in this transaction, so no room, quota or money is
/// taken twice. The Work it may return reads catalogues, or runs the deploy command.
std::optional<Work> place_deployment(const EngineParts& parts, LedgerTransaction& tx,
                                     const TaskRecord& task, DeploymentRecord& deployment);

/// The decision that placing would come to, for `plan`: pure reads.
struct Preview {
  Placement placement;
  std::optional<Decision> decision;  // nullopt: the fleet has room
  Requirements wanted;
  std::map<std::string, Room> free;  // of every server in the placement, by id
  std::size_t servers = 0;           // of the fleet; the placement may show fewer full ones
};
/// `deployment` need not be in the ledger. nullopt: refresh the catalogues of its accounts first.
/// Of the servers that are merely full, at most `most_full` are shown; of the offers that fit, and
/// of those that do not, at most `most_offers`, and always as many as an attempt keeps.
std::optional<Preview> preview(const EngineParts& parts, const LedgerView& view,
                               const DeploymentRecord& deployment,
                               std::size_t most_full = std::numeric_limits<std::size_t>::max(),
                               std::size_t most_offers = std::numeric_limits<std::size_t>::max());

}  // namespace berth
