// One call of one account's provider, outside of any transaction.
#pragma once

#include <string>

#include "engine/parts.hpp"
#include "offers/call.hpp"

namespace berth {

/// Opens the account and runs `ask(cloud, call)`; `method` is for the log. An account that cannot
/// be opened is a Failure: nobody was asked.
template <class Answer, class Ask>
Result<Answer> at_cloud(const EngineParts& parts, const std::string& account,
                        const std::string& method, Ask&& ask) {
  Result<Cloud> cloud = parts.clouds.open(account);
  if (!cloud) return cloud.failure();
  HostCall call(parts.clock, parts.journal, account + " " + method,
                parts.settings().provisioning.call_timeout_ms, &parts.stopping);
  return ask(*cloud, call);
}

inline Result<Found> find_at(const EngineParts& parts, const std::string& account,
                             const FindRequest& request) {
  return at_cloud<Found>(parts, account, "find", [&](const Cloud& cloud, Call& call) {
    return cloud.provider->find(request, call);
  });
}

}  // namespace berth
