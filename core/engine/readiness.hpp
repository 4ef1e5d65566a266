// From "the cloud says it runs" to "it is a server of the fleet": running, reachable, ready. Each
// stage has its own time; the last one is what [provisioning] ready asks for.
#pragma once

#include <string>

#include "engine/parts.hpp"

namespace berth {

/// The cloud says that it runs, and where it is reached.
bool runs(const CloudServer& server);

/// The cloud says that the server of a booting attempt runs, and has an address.
void runs_now(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
              const CloudServer& server);

/// The next look at a server that runs: is it reachable, and ready? REQUIRES: the attempt is
/// booting, and its phase is beyond "accepted".
Work check_readiness(const EngineParts& parts, const LedgerView& view,
                     const AttemptRecord& attempt);

/// When the stage that a booting attempt is in must be over.
Moment stage_deadline(const AttemptRecord& attempt);

/// "It did not answer on its SSH port within 90 s": what an attempt whose time is up waited for.
std::string missed_stage(const EngineParts& parts, const AttemptRecord& attempt);

}  // namespace berth
