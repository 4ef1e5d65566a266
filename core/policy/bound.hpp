// What may be spent without a person's yes.
//
// Who lets berth buy without being asked has said yes to the usual price. So what a deployment's
// first decision showed bounds what it may cost later, and what an account costs that cannot be
// asked bounds what another may cost in its place.
#pragma once

#include "policy/facts.hpp"
#include "policy/verdict.hpp"

namespace berth {

/// Looks at the best offer of a decision on which every stage agrees, and fills Decision::bound.
/// proceed: it is within the bound. hold: it is dearer, and an admin may say yes. wait: nobody may,
/// and an account that cannot be asked may come back. deny: neither.
Verdict check_bound(const Facts& facts, Decision& decision);

}  // namespace berth
