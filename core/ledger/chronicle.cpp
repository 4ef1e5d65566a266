// What is only ever added: events with their deliveries, and the audit.
#include "ledger/rows.hpp"
#include "ledger/sqlite_transaction.hpp"

namespace berth {
namespace {

template <class Record>
Record with_seq(const sqlite::Query& row) {
  Record record = record_of<Record>(row, 1);
  record.seq = row.integer(0);
  return record;
}

template <class Record>
std::vector<Record> all_of(sqlite::Query& row) {
  std::vector<Record> found;
  while (row.next()) found.push_back(with_seq<Record>(row));
  return found;
}

template <class Record>
std::string select(std::string_view from) {
  return "SELECT seq, " + column_list<Record>() + " FROM " + std::string(from);
}

}  // namespace

std::vector<EventRecord> SqliteTransaction::events(std::string_view deployment_id,
                                                   std::int64_t after_seq, int limit) const {
  static const std::string of_all =
      select<EventRecord>("event WHERE seq > ? ORDER BY seq LIMIT ?");
  static const std::string of_one =
      select<EventRecord>("event WHERE deployment_id = ? AND seq > ? ORDER BY seq LIMIT ?");
  sqlite::Query row = deployment_id.empty()
                          ? database_.query(of_all, after_seq, limit)
                          : database_.query(of_one, deployment_id, after_seq, limit);
  return all_of<EventRecord>(row);
}

std::optional<DeliveryRecord> SqliteTransaction::next_delivery(
    std::string_view notifier, std::string_view deployment_id) const {
  sqlite::Query row = database_.query(
      "SELECT event_seq, tries, last_error FROM delivery WHERE deployment_id = ? AND notifier = ?"
      " AND state = 'waiting' ORDER BY event_seq LIMIT 1",
      deployment_id, notifier);
  if (!row.next()) return std::nullopt;
  return DeliveryRecord{std::string(notifier), row.integer(0), std::string(deployment_id),
                        static_cast<int>(row.integer(1)), row.text(2)};
}

std::optional<EventRecord> SqliteTransaction::event(std::int64_t seq) const {
  static const std::string sql = select<EventRecord>("event WHERE seq = ?");
  sqlite::Query row = database_.query(sql, seq);
  if (!row.next()) return std::nullopt;
  return with_seq<EventRecord>(row);
}

int SqliteTransaction::undelivered(std::string_view deployment_id) const {
  sqlite::Query row =
      deployment_id.empty()
          ? database_.query("SELECT count(*) FROM delivery WHERE state = 'waiting'")
          : database_.query(
                "SELECT count(*) FROM delivery WHERE deployment_id = ? AND state = 'waiting'",
                deployment_id);
  return row.next() ? static_cast<int>(row.integer(0)) : 0;
}

std::int64_t SqliteTransaction::newest_event() const {
  sqlite::Query row = database_.query("SELECT coalesce(max(seq), 0) FROM event");
  return row.next() ? row.integer(0) : 0;
}

std::int64_t SqliteTransaction::append(const EventRecord& event,
                                       const std::vector<std::string>& notifiers) {
  static const std::string sql = insert_sql<EventRecord>("event", false);
  {
    sqlite::Query row = database_.query(sql);
    columns(ColumnWriter(row), event);
    row.next();
  }
  const std::int64_t seq = database_.last_row();
  for (const std::string& notifier : notifiers) {
    database_.run(
        "INSERT INTO delivery (notifier, event_seq, deployment_id, state, tries, last_error)"
        " VALUES (?, ?, ?, 'waiting', 0, '')",
        notifier, seq, event.deployment_id);
  }
  return seq;
}

void SqliteTransaction::delivered(std::string_view notifier, std::int64_t event_seq) {
  database_.run(
      "UPDATE delivery SET state = 'delivered', tries = tries + 1"
      " WHERE notifier = ? AND event_seq = ? AND state = 'waiting'",
      notifier, event_seq);
}

void SqliteTransaction::delivery_failed(std::string_view notifier, std::int64_t event_seq,
                                        std::string_view error, bool give_up) {
  database_.run(
      "UPDATE delivery SET state = ?, tries = tries + 1, last_error = ?"
      " WHERE notifier = ? AND event_seq = ? AND state = 'waiting'",
      give_up ? "given_up" : "waiting", error, notifier, event_seq);
}

std::optional<AuditRecord> SqliteTransaction::audit_record(std::string_view id) const {
  static const std::string sql =
      select<AuditRecord>("audit_entry WHERE record_id = ? ORDER BY seq DESC LIMIT 1");
  sqlite::Query row = database_.query(sql, id);
  if (!row.next()) return std::nullopt;
  return with_seq<AuditRecord>(row);
}

std::vector<AuditRecord> SqliteTransaction::audit_records(const AuditFilter& filter) const {
  std::string sql = select<AuditRecord>("audit_record");
  const char* joint = " WHERE ";
  const auto where = [&](std::string_view column, const std::string& wanted) {
    if (wanted.empty()) return;
    sql += joint + std::string(column) + " = ?";
    joint = " AND ";
  };
  where("organization", filter.organization);
  where("application", filter.application);
  where("deployment_id", filter.deployment_id);
  where("status", filter.status);
  sql += " ORDER BY at_unix_ms DESC, seq DESC LIMIT ?";
  sqlite::Query row = database_.query(sql);
  for (const std::string* wanted :
       {&filter.organization, &filter.application, &filter.deployment_id, &filter.status}) {
    if (!wanted->empty()) row.bind(*wanted);
  }
  row.bind(filter.limit);
  return all_of<AuditRecord>(row);
}

std::vector<AuditRecord> SqliteTransaction::audit_history(std::string_view id) const {
  static const std::string sql =
      select<AuditRecord>("audit_entry WHERE record_id = ? ORDER BY seq");
  sqlite::Query row = database_.query(sql, id);
  return all_of<AuditRecord>(row);
}

void SqliteTransaction::append(const AuditRecord& audit) {
  static const std::string sql = insert_sql<AuditRecord>("audit_entry", false);
  sqlite::Query row = database_.query(sql);
  columns(ColumnWriter(row), audit);
  row.next();
}

}  // namespace berth
