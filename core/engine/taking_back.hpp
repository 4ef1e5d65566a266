// A server that is on its way is taken back: what was bought by mistake need not be ready first.
#pragma once

#include <string>

#include "berth/cloud_provider.hpp"
#include "engine/parts.hpp"
#include "engine/permit.hpp"

namespace berth {

/// It is asked for, or boots: nothing runs there yet.
bool is_on_its_way(const AttemptRecord& attempt);

/// "deployment x waits for it": why a server that is on its way is taken back only by who insists;
/// "": nobody waits for it.
std::string who_waits(const LedgerView& view, const AttemptRecord& attempt);

/// Cancels the purchase: what comes of it, whenever it comes, is destroyed. The deployment that it
/// was bought for ends as cancelled, or it would buy the same again; those that only share it look
/// for room again. Saves the attempt. REQUIRES: it is on its way.
void take_back(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
               const Caller& by);

/// The answer to a create whose attempt was given up while the call was under way: what it made is
/// destroyed. `before`: an earlier create of this attempt may have made something, too.
void answered_after_all(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
                        const Result<Created>& answer, bool before);

}  // namespace berth
