// The ledger's records as the door shows them.
#pragma once

#include "berth.hpp"
#include "config/settings.hpp"
#include "ledger/ledger.hpp"

namespace berth {

ServerReport report_of(const LedgerView& view, const Server& server, const PlacementRules& rules);
DeploymentReport report_of(const LedgerView& view, const DeploymentRecord& deployment,
                           const PlacementRules& rules);
EventReport report_of(const EventRecord& event);
AuditReport report_of(const LedgerView& view, const AuditRecord& audit);

}  // namespace berth
