#include "ledger/ledger_file.hpp"

#include <errno.h>
#include <string.h>

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/schema.hpp"
#include "ledger/state_folder.hpp"
#include "ledger/whereabouts.hpp"

namespace berth {
namespace {

constexpr std::string_view migration_mark = "\n-- migration ";

/// The texts between the marks of schema.sql; number N is element N - 1.
std::vector<std::string> migrations() {
  std::vector<std::string> found;
  std::size_t at = ledger_schema.find(migration_mark);
  while (at != ledger_schema.npos) {
    const std::size_t next = ledger_schema.find(migration_mark, at + migration_mark.size());
    found.emplace_back(ledger_schema.substr(at, next == ledger_schema.npos ? next : next - at));
    at = next;
  }
  return found;
}

LedgerError unwritable(const std::string& folder, const std::string& why) {
  return {LedgerProblem::unwritable_folder,
          "The state folder " + folder + " cannot be used: " + why + "."};
}

/// One process at a time sets up the ledger; the others wait for it.
void need(const FolderLock& lock, const std::string& folder) {
  if (lock.held()) return;
  throw LedgerError(LedgerProblem::locked,
                    "Another process has been setting up the ledger in " + folder +
                        " for more than 30 s. Find it with: fuser -v " + folder +
                        " and run this again when it has ended.");
}

void make_file(const std::string& folder, const std::string& path) {
  const FolderLock lock(folder, ledger_patience_ms);
  need(lock, folder);
  // Made here and not by SQLite, so that others can never read it; the write-ahead log takes over
  // its mode.
  const int problem = make_private_file(path);
  if (problem == 0) return;
  if (problem == ENOSPC || problem == EDQUOT) {
    throw explained({sqlite::Fault::full, strerror(problem)}, path);
  }
  throw unwritable(folder, path + " cannot be made (" + strerror(problem) +
                               "). Give this user a folder that it may write");
}

void refuse_newer(std::int64_t version, const std::string& path) {
  if (version <= newest_ledger_version()) return;
  throw LedgerError(LedgerProblem::too_new,
                    path + " was written by a newer berth (ledger version " +
                        std::to_string(version) + "; this berth knows versions up to " +
                        std::to_string(newest_ledger_version()) +
                        "). Nothing was changed. Use that newer berth, or restore a backup made "
                        "before the upgrade.");
}

/// A first look that changes nothing, not even beside the file. It goes through SQLite, because
/// closing a descriptor of our own would drop the locks of every other connection of this process
/// to the same file. It takes no lock, so another process may be writing the page that it reads:
/// what it cannot read is for the real opening to judge.
void look_at_version(const std::string& path) {
  std::int64_t version = 0;
  try {
    version = sqlite::Database(path, sqlite::Access::only_this_file, 0)
                  .integer("PRAGMA user_version");
  } catch (const sqlite::Error&) {
    return;
  }
  refuse_newer(version, path);
}

bool in_wal_mode(sqlite::Database& database) {
  sqlite::Query row = database.query("PRAGMA journal_mode");
  return row.next() && row.text(0) == "wal";
}

bool is_current(sqlite::Database& database) {
  return database.integer("PRAGMA user_version") == newest_ledger_version();
}

}  // namespace

int newest_ledger_version() {
  static const int version = static_cast<int>(migrations().size());
  return version;
}

std::string ledger_path(const std::string& folder) { return folder + "/ledger.db"; }

void check_ledger(sqlite::Database& database, const std::string& path) {
  // One state for all three: another process may be making the ledger just now.
  const sqlite::Transaction look(database, sqlite::Transaction::Kind::reading);
  const std::int64_t version = database.integer("PRAGMA user_version");
  const std::int64_t application = database.integer("PRAGMA application_id");
  const bool empty = database.integer("SELECT count(*) FROM sqlite_schema") == 0;
  if (application != ledger_application_id && !empty) {
    throw LedgerError(LedgerProblem::corrupt,
                      path + " is an SQLite database, but not a ledger of berth. Nothing was "
                             "changed. Move it away or name another state folder.");
  }
  refuse_newer(version, path);
}

void migrate_ledger(sqlite::Database& database, const std::string& new_installation_id) {
  sqlite::Transaction transaction(database, sqlite::Transaction::Kind::writing);
  const std::vector<std::string> steps = migrations();
  const auto version = static_cast<std::size_t>(database.integer("PRAGMA user_version"));
  for (std::size_t done = version; done < steps.size(); ++done) database.script(steps[done]);
  if (version == 0) {
    database.run("INSERT INTO installation (one, id) VALUES (1, ?)", new_installation_id);
    database.script("PRAGMA application_id = " + std::to_string(ledger_application_id));
  }
  if (version < steps.size()) {
    database.script("PRAGMA user_version = " + std::to_string(steps.size()));
  }
  transaction.commit();
}

std::unique_ptr<sqlite::Database> open_ledger_file(const std::string& folder,
                                                   const std::string& new_installation_id,
                                                   const std::string& instance) {
  if (const std::string why = make_state_folder(folder); !why.empty()) {
    throw unwritable(folder, why);
  }
  const std::string path = ledger_path(folder);
  if (const std::string why = state_file_problem(path); !why.empty())
    throw LedgerError(LedgerProblem::unwritable_folder, why + " Nothing was changed.");
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    look_at_version(path);
  } else {
    make_file(folder, path);
  }
  std::optional<FolderLock> lock;
  const auto take_lock = [&] {
    if (lock) return;
    lock.emplace(folder, ledger_patience_ms);
    need(*lock, folder);
  };
  // Empty: somebody makes it just now, or died at that. What such a death left is cleared away by
  // whoever looks first, under a lock for which the switch to the write-ahead log would not wait.
  if (std::filesystem::file_size(path, ignored) == 0) take_lock();
  auto database = std::make_unique<sqlite::Database>(path, sqlite::Access::read_write,
                                                     ledger_patience_ms);
  if (database->read_only()) throw explained({sqlite::Fault::read_only, "no permission"}, path);
  // Now with the write-ahead log, perhaps one of a newer berth that died before it folded it in.
  database->leave_log_on_close(true);
  check_ledger(*database, path);
  database->leave_log_on_close(false);
  if (!in_wal_mode(*database) || !is_current(*database)) {
    take_lock();
    database->script("PRAGMA journal_mode = WAL");
    if (!in_wal_mode(*database)) {
      throw LedgerError(LedgerProblem::io,
                        path + " is on a file system without shared memory (a network share?). "
                               "Name a state folder on a local disk.");
    }
    database->script("PRAGMA synchronous = FULL");
    migrate_ledger(*database, new_installation_id);
    lock->sync();
  }
  // Up to 32 MiB of pages: with the default 2 MiB, a step over a thousand deployments reads most of
  // its pages from the file again and again, and writes pages to the log before their time.
  database->script(
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; "
      "PRAGMA journal_size_limit = 16777216; PRAGMA wal_autocheckpoint = 4000; "
      "PRAGMA cache_size = -32768;");
  arrive(*database, whereabouts_of(folder, instance), new_installation_id);
  return database;
}

LedgerError explained(const sqlite::Error& error, const std::string& path) {
  const std::string detail = std::string(" (") + error.what() + ")";
  switch (error.fault()) {
    case sqlite::Fault::busy:
      return {LedgerProblem::locked,
              path + " has been locked by another process for more than " +
                  std::to_string(ledger_patience_ms / 1000) + " s" + detail +
                  ". Find it with: fuser -v " + path + " and run this again when it has ended."};
    case sqlite::Fault::read_only:
      return {LedgerProblem::read_only,
              path + " cannot be written" + detail +
                  ". Give this user write permission on the file and its folder (is the file "
                  "system mounted read-only?), then run this again."};
    case sqlite::Fault::full:
      return {LedgerProblem::full,
              "The disk with " + path + " is full" + detail +
                  ". This step was not recorded. Free some space and run this again; berth goes on "
                  "where it was."};
    case sqlite::Fault::corrupt: return unreadable(error.what(), path);
    case sqlite::Fault::cannot_open:
      return {LedgerProblem::io, path + " cannot be opened" + detail +
                                     ". Check that this user may read it and its folder."};
    case sqlite::Fault::constraint:
    case sqlite::Fault::other: break;
  }
  return {LedgerProblem::io, path + " cannot be used" + detail +
                                 ". Check the disk (dmesg) and run this again."};
}

LedgerError unreadable(const std::string& what, const std::string& path) {
  return {LedgerProblem::corrupt,
          path + " is damaged: " + what +
              ". Nothing was changed. Stop every berth that uses it, keep a copy, then restore a "
              "backup or save what is readable with: sqlite3 " + path + " .recover"};
}

}  // namespace berth
