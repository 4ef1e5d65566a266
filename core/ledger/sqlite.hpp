// SQLite as C++: a connection, its prepared statements, its errors. Knows no table.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace berth::sqlite {

/// What kind of thing went wrong; callers word it.
enum class Fault { busy, read_only, full, corrupt, cannot_open, constraint, other };

class Error : public std::runtime_error {
 public:
  Error(Fault fault, const std::string& text) : std::runtime_error(text), fault_(fault) {}
  [[nodiscard]] Fault fault() const { return fault_; }

 private:
  Fault fault_;
};

/// A prepared statement being used; returns it to its Database when destroyed. Parameters are bound
/// in order, columns read by number from 0. Threads: those of its Database.
class Query {
 public:
  explicit Query(sqlite3_stmt* statement) : statement_(statement) {}
  Query(Query&& other) noexcept
      : statement_(std::exchange(other.statement_, nullptr)), bound_(other.bound_) {}
  Query& operator=(Query&&) = delete;
  ~Query();

  Query& bind(std::int64_t value);
  Query& bind(int value) { return bind(std::int64_t{value}); }
  Query& bind(bool value) { return bind(std::int64_t{value ? 1 : 0}); }
  Query& bind(std::string_view value);  // copied
  /// Not copied: `value` must stay as it is for as long as this Query.
  Query& bind_borrowed(std::string_view value);
  Query& bind(const std::string& value) { return bind(std::string_view(value)); }
  Query& bind(const char* value) { return bind(std::string_view(value)); }
  Query& bind(std::nullopt_t);

  /// The next row; false: there is none. Throws Error.
  bool next();
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;

 private:
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

enum class Access {
  read_write,      // the file must exist
  make,            // the file is made where there is none
  read_only,       // reads the write-ahead log too
  only_this_file,  // read-only, never looks at or makes another file, takes no lock
  file_and_log,    // the same with the log. REQUIRES: locking_mode = EXCLUSIVE, set first
};

/// One connection. Waits up to `patience_ms` for another connection's lock, in short steps of
/// random length, so that many processes that wait do not do it in lockstep. Threads: one at a
/// time.
class Database {
 public:
  /// ":memory:" is a private one. Throws Error.
  Database(const std::string& path, Access access, int patience_ms);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  /// Runs SQL without parameters, several statements too.
  void script(const std::string& sql);

  /// Prepared once, kept for the connection's life. `sql` must be a text that recurs.
  template <class... Arguments>
  Query query(std::string_view sql, const Arguments&... arguments) {
    Query prepared(statement(sql));
    (prepared.bind(arguments), ...);
    return prepared;
  }
  /// Runs it to its end; how many rows it changed.
  template <class... Arguments>
  std::int64_t run(std::string_view sql, const Arguments&... arguments) {
    Query prepared(statement(sql));
    (prepared.bind(arguments), ...);
    while (prepared.next()) {
    }
    return changes();
  }
  /// The first column of the first row; `otherwise` where there is no row.
  std::int64_t integer(std::string_view sql, std::int64_t otherwise = 0);

  /// The SQL of every statement kept, so that a test can ask for their plans.
  [[nodiscard]] std::vector<std::string> prepared() const;
  [[nodiscard]] std::int64_t last_row() const;
  [[nodiscard]] bool read_only() const;
  [[nodiscard]] bool in_transaction() const;
  /// The last connection that closes will not fold the write-ahead log into the file.
  void leave_log_on_close(bool leave);
  /// Makes this database a copy of another one, as one consistent state of it.
  void become_copy_of(Database& other);

 private:
  struct Patience {
    int limit_ms = 0;
    std::int64_t since_ns = 0;
    std::uint64_t random = 0;
  };
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  static int wait_for_lock(void* patience, int count);
  sqlite3_stmt* statement(std::string_view sql);
  [[nodiscard]] std::int64_t changes() const;

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unique_ptr<Patience> patience_;
  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, TextHash,
                     std::equal_to<>>
      statements_;
};

/// Rolls back when it goes out of scope before commit().
class Transaction {
 public:
  enum class Kind { reading, writing };
  Transaction(Database& database, Kind kind);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace berth::sqlite
