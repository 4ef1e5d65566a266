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

/// It waits for nothing any more; the caller saves it.
void waits_no_more(DeploymentRecord& deployment);

/// Ends a deployment that has waited in vain for something to change. True: it is over.
bool waited_too_long(const EngineParts& parts, LedgerTransaction& tx, DeploymentRecord& deployment);

/// Reads the catalogues outside of the transaction; then the task decides again from the start.
Work reread_catalogues(const EngineParts& parts, const TaskRecord& task,
                       const std::string& organization);

/// It asks for an approval only because something cheaper cannot be had just now. When that is over
/// it goes on without one.
bool asks_for_want_of_another(const DeploymentRecord& deployment);

/// The decision to buy this one offer for the deployment, in place of the one that was bought for
/// it: a cloud made another type. Pure reads.
Decision decide_instead(const EngineParts& parts, const LedgerView& view,
                        const DeploymentRecord& deployment, const AccountOffer& offer);

/// The decision to buy this one offer, which `user` chose: the same pipeline as for a deployment,
/// at the price of this moment. Pure reads.
Decision decide_purchase(const EngineParts& parts, const LedgerView& view,
                         const std::string& organization, const AccountOffer& offer,
                         const std::string& user);

}  // namespace berth
