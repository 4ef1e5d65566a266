// The ledger as one file that can be kept elsewhere, and back.
#pragma once

#include <cstdint>
#include <string>

namespace berth {

/// One consistent state of the folder's ledger, whoever works with it meanwhile, in a new file of
/// mode 0600. Throws LedgerError (the file is there already or cannot be made; there is no ledger).
void back_up_ledger(const std::string& folder, const std::string& file, std::int64_t now_unix_ms);

/// Makes the folder's ledger what the file holds. Throws LedgerError (the folder has a ledger; the
/// file is none). Whoever opens it next finds it paused.
void restore_ledger(const std::string& file, const std::string& folder, std::int64_t now_unix_ms);

}  // namespace berth
