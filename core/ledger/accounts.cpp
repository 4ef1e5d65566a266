// Accounts that were added at run time, and by which config each process works.
#include "ledger/rows.hpp"
#include "ledger/sqlite_transaction.hpp"

namespace berth {
namespace {

std::string select(std::string_view from) {
  return "SELECT " + column_list<AccountRecord>() + " FROM account " + std::string(from);
}

}  // namespace

std::int64_t SqliteTransaction::accounts_revision() const {
  return database_.integer("SELECT coalesce(max(revision), 0) FROM account");
}

std::vector<AccountRecord> SqliteTransaction::accounts() const {
  static const std::string sql = select("WHERE status <> 'removed' ORDER BY id");
  sqlite::Query row = database_.query(sql);
  std::vector<AccountRecord> found;
  while (row.next()) found.push_back(record_of<AccountRecord>(row));
  return found;
}

std::optional<AccountRecord> SqliteTransaction::account(std::string_view id) const {
  static const std::string sql = select("WHERE id = ?");
  sqlite::Query row = database_.query(sql, id);
  if (!row.next()) return std::nullopt;
  return record_of<AccountRecord>(row);
}

void SqliteTransaction::save(const AccountRecord& account) {
  static const std::string sql = insert_sql<AccountRecord>("account", true);
  AccountRecord changed = account;
  changed.revision = accounts_revision() + 1;
  sqlite::Query row = database_.query(sql);
  columns(ColumnWriter(row), changed);
  row.next();
}

std::vector<ProcessConfig> SqliteTransaction::process_configs() const {
  sqlite::Query row = database_.query("SELECT owner, config, file FROM process_config");
  std::vector<ProcessConfig> found;
  while (row.next()) found.push_back({row.text(0), row.text(1), row.text(2)});
  return found;
}

void SqliteTransaction::save(const ProcessConfig& process) {
  sqlite::Query row = database_.query(
      "INSERT OR REPLACE INTO process_config (owner, config, file) VALUES (?, ?, ?)", process.owner,
      process.config, process.file);
  row.next();
}

void SqliteTransaction::remove_process_config(std::string_view owner) {
  sqlite::Query row = database_.query("DELETE FROM process_config WHERE owner = ?", owner);
  row.next();
}

}  // namespace berth
