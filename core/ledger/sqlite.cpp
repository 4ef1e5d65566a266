#include "ledger/sqlite.hpp"

#include <errno.h>
#include <sqlite3.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

namespace berth::sqlite {
namespace {

std::int64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

Fault fault_of(int extended_code, int system_errno) {
  switch (extended_code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Fault::busy;
    case SQLITE_READONLY:
    case SQLITE_PERM: return Fault::read_only;
    case SQLITE_FULL: return Fault::full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Fault::corrupt;
    case SQLITE_CONSTRAINT: return Fault::constraint;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      // The log and its index cannot grow on a full disk either; SQLite says so in many ways.
      if (system_errno == ENOSPC || system_errno == EDQUOT) return Fault::full;
      if (system_errno == EROFS) return Fault::read_only;
      if (extended_code == SQLITE_IOERR_SHORT_READ) return Fault::corrupt;
      return (extended_code & 0xff) == SQLITE_CANTOPEN ? Fault::cannot_open : Fault::other;
    default: return Fault::other;
  }
}

[[noreturn]] void fail(sqlite3* handle, int code) {
  if (handle == nullptr) throw Error(fault_of(code, 0), sqlite3_errstr(code));
  const int extended = sqlite3_extended_errcode(handle);
  throw Error(fault_of(extended, sqlite3_system_errno(handle)),
              std::string(sqlite3_errmsg(handle)) + " (SQLite " + std::to_string(extended) + ")");
}

// Everything but letters, digits and a few signs, so that '?' or '%' in a path stay themselves.
std::string file_uri(const std::string& path, std::string_view parameters) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string uri = "file:";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
        c == '.' || c == '-' || c == '_') {
      uri += c;
    } else {
      uri += '%';
      uri += hex[byte >> 4];
      uri += hex[byte & 15];
    }
  }
  uri += parameters;
  return uri;
}

}  // namespace

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::bind(std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_, ++bound_, value);
  if (code != SQLITE_OK) fail(sqlite3_db_handle(statement_), code);
  return *this;
}

namespace {

void bind_text(sqlite3_stmt* statement, int parameter, std::string_view value,
               sqlite3_destructor_type lives) {
  // A null pointer would bind NULL.
  const char* data = value.data() == nullptr ? "" : value.data();
  const int code =
      sqlite3_bind_text64(statement, parameter, data, value.size(), lives, SQLITE_UTF8);
  if (code != SQLITE_OK) fail(sqlite3_db_handle(statement), code);
}

}  // namespace

Query& Query::bind(std::string_view value) {
  bind_text(statement_, ++bound_, value, SQLITE_TRANSIENT);
  return *this;
}

Query& Query::bind_borrowed(std::string_view value) {
  bind_text(statement_, ++bound_, value, SQLITE_STATIC);
  return *this;
}

Query& Query::bind(std::nullopt_t) {
  const int code = sqlite3_bind_null(statement_, ++bound_);
  if (code != SQLITE_OK) fail(sqlite3_db_handle(statement_), code);
  return *this;
}

bool Query::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(sqlite3_db_handle(statement_), code);
  return false;
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Query::text(int column) const {
  const unsigned char* data = sqlite3_column_text(statement_, column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close(handle); }
void Database::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Database::Database(const std::string& path, Access access, int patience_ms)
    : patience_(std::make_unique<Patience>()) {
  patience_->limit_ms = patience_ms;
  const auto process = static_cast<std::uint64_t>(getpid());
  patience_->random = (static_cast<std::uint64_t>(monotonic_ns()) ^ (process << 32)) | 1;
  int flags = SQLITE_OPEN_NOMUTEX;  // its user sees to it that one thread uses it at a time
  std::string name = path;
  switch (access) {
    case Access::read_write: flags |= SQLITE_OPEN_READWRITE; break;
    case Access::make: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE; break;
    case Access::read_only: flags |= SQLITE_OPEN_READONLY; break;
    case Access::only_this_file:
      flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
      name = file_uri(path, "?immutable=1");
      break;
    case Access::file_and_log:
      flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
      name = file_uri(path, "?vfs=unix-none");  // locks that nobody else sees
      break;
  }
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);  // made even when it failed
  if (code != SQLITE_OK) fail(handle, code);
  sqlite3_extended_result_codes(handle, 1);
  // Who only reads writes nothing at its end either.
  if ((flags & SQLITE_OPEN_READONLY) != 0)
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  // Rows of ours need more than the few small pieces of memory that SQLite keeps at hand by itself.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_LOOKASIDE, nullptr, 1200, 400);
  sqlite3_busy_handler(handle, &Database::wait_for_lock, patience_.get());
}

Database::~Database() = default;

int Database::wait_for_lock(void* argument, int count) {
  auto& patience = *static_cast<Patience*>(argument);
  const std::int64_t now = monotonic_ns();
  if (count == 0) patience.since_ns = now;
  if (now - patience.since_ns > std::int64_t{patience.limit_ms} * 1'000'000) return 0;
  patience.random ^= patience.random << 13;
  patience.random ^= patience.random >> 7;
  patience.random ^= patience.random << 17;
  // A commit with its fsync takes 0.1-5 ms. Who has waited long asks more often than who has just
  // come, else the unlucky would be passed over again and again.
  const std::uint64_t most_ns = std::uint64_t(std::max(1, 8 - count / 4)) * 1'000'000;
  const timespec pause{0, static_cast<long>(100'000 + patience.random % most_ns)};
  nanosleep(&pause, nullptr);
  return 1;
}

void Database::script(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(handle_.get(), code);
}

sqlite3_stmt* Database::statement(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    if (code != SQLITE_OK) fail(handle_.get(), code);
    found = statements_
                .emplace(std::string(sql), std::unique_ptr<sqlite3_stmt, Finalize>(made))
                .first;
  }
  if (sqlite3_stmt_busy(found->second.get()) != 0) {
    throw std::logic_error("the same statement is used twice at once: " + std::string(sql));
  }
  return found->second.get();
}

std::int64_t Database::integer(std::string_view sql, std::int64_t otherwise) {
  Query prepared(statement(sql));
  return prepared.next() ? prepared.integer(0) : otherwise;
}

std::vector<std::string> Database::prepared() const {
  std::vector<std::string> texts;
  for (const auto& [text, statement] : statements_) texts.push_back(text);
  return texts;
}

std::int64_t Database::changes() const { return sqlite3_changes64(handle_.get()); }
std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(handle_.get()); }
bool Database::read_only() const { return sqlite3_db_readonly(handle_.get(), "main") == 1; }
bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

void Database::leave_log_on_close(bool leave) {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, leave ? 1 : 0, nullptr);
}

void Database::become_copy_of(Database& other) {
  sqlite3_backup* backup =
      sqlite3_backup_init(handle_.get(), "main", other.handle_.get(), "main");
  if (backup == nullptr) fail(handle_.get(), sqlite3_errcode(handle_.get()));
  const int stepped = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (stepped != SQLITE_DONE && finished == SQLITE_OK) {
    throw Error(fault_of(stepped, 0), sqlite3_errstr(stepped));
  }
  if (finished != SQLITE_OK) throw Error(fault_of(finished, 0), sqlite3_errstr(finished));
}

Transaction::Transaction(Database& database, Kind kind) : database_(database) {
  database_.run(kind == Kind::writing ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  // A full disk or a lost file may have rolled back already.
  if (!open_ || !database_.in_transaction()) return;
  try {
    database_.run("ROLLBACK");
  } catch (const std::exception&) {
    // The connection is broken; what it had not committed is gone with it all the same.
  }
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace berth::sqlite
