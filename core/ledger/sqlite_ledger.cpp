// The ledger over ledger.db: one connection that writes, one that reads.
#include <atomic>
#include <mutex>
#include <thread>

#include "ledger/ledger_file.hpp"
#include "ledger/rows.hpp"
#include "ledger/reading_ledger.hpp"
#include "ledger/sqlite_transaction.hpp"
#include "ledger/whereabouts.hpp"

namespace berth {
namespace {

/// One connection, used by one thread at a time. A thread that comes back while it has it would
/// wait for itself; that is a mistake of ours, and told at once.
class Connection {
 public:
  explicit Connection(std::unique_ptr<sqlite::Database> database)
      : database_(std::move(database)) {}

  template <class Body>
  auto use(Body&& body) {
    if (user_ == std::this_thread::get_id()) {
      throw std::logic_error("a ledger transaction was begun inside another one");
    }
    const std::lock_guard guard(mutex_);
    const Turn turn(user_);
    return body(*database_);
  }

 private:
  struct Turn {
    explicit Turn(std::atomic<std::thread::id>& holder) : user(holder) {
      user = std::this_thread::get_id();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { user = std::thread::id(); }
    std::atomic<std::thread::id>& user;
  };

  std::unique_ptr<sqlite::Database> database_;
  std::mutex mutex_;
  std::atomic<std::thread::id> user_;
};

class SqliteLedger final : public Ledger {
 public:
  SqliteLedger(const std::string& folder, std::unique_ptr<sqlite::Database> writer,
               std::unique_ptr<sqlite::Database> reader)
      : folder_(folder),
        path_(ledger_path(folder)),
        writer_(std::move(writer)),
        reader_(std::move(reader)) {
    writer_.use([&](sqlite::Database& database) { note(database); });
  }

  void write(const std::function<void(LedgerTransaction&)>& body) override {
    in_words([&] {
      writer_.use([&](sqlite::Database& database) {
        sqlite::Transaction transaction(database, sqlite::Transaction::Kind::writing);
        SqliteTransaction tables(database);
        body(tables);
        transaction.commit();
        note(database);
      });
    });
  }

  void read(const std::function<void(const LedgerView&)>& body) override {
    in_words([&] {
      reader_.use([&](sqlite::Database& database) {
        const sqlite::Transaction transaction(database, sqlite::Transaction::Kind::reading);
        const SqliteTransaction view(database);
        body(view);
      });
    });
  }

  std::int64_t data_version() override {
    std::int64_t version = 0;
    in_words([&] {
      writer_.use([&](sqlite::Database& database) {
        version = database.integer("PRAGMA data_version");
      });
    });
    return version;
  }

 private:
  /// Outside of the ledger stands how far it had come. After the commit: a note that is behind is
  /// harmless, one that is ahead would tell of a ledger that went back. Before anything is asked of
  /// a cloud: that waits for the commit, too.
  void note(sqlite::Database& database) {
    const std::int64_t generation =
        database.integer("SELECT generation FROM identity WHERE one = 1");
    if (generation == noted_) return;
    sqlite::Query row = database.query("SELECT id FROM installation WHERE one = 1");
    if (row.next()) note_generation(folder_, row.text(0), generation);
    noted_ = generation;
  }

  template <class Body>
  void in_words(Body&& body) const {
    try {
      body();
    } catch (const sqlite::Error& error) {
      // Two records with one key, or a hold on a server that is not there: who wrote them had to
      // look first, in the same transaction.
      if (error.fault() == sqlite::Fault::constraint) {
        throw std::logic_error(std::string("the ledger refuses a row: ") + error.what());
      }
      throw explained(error, path_);
    } catch (const UnreadableRow& row) {
      throw unreadable(row.what(), path_);
    }
  }

  std::string folder_, path_;
  std::int64_t noted_ = 0;  // the writer's
  Connection writer_;
  Connection reader_;  // closed first: the last to close folds the log in, and must write
};

}  // namespace

std::unique_ptr<Ledger> open_sqlite_ledger(const std::string& folder,
                                           const std::string& new_installation_id,
                                           bool read_only, const std::string& instance) {
  if (read_only) return open_reading_ledger(folder, new_installation_id, instance);
  const std::string path = ledger_path(folder);
  try {
    auto writer = open_ledger_file(folder, new_installation_id, instance);
    auto reader = std::make_unique<sqlite::Database>(path, sqlite::Access::read_only,
                                                     ledger_patience_ms);
    return std::make_unique<SqliteLedger>(folder, std::move(writer), std::move(reader));
  } catch (const sqlite::Error& error) {
    throw explained(error, path);
  }
}

}  // namespace berth
