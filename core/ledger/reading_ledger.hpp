// A ledger that can only be looked at, and that leaves no trace on the disk.
#pragma once

#include <memory>
#include <string>

#include "ledger/ledger.hpp"

namespace berth {

/// A missing file is an empty ledger of this installation. Reads the file itself, and costs what is
/// read; only the ledger of an older berth is read from a copy in memory that has the new columns.
std::unique_ptr<Ledger> open_reading_ledger(const std::string& folder,
                                            const std::string& new_installation_id,
                                            const std::string& instance = {});

}  // namespace berth
