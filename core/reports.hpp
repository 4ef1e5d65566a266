// The ledger's records as the door shows them.
#pragma once

#include "berth.hpp"
#include "config/settings.hpp"
#include "engine/requests.hpp"
#include "ledger/ledger.hpp"

namespace berth {

ServerReport report_of(const LedgerView& view, const Server& server, const PlacementRules& rules);
DeploymentReport report_of(const LedgerView& view, const DeploymentRecord& deployment,
                           const PlacementRules& rules);
EventReport report_of(const EventRecord& event);
AuditReport report_of(const LedgerView& view, const AuditRecord& audit);

/// What was asked to be released, as it stands at once.
ReleaseReport report_of_release(const LedgerView& view, const std::vector<AskedRelease>& asked);
/// The same later: what was told since event `after_seq` counts.
void bring_up_to_date(const LedgerView& view, std::int64_t after_seq, ReleaseReport& report);

}  // namespace berth
