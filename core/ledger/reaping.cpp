// What nobody owns, and what is on its way out: strays, passes, drains, idle servers.
#include "ledger/rows.hpp"
#include "ledger/sqlite_transaction.hpp"

namespace berth {
namespace {

template <class Record>
std::string select(std::string_view from) {
  return "SELECT " + column_list<Record>() + " FROM " + std::string(from);
}

std::vector<std::string> texts_of(sqlite::Query row) {
  std::vector<std::string> texts;
  while (row.next()) texts.push_back(row.text(0));
  return texts;
}

}  // namespace

std::vector<StrayRecord> SqliteTransaction::strays(std::string_view account) const {
  static const std::string sql =
      select<StrayRecord>("stray WHERE ? IN ('', account) ORDER BY first_seen_unix_ms, id");
  sqlite::Query row = database_.query(sql, account);
  std::vector<StrayRecord> found;
  while (row.next()) found.push_back(record_of<StrayRecord>(row));
  return found;
}

std::optional<StrayRecord> SqliteTransaction::stray_of(std::string_view reaper_id) const {
  static const std::string sql =
      select<StrayRecord>("stray WHERE reaper_id = ? AND reaper_id <> ''");
  sqlite::Query row = database_.query(sql, reaper_id);
  if (!row.next()) return std::nullopt;
  return record_of<StrayRecord>(row);
}

ReapPassRecord SqliteTransaction::reap_pass(std::string_view account) const {
  static const std::string sql = select<ReapPassRecord>("reap_pass WHERE id = ?");
  sqlite::Query row = database_.query(sql, account);
  return row.next() ? record_of<ReapPassRecord>(row) : ReapPassRecord{};
}

std::optional<ClockMark> SqliteTransaction::clock_mark() const {
  sqlite::Query row =
      database_.query("SELECT unix_ms, boot_ms, boot_id, paused FROM clock_mark WHERE one = 1");
  if (!row.next()) return std::nullopt;
  return ClockMark{{row.integer(0), row.integer(1), row.text(2)}, row.text(3)};
}

Identity SqliteTransaction::identity() const {
  sqlite::Query row = database_.query(
      "SELECT name, folder, generation, paused, told FROM identity WHERE one = 1");
  if (!row.next()) return {};
  return {row.text(0), row.text(1), row.integer(2), row.text(3), row.integer(4) != 0};
}

std::optional<DrainRecord> SqliteTransaction::drain(std::string_view server_id) const {
  static const std::string sql = select<DrainRecord>("drain WHERE id = ?");
  sqlite::Query row = database_.query(sql, server_id);
  if (!row.next()) return std::nullopt;
  return record_of<DrainRecord>(row);
}

std::optional<Moment> SqliteTransaction::idle_since(std::string_view server_id) const {
  sqlite::Query row = database_.query(
      "SELECT since_unix_ms, since_boot_ms, since_boot_id FROM idle WHERE server_id = ?",
      server_id);
  if (!row.next()) return std::nullopt;
  return Moment{row.integer(0), row.integer(1), row.text(2)};
}

std::vector<std::string> SqliteTransaction::organizations_in_use() const {
  return texts_of(database_.query(
      "SELECT DISTINCT organization FROM server INDEXED BY server_live WHERE status <> 'gone' "
      "ORDER BY organization"));
}

std::vector<std::string> SqliteTransaction::accounts_in_use() const {
  return texts_of(database_.query(
      "SELECT DISTINCT account FROM attempt INDEXED BY attempt_live WHERE status <> 'gone' "
      "ORDER BY account"));
}

std::string SqliteTransaction::told(std::string_view subject) const {
  sqlite::Query row = database_.query("SELECT what FROM told WHERE subject = ?", subject);
  return row.next() ? row.text(0) : std::string();
}

std::vector<std::string> SqliteTransaction::told_subjects() const {
  return texts_of(database_.query("SELECT subject FROM told ORDER BY subject"));
}

void SqliteTransaction::save_told(std::string_view subject, std::string_view what) {
  if (what.empty())
    database_.run("DELETE FROM told WHERE subject = ?", subject);
  else
    database_.run("INSERT OR REPLACE INTO told VALUES (?, ?)", subject, what);
}

int SqliteTransaction::uses(std::string_view server_id) const {
  sqlite::Query row = database_.query(
      "SELECT count(*) FROM deployment WHERE server_id = ? AND server_id <> ''", server_id);
  return row.next() ? static_cast<int>(row.integer(0)) : 0;
}

std::vector<std::string> SqliteTransaction::regions_asked(std::string_view account) const {
  sqlite::Query row =
      database_.query("SELECT region FROM asked_at WHERE account = ? AND region <> ''", account);
  std::vector<std::string> regions;
  while (row.next()) regions.push_back(row.text(0));
  return regions;
}

void SqliteTransaction::save(const StrayRecord& stray) {
  static const std::string sql = insert_sql<StrayRecord>("stray", true);
  write_record(database_, sql, stray);
}

void SqliteTransaction::remove_stray(std::string_view id) {
  database_.run("DELETE FROM stray WHERE id = ?", id);
}

void SqliteTransaction::save(const ReapPassRecord& pass) {
  static const std::string sql = insert_sql<ReapPassRecord>("reap_pass", true);
  write_record(database_, sql, pass);
}

void SqliteTransaction::save(const ClockMark& mark) {
  database_.run(
      "INSERT OR REPLACE INTO clock_mark (one, unix_ms, boot_ms, boot_id, paused)"
      " VALUES (1, ?, ?, ?, ?)",
      mark.last.unix_ms, mark.last.boot_ms, mark.last.boot_id, mark.paused);
}

void SqliteTransaction::save(const Identity& identity) {
  database_.run("UPDATE identity SET name = ?, paused = ?, told = ? WHERE one = 1", identity.name,
                identity.paused, identity.told);
}

void SqliteTransaction::save(const DrainRecord& drain) {
  static const std::string sql = insert_sql<DrainRecord>("drain", true);
  write_record(database_, sql, drain);
}

void SqliteTransaction::remove_drain(std::string_view server_id) {
  database_.run("DELETE FROM drain WHERE id = ?", server_id);
}

void SqliteTransaction::mark_idle(std::string_view server_id, const Moment& since) {
  database_.run("INSERT OR REPLACE INTO idle VALUES (?, ?, ?, ?)", server_id, since.unix_ms,
                since.boot_ms, since.boot_id);
}

}  // namespace berth
