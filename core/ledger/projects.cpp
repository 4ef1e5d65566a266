// Projects and their stacks.
#include "ledger/rows.hpp"
#include "ledger/sqlite_transaction.hpp"

namespace berth {
namespace {

std::string select(std::string_view from) {
  return "SELECT " + column_list<ProjectRecord>() + " FROM project " + std::string(from);
}

}  // namespace

std::vector<ProjectRecord> SqliteTransaction::projects(std::string_view organization) const {
  static const std::string sql = select("WHERE organization = ?1 OR ?1 = '' ORDER BY id");
  sqlite::Query row = database_.query(sql, organization);
  std::vector<ProjectRecord> found;
  while (row.next()) found.push_back(record_of<ProjectRecord>(row));
  return found;
}

std::optional<ProjectRecord> SqliteTransaction::project(std::string_view id) const {
  static const std::string sql = select("WHERE id = ?");
  sqlite::Query row = database_.query(sql, id);
  if (!row.next()) return std::nullopt;
  return record_of<ProjectRecord>(row);
}

void SqliteTransaction::save(const ProjectRecord& project) {
  static const std::string sql = insert_sql<ProjectRecord>("project", true);
  ProjectRecord changed = project;
  const auto known = this->project(project.id);
  changed.revision = known ? known->revision + 1 : 1;
  sqlite::Query row = database_.query(sql);
  columns(ColumnWriter(row), changed);
  row.next();
}

void SqliteTransaction::remove_project(std::string_view id) {
  sqlite::Query row = database_.query("DELETE FROM project WHERE id = ?", id);
  row.next();
}

}  // namespace berth
