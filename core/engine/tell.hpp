// Events: what is told to people, written with the change it speaks of.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "engine/parts.hpp"

namespace berth {

/// Appends an event and its deliveries to every notifier that wants it. Secrets are redacted.
/// `fields` holds the event's own members; the deployment's ids are added.
void tell(const EngineParts& parts, LedgerTransaction& tx, std::string_view type,
          std::string_view organization, std::string_view deployment_id, std::string message,
          boost::json::object fields = {}, std::vector<std::string> recipients = {});

/// The same about a deployment.
void tell(const EngineParts& parts, LedgerTransaction& tx, std::string_view type,
          const DeploymentRecord& deployment, std::string message, boost::json::object fields = {},
          std::vector<std::string> recipients = {});

/// Does a notifier want events of this type for this organization?
bool wants(const NotifierSettings& notifier, std::string_view type, std::string_view organization);

}  // namespace berth
