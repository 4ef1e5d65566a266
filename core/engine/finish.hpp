// The end of a deployment.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "engine/parts.hpp"

namespace berth {

/// Makes the deployment final: saves it, gives back its own holds (those of a succeeded one become
/// the application's), completes its audit record, tells people, wakes who waited for it, and lets
/// an attempt that nobody waits for any more be destroyed. Its task ends.
/// `fields`: what its event says besides. REQUIRES: is_final(status).
void finish(const EngineParts& parts, LedgerTransaction& tx, DeploymentRecord& deployment,
            DeploymentStatus status, std::string_view code, std::string sentence,
            boost::json::object fields = {});

/// Deployments of an application that wait for something of their own kind look again, `but` one.
void wake_waiting(const EngineParts& parts, LedgerTransaction& tx, std::string_view organization,
                  std::string_view application, std::string_view but = {});

/// What a person can do when provisioning did not help.
std::string manual_way(const DeploymentRecord& deployment);

/// Admins of an organization; empty if it is unknown.
std::vector<std::string> admins_of(const EngineParts& parts, std::string_view organization);

/// "cx33 (4 cores, 8 GB, 80 GB) in nbg1 at hetzner-main"
std::string offer_text(const RankedOffer& ranked);
/// "10.48 USD a month"
std::string monthly_text(const Money& money);

}  // namespace berth
