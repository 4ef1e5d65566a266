// Deployments and the decisions about them.
#include <set>

#include "ledger/rows.hpp"
#include "ledger/sqlite_transaction.hpp"

namespace berth {
namespace {

const std::string& select_deployment() {
  static const std::string sql =
      "SELECT " + column_list<DeploymentRecord>() + " FROM deployment ";
  return sql;
}

std::optional<DeploymentRecord> first_of(sqlite::Query row) {
  if (!row.next()) return std::nullopt;
  return record_of<DeploymentRecord>(row);
}

std::vector<DeploymentRecord> all_of(sqlite::Query& row) {
  std::vector<DeploymentRecord> found;
  while (row.next()) found.push_back(record_of<DeploymentRecord>(row));
  return found;
}

/// Of a column that repeats itself much: one step in an index for each value.
void add_values(sqlite::Database& database, const char* first, const char* next,
                std::string_view prefix, std::size_t limit, std::set<std::string>& found) {
  std::string last(prefix);
  for (std::size_t i = 0; i < limit; ++i) {
    sqlite::Query row = database.query(i == 0 ? first : next, last);
    if (!row.next()) return;
    last = row.text(0);
    if (!last.starts_with(prefix)) return;
    found.insert(last);
  }
}

}  // namespace

std::vector<std::string> SqliteTransaction::names(Named of, std::string_view prefix,
                                                  int limit) const {
  const std::string end = std::string(prefix) + "\xf4\x8f\xbf\xbf";  // the last character there is
  std::vector<std::string> found;
  const auto all_of_them = [&](sqlite::Query row) {
    while (row.next()) found.push_back(row.text(0));
  };
  std::set<std::string> values;
  switch (of) {
    case Named::deployment:
      if (prefix.empty())
        all_of_them(database_.query(
            "SELECT id FROM deployment ORDER BY created_unix_ms DESC, seq DESC LIMIT ?", limit));
      else
        all_of_them(database_.query(
            "SELECT id FROM deployment WHERE id >= ? AND id < ? ORDER BY id LIMIT ?", prefix, end,
            limit));
      break;
    case Named::server:
      all_of_them(database_.query(
          "SELECT name FROM server WHERE status <> 'gone' AND name >= ? AND name < ?"
          " ORDER BY name LIMIT ?",
          prefix, end, limit));
      break;
    case Named::project:
      all_of_them(database_.query(
          "SELECT id FROM project WHERE id >= ? AND id < ? ORDER BY id LIMIT ?", prefix, end,
          limit));
      break;
    case Named::organization:
      for (const auto& [first, next] :
           {std::pair("SELECT organization FROM server WHERE organization >= ?"
                      " ORDER BY organization LIMIT 1",
                      "SELECT organization FROM server WHERE organization > ?"
                      " ORDER BY organization LIMIT 1"),
            std::pair("SELECT organization FROM deployment WHERE organization >= ?"
                      " ORDER BY organization LIMIT 1",
                      "SELECT organization FROM deployment WHERE organization > ?"
                      " ORDER BY organization LIMIT 1")})
        add_values(database_, first, next, prefix, static_cast<std::size_t>(limit), values);
      break;
    case Named::application:
      add_values(database_,
                 "SELECT application FROM deployment WHERE application >= ?"
                 " ORDER BY application LIMIT 1",
                 "SELECT application FROM deployment WHERE application > ?"
                 " ORDER BY application LIMIT 1",
                 prefix, static_cast<std::size_t>(limit), values);
      break;
  }
  found.insert(found.end(), values.begin(), values.end());
  return found;
}

std::string SqliteTransaction::installation_id() const {
  sqlite::Query row = database_.query("SELECT id FROM installation");
  return row.next() ? row.text(0) : "";
}

std::optional<DeploymentRecord> SqliteTransaction::deployment(std::string_view id) const {
  static const std::string sql = select_deployment() + "WHERE id = ?";
  return first_of(database_.query(sql, id));
}

std::optional<DeploymentRecord> SqliteTransaction::deployment_by_key(
    std::string_view organization, std::string_view idempotency_key) const {
  static const std::string sql =
      select_deployment() +
      "WHERE organization = ? AND idempotency_key = ? AND idempotency_key <> ''";
  return first_of(database_.query(sql, organization, idempotency_key));
}

std::optional<DeploymentRecord> SqliteTransaction::first_deployment(
    std::string_view organization, std::string_view application) const {
  static const std::string sql =
      select_deployment() +
      "WHERE application = ? AND organization = ? ORDER BY created_unix_ms, rowid LIMIT 1";
  return first_of(database_.query(sql, application, organization));
}

std::vector<DeploymentRecord> SqliteTransaction::deployments(
    const DeploymentFilter& filter) const {
  std::string sql = select_deployment();
  const char* joint = "WHERE ";
  const auto where = [&](const std::string& condition) {
    sql += joint + condition;
    joint = " AND ";
  };
  if (!filter.organization.empty()) where("organization = ?");
  if (!filter.application.empty()) where("application = ?");
  if (!filter.statuses.empty()) {
    std::string marks = "?";
    for (std::size_t i = 1; i < filter.statuses.size(); ++i) marks += ", ?";
    where("status IN (" + marks + ")");
  }
  sql += " ORDER BY created_unix_ms DESC, seq DESC LIMIT ?";
  sqlite::Query row = database_.query(sql);
  if (!filter.organization.empty()) row.bind(filter.organization);
  if (!filter.application.empty()) row.bind(filter.application);
  for (const DeploymentStatus status : filter.statuses) row.bind(to_word(status));
  row.bind(filter.limit);
  return all_of(row);
}

std::vector<DeploymentRecord> SqliteTransaction::waiting_for(std::string_view attempt_id) const {
  static const std::string sql =
      select_deployment() +
      "WHERE attempt_id = ? AND attempt_id <> '' ORDER BY seq";
  sqlite::Query row = database_.query(sql, attempt_id);
  std::vector<DeploymentRecord> found = all_of(row);
  // In SQL, SQLite would make a table of the statuses for each call, dearer than the rows.
  std::erase_if(found, [](const DeploymentRecord& one) { return is_final(one.status); });
  return found;
}

std::string SqliteTransaction::decision_json(std::string_view deployment_id) const {
  sqlite::Query row = database_.query(
      "SELECT json FROM decision WHERE deployment_id = ? ORDER BY seq DESC LIMIT 1",
      deployment_id);
  return row.next() ? row.text(0) : "";
}

void SqliteTransaction::save(const DeploymentRecord& deployment) {
  static const std::string sql = insert_sql<DeploymentRecord>("deployment", true);
  write_record(database_, sql, deployment);
}

void SqliteTransaction::add_decision(std::string_view deployment_id, std::int64_t at_unix_ms,
                                     std::string_view json) {
  database_.run("INSERT INTO decision (deployment_id, at_unix_ms, json) VALUES (?, ?, ?)",
                deployment_id, at_unix_ms, json);
}

}  // namespace berth
