#include "ledger/reading_ledger.hpp"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <mutex>

#include "ledger/empty_view.hpp"
#include "ledger/ledger_file.hpp"
#include "ledger/rows.hpp"
#include "ledger/sqlite_transaction.hpp"
#include "ledger/state_folder.hpp"
#include "ledger/whereabouts.hpp"

namespace berth {
namespace {

/// What tells one state of a file from another, as far as a look from outside can.
struct Trace {
  bool exists = false;
  std::int64_t inode = 0, bytes = 0, changed_ns = 0;
  bool operator==(const Trace&) const = default;
};

Trace trace_of(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    throw explained({sqlite::Fault::cannot_open, strerror(errno)}, path);  // it may well be there
  }
  return {true, static_cast<std::int64_t>(found.st_ino), found.st_size,
          found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec};
}

/// The file and its write-ahead log.
struct Traces {
  Trace file, log;
  bool operator==(const Traces&) const = default;
};

/// Where a log is, other processes are or were: an ordinary connection that only reads it and takes
/// the locks of one. Where none is, SQLite would first make a log and its index, and leave them
/// behind: then the file is read alone, without a lock, and what was read counts only if
/// neither changed meanwhile. Else it is read again.
class ReadingLedger final : public Ledger {
 public:
  ReadingLedger(const std::string& folder, std::string installation_id, std::string instance)
      : folder_(folder),
        path_(ledger_path(folder)),
        installation_id_(std::move(installation_id)),
        instance_(std::move(instance)) {
    refuse_link();
    read([](const LedgerView&) {});  // what cannot be read is told at once
  }

  void write(const std::function<void(LedgerTransaction&)>&) override {
    throw LedgerError(LedgerProblem::read_only,
                      path_ + " was opened to be looked at only; nothing was changed.");
  }

  void read(const std::function<void(const LedgerView&)>& body) override {
    const std::lock_guard guard(mutex_);
    constexpr int tries = 50;
    for (int i = 0; i < tries; ++i) {
      const Traces before = look();
      if (before != seen_) lone_.reset();
      seen_ = before;
      try {
        if (!before.file.exists) return body(EmptyView(installation_id_));
        if (before.log.exists) return read_with_log(before, body);
        if (!lone_) lone_ = opened(sqlite::Access::only_this_file);
        show(*lone_, body);
        if (look() == before) return;
      } catch (const Moved&) {
      } catch (const sqlite::Error& error) {
        if (look() == before) throw explained(error, path_);
      } catch (const UnreadableRow& row) {
        if (look() == before) throw unreadable(row.what(), path_);
      } catch (...) {  // a torn page may have made `body` say so
        if (before.log.exists || look() == before) throw;
      }
      lone_.reset();
    }
    throw LedgerError(LedgerProblem::locked,
                      path_ + " changes too often to be looked at; run this again.");
  }

  std::int64_t data_version() override {
    const std::lock_guard guard(mutex_);
    if (const Traces now = look(); version_ == 0 || now != counted_) {
      counted_ = now;
      ++version_;
    }
    return version_;
  }

 private:
  /// Its log and its locks are beside the file itself, and not where they would be looked for.
  /// Whose the file is does not matter here: who only reads does nothing on its word.
  void refuse_link() const {
    struct stat found {};
    if (lstat(path_.c_str(), &found) != 0 || !S_ISLNK(found.st_mode)) return;
    if (const std::string why = state_file_problem(path_); !why.empty())
      throw LedgerError(LedgerProblem::unwritable_folder, why);
  }

  struct Moved {};  // what was read without a lock changed meanwhile

  [[nodiscard]] Traces look() const { return {trace_of(path_), trace_of(path_ + "-wal")}; }

  void read_with_log(const Traces& before, const std::function<void(const LedgerView&)>& body) {
    std::unique_ptr<sqlite::Database> database;
    try {
      // Only for as long as this takes: a writer that ends is then the last, and tidies up.
      database = opened(sqlite::Access::read_only);
    } catch (const sqlite::Error& error) {
      // The index of the log is missing, and cannot be made here (a full disk, another's folder).
      if (error.fault() == sqlite::Fault::busy || error.fault() == sqlite::Fault::corrupt) throw;
    }
    if (database) return show(*database, body);
    database = opened(sqlite::Access::file_and_log);
    show(*database, body);
    if (look() != before) throw Moved();
  }

  static void show(sqlite::Database& database,
                   const std::function<void(const LedgerView&)>& body) {
    const sqlite::Transaction transaction(database, sqlite::Transaction::Kind::reading);
    const SqliteTransaction view(database);
    body(view);
  }

  [[nodiscard]] std::unique_ptr<sqlite::Database> opened(sqlite::Access access) const {
    auto database = std::make_unique<sqlite::Database>(path_, access, ledger_patience_ms);
    // What is sorted stays in memory: there may be no room for files.
    database->script("PRAGMA temp_store = MEMORY;");
    if (access == sqlite::Access::file_and_log)
      database->script("PRAGMA locking_mode = EXCLUSIVE");  // the log's index is in memory then
    check_ledger(*database, path_);
    if (database->integer("PRAGMA user_version") == newest_ledger_version()) {
      const Whereabouts here = whereabouts_of(folder_, instance_);
      if (!is_as_it_was_left(*database, here)) {
        // A copy or a backup says so also to who only looks at it. The table of this connection
        // hides the file's.
        database->script("CREATE TEMP TABLE identity AS SELECT * FROM main.identity");
        arrive(*database, here, installation_id_);
      }
      database->script("PRAGMA query_only = ON");
      return database;
    }
    auto migrated = std::make_unique<sqlite::Database>(":memory:", sqlite::Access::make, 0);
    migrated->become_copy_of(*database);
    migrate_ledger(*migrated, installation_id_);
    arrive(*migrated, whereabouts_of(folder_, instance_), installation_id_);
    return migrated;
  }

  std::string folder_, path_, installation_id_, instance_;
  std::mutex mutex_;
  std::unique_ptr<sqlite::Database> lone_;  // of a file without a log, as `seen_` tells it
  Traces seen_, counted_;
  std::int64_t version_ = 0;
};

}  // namespace

std::unique_ptr<Ledger> open_reading_ledger(const std::string& folder,
                                            const std::string& new_installation_id,
                                            const std::string& instance) {
  return std::make_unique<ReadingLedger>(folder, new_installation_id, instance);
}

}  // namespace berth
