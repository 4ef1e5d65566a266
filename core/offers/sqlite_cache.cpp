// The cache over cache.db. What is wrong with the file is never the caller's problem: a file that
// cannot be read is made anew, and where none can be used a cache in memory does the same work for
// this process alone.
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <thread>
#include <type_traits>

#include "ledger/sqlite.hpp"
#include "ledger/state_folder.hpp"
#include "offers/bucket.hpp"
#include "offers/cache.hpp"
#include "offers/offer_rows.hpp"

namespace berth {
namespace {

using sqlite::Access;
using sqlite::Database;
using sqlite::Fault;

constexpr int patience_ms = 5'000;
constexpr std::int64_t version = 5;  // another one: the file is made anew
constexpr const char* schema = R"sql(
CREATE TABLE catalogue (
  id           INTEGER PRIMARY KEY,
  key          TEXT NOT NULL UNIQUE,
  read_unix_ms INTEGER NOT NULL,
  settings     TEXT NOT NULL           -- a fingerprint
) STRICT;
CREATE TABLE refusal (          -- of a create; an empty part speaks for any
  credential    TEXT NOT NULL,
  account       TEXT NOT NULL,
  region        TEXT NOT NULL,
  zone          TEXT NOT NULL,
  instance_type TEXT NOT NULL,
  market        TEXT NOT NULL,
  family        TEXT NOT NULL,
  until_unix_ms INTEGER NOT NULL,
  code          TEXT NOT NULL,
  why           TEXT NOT NULL,
  PRIMARY KEY (credential, account, region, zone, instance_type, market, family)
) STRICT, WITHOUT ROWID;
CREATE TABLE boot (
  attempt    TEXT PRIMARY KEY,
  offer_key  TEXT NOT NULL,
  at_unix_ms INTEGER NOT NULL,
  ready      INTEGER NOT NULL,
  took_ms    INTEGER NOT NULL,
  why        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX boot_of_offer ON boot (offer_key, at_unix_ms, attempt);
CREATE TABLE bucket (
  credential           TEXT PRIMARY KEY,
  level                INTEGER,           -- in millionths of a call; NULL: full
  at_unix_ms           INTEGER NOT NULL,
  paused_until_unix_ms INTEGER NOT NULL,
  refusals             INTEGER NOT NULL,
  requests             INTEGER NOT NULL,
  per_ms               INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE calls (
  account    TEXT NOT NULL,
  credential TEXT NOT NULL,
  slot       INTEGER NOT NULL,           -- of slot_ms each
  spent      INTEGER NOT NULL,
  PRIMARY KEY (account, credential, slot)
) STRICT, WITHOUT ROWID;
)sql";

// Of each offer.
constexpr int boots_kept = 4;

// Spent calls are counted in slots of so long, and forgotten after a day and one slot.
constexpr std::int64_t slot_ms = 5 * 60'000;
constexpr std::int64_t slots_an_hour = 3'600'000 / slot_ms;
constexpr std::int64_t slots_a_day = 24 * slots_an_hour;

// A boot that is so long ago belongs to an offer that is gone.
constexpr std::int64_t kept_ms = std::int64_t{30} * 24 * 3600 * 1000;

bool is_sound(Database& database) {
  sqlite::Query row = database.query("PRAGMA quick_check(1)");
  return row.next() && row.text(0) == "ok";
}

/// A lock that the kernel frees with its holder; the file is named by a hash, since keys hold any
/// text, and stays: removing it would let two hold what each takes for the same lock.
std::shared_ptr<void> lock_reading(const std::string& folder, std::string_view key,
                                   std::int64_t patience_ms) {
  const std::string path = folder + "/reading-" +
                           std::to_string(std::hash<std::string_view>{}(key)) + ".lock";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return nullptr;
  std::shared_ptr<void> guard(nullptr, [file](void*) { close(file); });
  constexpr std::int64_t step_ms = 20;
  for (std::int64_t waited = 0; flock(file, LOCK_EX | LOCK_NB) != 0 && waited < patience_ms;
       waited += step_ms)
    std::this_thread::sleep_for(std::chrono::milliseconds(step_ms));
  return guard;
}

class SqliteCache final : public Cache {
 public:
  SqliteCache(const std::string& folder, std::string& note)
      : folder_(folder), path_(folder + "/cache.db") {
    std::string why = make_state_folder(folder);
    if (why.empty()) {
      why = state_file_problem(path_);
      if (!why.empty()) why.pop_back();  // it becomes a part of a sentence
    }
    if (why.empty()) open_file();
    if (!database_) use_memory(why);
    if (!why_in_memory_.empty()) {
      note = "The cache " + path_ + " cannot be used: " + why_in_memory_ +
             ". Prices and rate budgets are kept for this process only.";
    }
  }

  std::optional<CachedCatalogue> catalogue(std::string_view key) override {
    return with_file<std::optional<CachedCatalogue>>(
        std::nullopt, [&](Database& database) -> std::optional<CachedCatalogue> {
          sqlite::Query row =
              database.query("SELECT id, read_unix_ms, settings FROM catalogue WHERE key = ?", key);
          if (!row.next()) return std::nullopt;
          return CachedCatalogue{offers_of(database, row.integer(0)), row.integer(1), row.text(2)};
        });
  }

  void store_catalogue(std::string_view key, const CachedCatalogue& catalogue) override {
    with_file<bool>(false, [&](Database& database) {
      in_transaction(database, [&] {
        database.run(
            "DELETE FROM offer WHERE catalogue IN (SELECT id FROM catalogue WHERE key = ?)", key);
        database.run("DELETE FROM catalogue WHERE key = ?", key);
        database.run("INSERT INTO catalogue (key, read_unix_ms, settings) VALUES (?, ?, ?)", key,
                     catalogue.read_unix_ms, catalogue.settings);
        add_offers(database, database.last_row(), catalogue.offers);
      });
      return true;
    });
  }

  std::vector<OfferRefusal> refusals(std::int64_t now_unix_ms) override {
    return with_file<std::vector<OfferRefusal>>({}, [&](Database& database) {
      std::vector<OfferRefusal> found;
      bool ended = false;
      {
        sqlite::Query row = database.query(
            "SELECT credential, account, region, zone, instance_type, market, family,"
            " until_unix_ms, code, why FROM refusal");
        while (row.next()) {
          OfferRefusal refusal{row.text(0), row.text(1), row.text(2),    row.text(3), row.text(4),
                               row.text(5), row.text(6), row.integer(7), row.text(8), row.text(9)};
          if (refusal.until_unix_ms <= now_unix_ms) {
            ended = true;
          } else {
            found.push_back(std::move(refusal));
          }
        }
      }
      if (ended) database.run("DELETE FROM refusal WHERE until_unix_ms <= ?", now_unix_ms);
      return found;
    });
  }

  void store_refusal(const OfferRefusal& refusal) override {
    with_file<bool>(false, [&](Database& database) {
      database.run(
          "INSERT INTO refusal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
          " ON CONFLICT DO UPDATE SET until_unix_ms = excluded.until_unix_ms,"
          " code = excluded.code, why = excluded.why"
          " WHERE excluded.until_unix_ms > until_unix_ms",
          refusal.credential, refusal.account, refusal.region, refusal.zone, refusal.instance_type,
          refusal.market, refusal.family, refusal.until_unix_ms, refusal.code, refusal.why);
      return true;
    });
  }

  void store_boot(const BootEntry& entry) override {
    with_file<bool>(false, [&](Database& database) {
      in_transaction(database, [&] {
        database.run(
            "INSERT OR REPLACE INTO boot (attempt, offer_key, at_unix_ms, ready, took_ms, why)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            entry.attempt_id, entry.offer_key, entry.at_unix_ms, std::int64_t{entry.ready},
            entry.took_ms, entry.why);
        database.run(
            "DELETE FROM boot WHERE offer_key = ?1 AND attempt NOT IN (SELECT attempt"
            " FROM boot WHERE offer_key = ?1 ORDER BY at_unix_ms DESC, attempt DESC"
            " LIMIT ?2)",
            entry.offer_key, std::int64_t{boots_kept});
        if (!entry.ready)
          database.run("DELETE FROM boot WHERE at_unix_ms < ?", entry.at_unix_ms - kept_ms);
      });
      return true;
    });
  }

  std::vector<BootEntry> boots_of(std::string_view offer_key) override {
    return boots("WHERE offer_key = ?", offer_key);
  }

  std::vector<BootEntry> boots_with_failures() override {
    return boots("WHERE offer_key IN (SELECT offer_key FROM boot WHERE ready = ?)",
                 std::int64_t{0});
  }

  CallGrant take_calls(std::string_view credential, int want, int requests, std::int64_t per_ms,
                       bool deleting, std::int64_t now_unix_ms) override {
    if (want <= 0) return {0, 0};
    if (requests <= 0 || per_ms <= 0) return {want, 0};  // no budget is known
    // Nobody could be asked for seconds: waiting a little more is safe, calling is not.
    constexpr CallGrant later{0, 100};
    return with_file<CallGrant>(later, [&](Database& database) {
      return with_bucket(database, credential, [&](Bucket& bucket) {
        bucket.refill(requests, per_ms, now_unix_ms);
        return bucket.take(want, deleting);
      });
    });
  }

  std::shared_ptr<void> reading(std::string_view key, std::int64_t patience_ms) override {
    return lock_reading(folder_, key, patience_ms);
  }

  void pause_calls(std::string_view credential, std::int64_t until_unix_ms) override {
    with_file<bool>(false, [&](Database& database) {
      return with_bucket(database, credential, [&](Bucket& bucket) {
        bucket.pause(until_unix_ms);
        return true;
      });
    });
  }

  std::int64_t back_off_calls(std::string_view credential, int jitter,
                              std::int64_t now_unix_ms) override {
    return with_file<std::int64_t>(now_unix_ms, [&](Database& database) {
      return with_bucket(database, credential, [&](Bucket& bucket) {
        bucket.back_off(jitter, now_unix_ms);
        return bucket.paused_until_unix_ms;
      });
    });
  }

  void forgive_calls(std::string_view credential) override {
    with_file<bool>(false, [&](Database& database) {
      return with_bucket(database, credential, [&](Bucket& bucket) {
        bucket.refusals = 0;
        return true;
      });
    });
  }

  void learn_calls(std::string_view credential, std::int64_t remaining, std::int64_t limit,
                   int requests, std::int64_t per_ms, std::int64_t now_unix_ms) override {
    if (requests <= 0 || per_ms <= 0) return;
    with_file<bool>(false, [&](Database& database) {
      return with_bucket(database, credential, [&](Bucket& bucket) {
        bucket.refill(requests, per_ms, now_unix_ms);
        bucket.learn(remaining, limit);
        return true;
      });
    });
  }

  void settle_calls(std::string_view credential, std::string_view account, std::int64_t spent,
                    std::int64_t unused, std::int64_t now_unix_ms) override {
    with_file<bool>(false, [&](Database& database) {
      return with_bucket(database, credential, [&](Bucket& bucket) {
        bucket.give_back(unused);
        if (spent <= 0) return true;
        const std::int64_t slot = now_unix_ms / slot_ms;
        database.run(
            "INSERT INTO calls (account, credential, slot, spent) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET spent = spent + excluded.spent",
            account, credential, slot, spent);
        database.run("DELETE FROM calls WHERE account = ? AND credential = ? AND slot < ?", account,
                     credential, slot - slots_a_day);
        return true;
      });
    });
  }

  std::vector<CallsSpent> calls_spent(std::int64_t now_unix_ms) override {
    return with_file<std::vector<CallsSpent>>({}, [&](Database& database) {
      const std::int64_t slot = now_unix_ms / slot_ms;
      std::vector<CallsSpent> found;
      {
        sqlite::Query row = database.query(
            "SELECT account, credential, sum(CASE WHEN slot > ? THEN spent ELSE 0 END), sum(spent)"
            " FROM calls WHERE slot > ? GROUP BY account, credential",
            slot - slots_an_hour, slot - slots_a_day);
        while (row.next())
          found.push_back({row.text(0), row.text(1), row.integer(2), row.integer(3)});
      }
      for (CallsSpent& one : found) {
        Bucket bucket = read_bucket(database, one.credential);
        if (bucket.requests <= 0 || bucket.per_ms <= 0) continue;
        bucket.refill(bucket.requests, bucket.per_ms, now_unix_ms);
        one.requests = bucket.requests;
        one.per_ms = bucket.per_ms;
        one.left = bucket.whole_calls_left();
        if (bucket.paused_until_unix_ms > now_unix_ms)
          one.paused_until_unix_ms = bucket.paused_until_unix_ms;
      }
      return found;
    });
  }

 private:
  template <class Which>
  std::vector<BootEntry> boots(const std::string& where, const Which& which) {
    return with_file<std::vector<BootEntry>>({}, [&](Database& database) {
      std::vector<BootEntry> found;
      sqlite::Query row =
          database.query("SELECT attempt, offer_key, at_unix_ms, ready, took_ms, why FROM boot " +
                             where + " ORDER BY offer_key, at_unix_ms DESC, attempt DESC",
                         which);
      while (row.next())
        found.push_back({row.text(0), row.text(1), row.integer(2), row.integer(3) != 0,
                         row.integer(4), row.text(5)});
      return found;
    });
  }

  static Bucket read_bucket(Database& database, std::string_view credential) {
    sqlite::Query row = database.query(
        "SELECT level, at_unix_ms, paused_until_unix_ms, refusals, requests, per_ms FROM bucket"
        " WHERE credential = ?",
        credential);
    Bucket bucket;
    if (!row.next()) return bucket;
    if (!row.is_null(0)) bucket.level = row.integer(0);
    bucket.at_unix_ms = row.integer(1);
    bucket.paused_until_unix_ms = row.integer(2);
    bucket.refusals = row.integer(3);
    bucket.requests = row.integer(4);
    bucket.per_ms = row.integer(5);
    return bucket;
  }

  static void write_bucket(Database& database, std::string_view credential,
                           const Bucket& bucket) {
    sqlite::Query row = database.query(
        "INSERT OR REPLACE INTO bucket"
        " (credential, level, at_unix_ms, paused_until_unix_ms, refusals, requests, per_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        credential);
    bucket.level ? row.bind(*bucket.level) : row.bind(std::nullopt);
    row.bind(bucket.at_unix_ms).bind(bucket.paused_until_unix_ms).bind(bucket.refusals);
    row.bind(bucket.requests).bind(bucket.per_ms);
    row.next();
  }

  template <class Body>
  static std::invoke_result_t<Body, Bucket&> with_bucket(Database& database,
                                                         std::string_view credential, Body&& body) {
    sqlite::Transaction transaction(database, sqlite::Transaction::Kind::writing);
    Bucket bucket = read_bucket(database, credential);
    auto result = body(bucket);
    write_bucket(database, credential, bucket);
    transaction.commit();
    return result;
  }

  template <class Body>
  static void in_transaction(Database& database, Body&& body) {
    sqlite::Transaction transaction(database, sqlite::Transaction::Kind::writing);
    body();
    transaction.commit();
  }

  /// Runs `body`; again on a new file, or in memory, where this one is of no more use.
  template <class Result, class Body>
  Result with_file(Result otherwise, Body&& body) {
    const std::lock_guard guard(mutex_);
    if (on_disk_ && inode() != inode_) open_file();  // removed or replaced since
    constexpr int tries = 3;
    for (int i = 0; i < tries; ++i) {
      if (!database_) use_memory("");
      try {
        return body(*database_);
      } catch (const sqlite::Error& error) {
        if (error.fault() == Fault::busy) return otherwise;
        database_.reset();
        if (error.fault() == Fault::corrupt && on_disk_) {
          open_file();
        } else {
          use_memory(error.what());
        }
      }
    }
    return otherwise;
  }

  /// Leaves `database_` empty where there is no file to be had.
  void open_file() {
    database_.reset();
    on_disk_ = false;
    try {
      if (std::unique_ptr<Database> present = open_present(false)) {
        use(std::move(present));
        return;
      }
      const FolderLock lock(folder_, patience_ms);
      if (!lock.held()) {
        why_in_memory_ = "another process has been making it for seconds";
        return;
      }
      // Another process may have made it anew meanwhile; its work is not thrown away.
      if (std::unique_ptr<Database> present = open_present(true)) {
        use(std::move(present));
        return;
      }
      use(make_anew());
    } catch (const sqlite::Error& error) {
      why_in_memory_ = error.what();
    }
  }

  /// nullptr: there is none, or it is of no use. Throws where trying again is no use either.
  std::unique_ptr<Database> open_present(bool thorough) {
    if (inode() == 0) return nullptr;
    try {
      auto database = std::make_unique<Database>(path_, Access::read_write, patience_ms);
      if (database->read_only()) throw sqlite::Error(Fault::read_only, "no write permission");
      if (database->integer("PRAGMA user_version") != version) return nullptr;
      // The whole file is looked through only once somebody has stumbled over it.
      if ((thorough || distrusted_) && !is_sound(*database)) return nullptr;
      database->script("PRAGMA synchronous = NORMAL");
      database->integer("SELECT count(*) FROM bucket");
      return database;
    } catch (const sqlite::Error& error) {
      if (error.fault() == Fault::corrupt || error.fault() == Fault::other) return nullptr;
      throw;
    }
  }

  std::unique_ptr<Database> make_anew() {
    for (const char* part : {"", "-wal", "-shm", "-journal"}) unlink((path_ + part).c_str());
    if (const int problem = make_private_file(path_); problem != 0) {
      throw sqlite::Error(Fault::cannot_open, strerror(problem));
    }
    auto database = std::make_unique<Database>(path_, Access::read_write, patience_ms);
    database->script("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    in_transaction(*database, [&] { fill(*database); });
    return database;
  }

  static void fill(Database& database) {
    database.script(schema + offer_table_sql());
    database.script("PRAGMA user_version = " + std::to_string(version));
  }

  void use(std::unique_ptr<Database> database) {
    database_ = std::move(database);
    on_disk_ = true;
    inode_ = inode();
    distrusted_ = true;  // when it is opened again, something was wrong with it
  }

  void use_memory(const std::string& why) {
    if (!why.empty()) why_in_memory_ = why;
    on_disk_ = false;
    database_ = std::make_unique<Database>(":memory:", Access::make, 0);
    fill(*database_);
  }

  /// 0: no file.
  [[nodiscard]] ino_t inode() const {
    struct stat found {};
    return stat(path_.c_str(), &found) == 0 ? found.st_ino : 0;
  }

  std::string folder_, path_;
  std::mutex mutex_;
  std::unique_ptr<Database> database_;
  bool on_disk_ = false;
  bool distrusted_ = false;
  ino_t inode_ = 0;
  std::string why_in_memory_;
};

}  // namespace

std::unique_ptr<Cache> open_sqlite_cache(const std::string& folder, std::string& note) {
  return std::make_unique<SqliteCache>(folder, note);
}

}  // namespace berth
