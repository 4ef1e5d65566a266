// Attempts, servers and the room held on them.
#include <utility>

#include "ledger/rows.hpp"
#include "ledger/sqlite_transaction.hpp"

namespace berth {
namespace {

std::string select_attempt(std::string_view rest) {
  return "SELECT " + column_list<AttemptRecord>() + " FROM attempt " + std::string(rest);
}

std::string select_hold(std::string_view rest) {
  return "SELECT " + column_list<HoldRecord>() + " FROM hold " + std::string(rest);
}

// The used room comes after the stored columns: what is held and what else was reported. While a
// redeployment replaces what runs, an application has two holds on one server; it never needs both
// at once, so per dimension the larger one counts. One search per dimension in an index that covers
// it; a join would sum the holds of the whole fleet.
std::string select_server(std::string_view rest) {
  const auto used = [](const std::string& dimension) {
    return ", other_" + dimension + " + coalesce((SELECT sum(of_application) FROM (SELECT max(" +
           dimension +
           ") AS of_application FROM hold WHERE server_id = server.id GROUP BY application)), 0)";
  };
  return "SELECT " + column_list<Server>() + used("millicores") + used("memory_mib") +
         used("disk_mib") + " FROM server " + std::string(rest);
}

template <class Record>
std::vector<Record> all_of(sqlite::Query row) {
  std::vector<Record> found;
  while (row.next()) found.push_back(record_of<Record>(row));
  return found;
}

template <class Record>
std::optional<Record> first_of(sqlite::Query row) {
  if (!row.next()) return std::nullopt;
  return record_of<Record>(row);
}

std::vector<Server> servers_of(sqlite::Query row) {
  std::vector<Server> found;
  while (row.next()) {
    Server server;
    ColumnReader reader(row);
    columns(reader, server);
    reader("", server.used);
    found.push_back(std::move(server));
  }
  return found;
}

}  // namespace

std::optional<AttemptRecord> SqliteTransaction::attempt(std::string_view id) const {
  static const std::string sql = select_attempt("WHERE id = ?");
  return first_of<AttemptRecord>(database_.query(sql, id));
}

std::vector<AttemptRecord> SqliteTransaction::live_attempts(std::string_view account) const {
  static const std::string of_account =
      select_attempt("WHERE account = ? AND status <> 'gone' ORDER BY seq");
  static const std::string of_all =
      select_attempt("INDEXED BY attempt_live WHERE status <> 'gone' ORDER BY seq");
  return all_of<AttemptRecord>(account.empty() ? database_.query(of_all)
                                               : database_.query(of_account, account));
}

std::vector<AttemptRecord> SqliteTransaction::unsettled_attempts(std::string_view account) const {
  static const std::string sql = select_attempt(
      "WHERE account = ? AND status IN ('booting', 'destroying') ORDER BY seq");
  return all_of<AttemptRecord>(database_.query(sql, account));
}

std::vector<AttemptRecord> SqliteTransaction::attempts_of(std::string_view deployment_id) const {
  static const std::string sql = select_attempt("WHERE deployment_id = ? ORDER BY seq");
  return all_of<AttemptRecord>(database_.query(sql, deployment_id));
}

std::vector<Server> SqliteTransaction::servers(std::string_view organization,
                                               bool also_gone) const {
  static const std::string any = select_server("WHERE organization = ? ORDER BY seq");
  static const std::string all_live =
      select_server("INDEXED BY server_live WHERE status <> 'gone' ORDER BY seq");
  static const std::string all = select_server("ORDER BY seq");
  if (organization.empty()) return servers_of(database_.query(also_gone ? all : all_live));
  return also_gone ? servers_of(database_.query(any, organization))
                   : live_fleet(organization).servers;
}

const std::vector<Server>& SqliteTransaction::fleet(std::string_view organization) const {
  return live_fleet(organization).servers;
}

SqliteTransaction::Fleet& SqliteTransaction::live_fleet(std::string_view organization) const {
  static const std::string live =
      select_server("WHERE organization = ? AND status <> 'gone' ORDER BY seq");
  const auto [known, is_new] = fleets_.try_emplace(std::string(organization));
  Fleet& fleet = known->second;
  if (!is_new && bring_up_to_date(fleet, organization)) return fleet;
  fleet = {};
  fleet.servers = servers_of(database_.query(live, organization));
  for (std::size_t i = 0; i < fleet.servers.size(); ++i) fleet.place[fleet.servers[i].id] = i;
  return fleet;
}

// False: the fleet has to be read anew, since somebody left it, or several came.
bool SqliteTransaction::bring_up_to_date(Fleet& fleet, std::string_view organization) const {
  static const std::string by_id = select_server("WHERE id = ?");
  int joined = 0;
  for (const std::string& id : std::exchange(fleet.changed, {})) {
    std::vector<Server> now = servers_of(database_.query(by_id, id));
    const auto known = fleet.place.find(id);
    const bool member = !now.empty() && now.front().organization == organization &&
                        now.front().status != ServerStatus::gone;
    if (known == fleet.place.end()) {
      if (!member) continue;
      // A new one has the highest seq; of several, only the table knows the order. One that came
      // back from the dead would have an old seq, and none comes back.
      if (++joined > 1) return false;
      fleet.place[id] = fleet.servers.size();
      fleet.servers.push_back(std::move(now.front()));
    } else if (member) {
      fleet.servers[known->second] = std::move(now.front());
    } else {
      return false;
    }
  }
  return true;
}

void SqliteTransaction::server_changes(std::string_view id) {
  for (auto& [organization, fleet] : fleets_) fleet.changed.emplace(id);
}

void SqliteTransaction::hold_changes(std::string_view id) {
  if (fleets_.empty()) return;
  sqlite::Query row = database_.query("SELECT server_id FROM hold WHERE id = ?", id);
  if (row.next()) server_changes(row.text(0));
}

std::optional<Server> SqliteTransaction::server(std::string_view id_or_name) const {
  static const std::string by_id = select_server("WHERE id = ?");
  static const std::string by_name =
      select_server("WHERE name = ? AND status <> 'gone' ORDER BY seq LIMIT 2");
  std::vector<Server> found = servers_of(database_.query(by_id, id_or_name));
  if (found.empty()) found = servers_of(database_.query(by_name, id_or_name));
  if (found.size() != 1) return std::nullopt;
  return std::move(found.front());
}

std::vector<HoldRecord> SqliteTransaction::holds_on(std::string_view server_id) const {
  static const std::string sql = select_hold("WHERE server_id = ? ORDER BY seq");
  return all_of<HoldRecord>(database_.query(sql, server_id));
}

std::vector<HoldRecord> SqliteTransaction::holds_of(std::string_view organization,
                                                    std::string_view application) const {
  static const std::string sql =
      select_hold("WHERE organization = ? AND application = ? ORDER BY seq");
  return all_of<HoldRecord>(database_.query(sql, organization, application));
}

std::vector<HoldRecord> SqliteTransaction::holds_of_deployment(
    std::string_view deployment_id) const {
  static const std::string sql = select_hold("WHERE deployment_id = ? ORDER BY seq");
  return all_of<HoldRecord>(database_.query(sql, deployment_id));
}

std::optional<HoldRecord> SqliteTransaction::hold(std::string_view id) const {
  static const std::string sql = select_hold("WHERE id = ?");
  return first_of<HoldRecord>(database_.query(sql, id));
}

int SqliteTransaction::servers_counted(std::string_view organization) const {
  Fleet& fleet = live_fleet(organization);
  if (!fleet.homeless) {
    fleet.homeless.emplace();
    sqlite::Query row = database_.query(
        "SELECT id, server_id FROM attempt WHERE organization = ? AND status <> 'gone'",
        organization);
    while (row.next()) fleet.homeless->emplace(row.text(0), row.text(1));
  }
  // Nobody leaves the fleet without its being read anew, so who is in it need not be asked again.
  std::erase_if(*fleet.homeless,
                [&](const auto& attempt) { return fleet.place.count(attempt.second) != 0; });
  int counted = 0;
  for (const Server& server : fleet.servers) counted += server.auto_provisioned ? 1 : 0;
  // An attempt whose server is not (or no longer) in the fleet may still cost money: it counts too.
  return counted + static_cast<int>(fleet.homeless->size());
}

void SqliteTransaction::save(const AttemptRecord& attempt) {
  static const std::string sql = insert_sql<AttemptRecord>("attempt", true);
  write_record(database_, sql, attempt);
  const auto fleet = fleets_.find(attempt.organization);
  if (fleet == fleets_.end() || !fleet->second.homeless) return;
  if (attempt.status == AttemptStatus::gone)
    fleet->second.homeless->erase(attempt.id);
  else
    (*fleet->second.homeless)[attempt.id] = attempt.server_id;
}

void SqliteTransaction::save(const Server& server) {
  static const std::string sql = insert_sql<Server>("server", true);
  server_changes(server.id);
  write_record(database_, sql, server);
}

void SqliteTransaction::save(const HoldRecord& hold) {
  static const std::string sql = insert_sql<HoldRecord>("hold", true);
  hold_changes(hold.id);  // it may move
  server_changes(hold.server_id);
  write_record(database_, sql, hold);
}

void SqliteTransaction::remove_hold(std::string_view id) {
  hold_changes(id);
  database_.run("DELETE FROM hold WHERE id = ?", id);
}

void SqliteTransaction::save_report(std::string_view server_id, const Room& other_use,
                                    std::optional<int> network_percent,
                                    std::optional<int> load_percent, std::int64_t at_unix_ms) {
  server_changes(server_id);
  sqlite::Query row = database_.query(
      "UPDATE server SET network_percent = coalesce(?, network_percent),"
      " load_percent = coalesce(?, load_percent), other_millicores = ?, other_memory_mib = ?,"
      " other_disk_mib = ?, reported_unix_ms = ? WHERE id = ?");
  ColumnWriter write(row);
  write("", network_percent);
  write("", load_percent);
  write("", other_use);
  row.bind(at_unix_ms).bind(server_id);
  row.next();
}

}  // namespace berth
