// ledger.db as a file: finding, making, checking and migrating it, and wording what goes wrong.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ledger/ledger.hpp"
#include "ledger/sqlite.hpp"

namespace berth {

/// How long a transaction waits for those of other processes.
constexpr int ledger_patience_ms = 30'000;

/// "brth": tells ledger.db from any other SQLite file.
constexpr std::int64_t ledger_application_id = 0x62727468;

/// The number of the last migration in schema.sql.
int newest_ledger_version();

std::string ledger_path(const std::string& folder);

/// Opens the ledger for writing, made and migrated where needed; any number of processes may do so
/// at once. Throws LedgerError, sqlite::Error.
std::unique_ptr<sqlite::Database> open_ledger_file(const std::string& folder,
                                                   const std::string& new_installation_id,
                                                   const std::string& instance = {});

/// Runs the migrations that are missing in one transaction.
void migrate_ledger(sqlite::Database& database, const std::string& new_installation_id);

/// Throws LedgerError: too_new, or corrupt where the file is no ledger at all.
void check_ledger(sqlite::Database& database, const std::string& path);

/// In words, with what to do next.
LedgerError explained(const sqlite::Error& error, const std::string& path);
LedgerError unreadable(const std::string& what, const std::string& path);

}  // namespace berth
