// Is this still the ledger that bought what it knows, and is it the only one? A copy, or one that
// went back, destroys nothing until a person has seen what it does not know.
#pragma once

#include <string>

#include "engine/parts.hpp"

namespace berth {

/// Labels of a bought server, beside those of the contract: whoever has lost the ledger reads there
/// what it was bought for.
inline constexpr const char* ledger_label = "berth-ledger";            // AttemptRecord::mark
inline constexpr const char* application_label = "berth-application";  // the one that began it
inline constexpr const char* room_label = "berth-room";  // what that one needs: 2000-4096-51200

/// What an intent of now is marked with.
std::string mark_of(const LedgerView& view);

/// An attempt of exactly this id could be ours; a text that somebody made up could not.
bool is_minted(const std::string& id);

/// Somebody bought it who is not this ledger, as it stands now: a copy of it, or a later state of
/// it. `known`: the attempt that the server's label names, where the ledger has it.
bool bought_elsewhere(const CloudServer& server, const std::optional<AttemptRecord>& known);

/// AttemptRecord::failure_code of what was not asked for because it was decided elsewhere.
inline constexpr const char* put_back_code = "ledger_restored";

/// An older state of this ledger, or another copy of it, decided it: since then it may have been
/// asked for, and be there with something on it.
bool decided_elsewhere(const LedgerView& view, const AttemptRecord& attempt);

/// While all is paused: may this attempt's server be destroyed? What this ledger bought since, and
/// what a person took out by name.
bool may_destroy(const LedgerView& view, const AttemptRecord& attempt);

/// Why nothing may be destroyed just now; "" all is well. People are told once.
std::string watch_standing(const EngineParts& parts, LedgerTransaction& tx);

/// A cloud shows what this ledger never bought: from now on all is paused.
void suspect(const EngineParts& parts, LedgerTransaction& tx, const std::string& why);

/// A person has seen the list: this ledger is the one that counts.
void stand_by(LedgerTransaction& tx);

}  // namespace berth
