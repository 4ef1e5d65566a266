// What is remembered of boots: whether an offer's servers come up, and how long they take.
#pragma once

#include <string>

#include "engine/parts.hpp"

namespace berth {

/// The current offer of this attempt is ready, or (`why` not empty) was given up.
void remember_boot(const EngineParts& parts, const AttemptRecord& attempt,
                   const std::string& why = "");

}  // namespace berth
