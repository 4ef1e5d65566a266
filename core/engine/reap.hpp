// Nothing leaks: what a cloud has of ours and nobody owns is destroyed, and what it has lost counts
// as capacity no more. A task for each account, the subject is its id.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/caller.hpp"
#include "engine/parts.hpp"

namespace berth {

std::optional<Work> prepare_reap(const EngineParts& parts, LedgerTransaction& tx,
                                 const TaskRecord& task);

/// Makes the tasks of reaping and scaling down that are missing. Who drives everything calls it.
void keep_reaping(const EngineParts& parts);

/// An account that was asked to be reaped: the pass to wait for.
struct AskedPass {
  std::string account;
  int passes = 0;  // ReapPassRecord::passes has come so far when that pass is over
  /// Attempts whose destroy was refused until now, and how often: each is asked for once more.
  std::vector<std::pair<std::string, int>> refused = {};
};
/// A pass over the account ("": all of them, and scaling down) is due now. `confirmed_by`: whoever
/// takes back a pause, and lets the next passes act in spite of the breaker; "" nobody. Throws
/// Refusal for an account that is not in the config.
std::vector<AskedPass> ask_to_reap(const EngineParts& parts, std::string_view account,
                                   const Caller& confirmed_by);

/// Something of it is still to be done: a pass, a second sighting, a destroy.
bool is_reaping(const LedgerView& view, const std::vector<AskedPass>& asked);

/// Why so many servers of an account, which only another copy of the ledger can have bought, stop
/// all reaping.
std::string elsewhere_text(const std::string& account, int servers);

/// Why nothing may be reaped just now, as the clocks say; "" all is well. Reads only.
std::string clock_trouble(const EngineParts& parts, const LedgerView& view);
/// The same, remembered: a pause stays until it is confirmed away, and people are told once.
std::string watch_clock(const EngineParts& parts, LedgerTransaction& tx);

/// A server that was destroyed is gone: people are told what it cost, if it was given back and not
/// merely given up, and the records are completed.
void tell_reaped(const EngineParts& parts, LedgerTransaction& tx, const AttemptRecord& attempt);

/// The audit's last word on a server: how it ended. Its status stays what it was.
void complete_record(const EngineParts& parts, LedgerTransaction& tx, const AttemptRecord& attempt);

/// Accounts of the config, and those of the ledger that are no longer in it.
std::vector<std::string> accounts_to_reap(const EngineParts& parts, const LedgerView& view);

}  // namespace berth
