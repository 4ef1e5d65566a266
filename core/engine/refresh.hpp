// What a pass's list says of servers that are ready: whether they still run, and where.
#pragma once

#include "engine/parts.hpp"
#include "engine/reconcile.hpp"

namespace berth {

/// Takes over the states and addresses of those that were ready when the question was asked. One
/// that is off takes nothing new until it runs again; its host key stays, whatever its address.
/// People are told once of each change. Nothing is destroyed for it.
void refresh_ready(const EngineParts& parts, LedgerTransaction& tx, const AccountQuestion& question,
                   const Found& found);

/// The code of a ready server that its cloud shows as stopped.
inline constexpr const char* stopped_code = "stopped";

}  // namespace berth
