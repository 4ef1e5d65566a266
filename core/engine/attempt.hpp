// An attempt's task: create one server, or make sure that there is none.
#pragma once

#include <optional>
#include <string>

#include "engine/parts.hpp"

namespace berth {

std::optional<Work> prepare_attempt(const EngineParts& parts, LedgerTransaction& tx,
                                    const TaskRecord& task);

/// The cloud has the server: from now on it is looked at until it is ready. Saves the attempt.
void accept(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
            const CloudServer& server, const std::string& note);

/// The cloud has a server after all, of an attempt that is given up: now that its id is known it is
/// destroyed. Saves the attempt.
void came_late(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
               const CloudServer& server);

/// The server will never be ready (or nobody wants it): it is destroyed until the cloud says it is
/// absent, and who waited for it looks for room again. `blame`: the offer is left alone for a while
/// and the try counts. Saves the attempt.
void give_up(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
             std::string_view code, const std::string& sentence, bool blame);

/// The cloud has no such server (any more). Saves the attempt; its tasks end.
void gone(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt);

/// Records an intent of its own to destroy a server that no attempt stands for; repeated until the
/// cloud does not show it any more. `server` says which one, whose, and why; it gets its id here.
void destroy_unowned(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& server);

/// After so many refusals in a row people are told that a server cannot be destroyed, and nobody
/// waits for it any more; it is tried again all the same.
inline constexpr int refusals_until_told = 3;

/// Why it is being destroyed, and what hinders that: one or two sentences.
std::string why_it_goes(const AttemptRecord& attempt);

/// The server became a smaller one: only those stay whose room it still has, the others look for
/// room again.
void recheck_room(const EngineParts& parts, LedgerTransaction& tx, const AttemptRecord& attempt);

/// Somebody still waits for it, or it was bought by hand and nobody has taken it back.
bool wanted(const LedgerView& view, const AttemptRecord& attempt);

/// A complete look did not show it. True: that is believed now, after two such looks, `wait_ms`
/// apart and past the end of the call that asked for it; no jump of the wall clock makes that
/// shorter or longer. The caller saves the attempt.
bool absent_again(const EngineParts& parts, AttemptRecord& attempt, std::int64_t wait_ms);

/// 1 s, 2 s, 4 s … at most 60 s, give or take a quarter, so that no two loops keep step.
std::int64_t back_off_ms(const EngineParts& parts, int errors);

/// Who and where, for a cloud.
Sought sought_of(const AttemptRecord& attempt);

}  // namespace berth
