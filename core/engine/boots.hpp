// What is remembered of boots: whether an offer's servers come up, and how long they take, which
// says when to look at them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/parts.hpp"

namespace berth {

/// The current offer of this attempt is ready, or (`why` not empty) was given up.
void remember_boot(const EngineParts& parts, const AttemptRecord& attempt,
                   const std::string& why = "");

/// When to look for a server that was just accepted: shortly before its offer was ready at its
/// quickest, or soon where nothing is known of it.
std::int64_t first_look_ms(const EngineParts& parts, const AttemptRecord& attempt);

/// When to look at an account again, of which these are the attempts on their way: look_interval,
/// and more seldom the longer they take, or the longer until the first of them can be ready.
std::int64_t next_look_ms(const EngineParts& parts, const std::vector<AttemptRecord>& attempts);

}  // namespace berth
