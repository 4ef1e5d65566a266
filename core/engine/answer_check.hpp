// What a cloud says it made, against what it was asked for: the answer counts, not the offer.
#pragma once

#include "engine/parts.hpp"

namespace berth {

/// Its labels name another attempt, organization or installation: whatever a cloud answers, it is
/// not taken for this attempt's. A label that is not told says nothing.
bool is_anothers(const LedgerView& view, const AttemptRecord& attempt, const CloudServer& server);

/// This attempt was answered with another one's server. What became of its own is not known: that
/// is looked up, and the other one's is left alone. Saves the attempt.
void disown(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
            const CloudServer& server);

/// Takes over what is told of its type, region, architecture and login; what is not told stays as
/// it was asked for. Another type is kept where it is no dearer than may be bought without asking
/// anew and has the room; another region or architecture never is. The admins hear of both.
/// False: it is given up and destroyed. Saves the attempt where it changes it.
bool take_as_it_is(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
                   const CloudServer& server);

}  // namespace berth
