#include "ledger/snapshot_ledger.hpp"

#include <sys/stat.h>

#include <mutex>

#include "ledger/empty_view.hpp"
#include "ledger/ledger_file.hpp"
#include "ledger/rows.hpp"
#include "ledger/sqlite_transaction.hpp"
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
  if (stat(path.c_str(), &found) != 0) return {};
  return {true, static_cast<std::int64_t>(found.st_ino), found.st_size,
          found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec};
}

/// The file and its write-ahead log.
struct Traces {
  Trace file, log;
  bool operator==(const Traces&) const = default;
};

/// Reads from a copy in memory. SQLite cannot read a ledger that nobody else has open without
/// making a log and its index beside it; reading the file alone makes nothing, and is right as long
/// as no log was there before and after.
class SnapshotLedger final : public Ledger {
 public:
  SnapshotLedger(const std::string& folder, std::string installation_id, std::string instance)
      : folder_(folder),
        path_(ledger_path(folder)),
        installation_id_(std::move(installation_id)),
        instance_(std::move(instance)) {
    refresh();
  }

  void write(const std::function<void(LedgerTransaction&)>&) override {
    throw LedgerError(LedgerProblem::read_only,
                      path_ + " was opened to be looked at only; nothing was changed.");
  }

  void read(const std::function<void(const LedgerView&)>& body) override {
    const std::lock_guard guard(mutex_);
    refresh();
    if (!copy_) return body(EmptyView(installation_id_));
    try {
      const SqliteTransaction view(*copy_);
      body(view);
    } catch (const sqlite::Error& error) {
      throw explained(error, path_);
    } catch (const UnreadableRow& row) {
      throw unreadable(row.what(), path_);
    }
  }

  std::int64_t data_version() override {
    const std::lock_guard guard(mutex_);
    refresh();
    return version_;
  }

 private:
  [[nodiscard]] Traces look() const { return {trace_of(path_), trace_of(path_ + "-wal")}; }

  void refresh() {
    constexpr int tries = 50;
    for (int i = 0; i < tries; ++i) {
      const Traces before = look();
      if (version_ > 0 && before == seen_) return;
      std::unique_ptr<sqlite::Database> fresh;
      try {
        if (before.file.exists) fresh = copied(before.log.exists);
      } catch (const sqlite::Error& error) {
        if (look() != before) continue;  // it changed under our eyes
        throw explained(error, path_);
      }
      // With a log the copy is a transaction of its own; without one it must have stayed away.
      if (!before.log.exists && look() != before) continue;
      copy_ = std::move(fresh);
      seen_ = before;
      ++version_;
      return;
    }
    throw LedgerError(LedgerProblem::locked,
                      path_ + " changes too often to be looked at; run this again.");
  }

  [[nodiscard]] std::unique_ptr<sqlite::Database> copied(bool with_log) const {
    const auto access = with_log ? sqlite::Access::read_only : sqlite::Access::only_this_file;
    sqlite::Database source(path_, access, ledger_patience_ms);
    check_ledger(source, path_);
    auto fresh = std::make_unique<sqlite::Database>(":memory:", sqlite::Access::make, 0);
    fresh->become_copy_of(source);
    migrate_ledger(*fresh, installation_id_);
    arrive(*fresh, whereabouts_of(folder_, instance_), installation_id_);
    return fresh;
  }

  std::string folder_, path_, installation_id_, instance_;
  std::mutex mutex_;
  std::unique_ptr<sqlite::Database> copy_;  // null: there is no file
  Traces seen_;
  std::int64_t version_ = 0;
};

}  // namespace

std::unique_ptr<Ledger> open_snapshot_ledger(const std::string& folder,
                                             const std::string& new_installation_id,
                                             const std::string& instance) {
  return std::make_unique<SnapshotLedger>(folder, new_installation_id, instance);
}

}  // namespace berth
