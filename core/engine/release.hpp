// Giving room back: what runs there is stopped first, where the config says how.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.hpp"
#include "engine/parts.hpp"

namespace berth {

/// Why room is given back, and what people are told when it is free.
struct ReleaseReason {
  std::string_view code;  // "released" "expired" "moved" "scaled_down" "failed"
  std::string sentence;   // "web gave its room back."
  Caller by = {};         // who asked for it; "" if nobody
};

/// What became of a hold at once.
struct Released {
  bool given_back = false;  // else its release command has to succeed first
  std::string sentence;     // what was told, or that it is under way
  bool still_runs = false;  // it was given back, and nothing was stopped
};

/// Is there a command that stops what this hold's deployment started?
bool has_release_command(const EngineParts& parts, const LedgerView& view, const HoldRecord& hold);

/// Gives a hold back: its release command runs first, by the hold's own task, and until it has
/// succeeded the room is taken. At once, where there is no such command, or where the server is
/// lost or gone. REQUIRES: no deployment that is under way owns the hold.
Released begin_release(const EngineParts& parts, LedgerTransaction& tx, const HoldRecord& hold,
                       const ReleaseReason& reason);

/// Now, whatever runs there: no release command is waited for. One that may be running is ended
/// first. REQUIRES: no deployment that is under way owns the hold.
Released force_release(const EngineParts& parts, LedgerTransaction& tx, HoldRecord hold,
                       const ReleaseReason& reason);

/// One that is being given back is tried now, and not only when its turn comes.
Released hurry_release(const EngineParts& parts, LedgerTransaction& tx, HoldRecord hold,
                       const Caller& by);

/// A release command of this application runs, or is about to: nothing may be started meanwhile.
bool release_runs(const EngineParts& parts, const LedgerView& view, std::string_view organization,
                  std::string_view application);

/// The task of a hold: its time is over, or it is being given back.
std::optional<Work> go_on_releasing(const EngineParts& parts, LedgerTransaction& tx,
                                    const TaskRecord& task, HoldRecord hold);

}  // namespace berth
