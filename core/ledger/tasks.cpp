// Work that is due: who may take it, and when.
#include <algorithm>

#include "ledger/rows.hpp"
#include "ledger/sqlite_transaction.hpp"

namespace berth {
namespace {

// The tasks of a scope that nobody has claimed. Parameters: ?1 the deployment.
constexpr std::string_view tasks_of_scope = R"sql(
WITH mine (id) AS (
  SELECT id FROM attempt WHERE deployment_id = ?1
  UNION SELECT attempt_id FROM deployment WHERE id = ?1 AND attempt_id <> ''),
looked_at (account) AS (
  SELECT DISTINCT account FROM mine CROSS JOIN attempt USING (id) WHERE status <> 'gone'),
candidate AS (
  SELECT * FROM task WHERE kind = 'deployment' AND subject = ?1 AND owner = ''
  UNION ALL
  SELECT task.* FROM mine CROSS JOIN task ON kind = 'attempt' AND subject = mine.id AND owner = ''
  UNION ALL
  SELECT task.* FROM looked_at CROSS JOIN task
    ON kind = 'look' AND subject = looked_at.account AND owner = ''
  UNION ALL
  SELECT task.* FROM deployment AS own CROSS JOIN hold
    ON hold.organization = own.organization AND hold.application = own.application
    CROSS JOIN task ON kind = 'expiry' AND subject = hold.id AND owner = ''
    WHERE own.id = ?1 AND releasing <> ''
  UNION ALL
  SELECT * FROM task WHERE deployment_id = ?1 AND deployment_id <> '' AND kind = 'delivery'
    AND owner = '')
)sql";

// The same for reaping. ?1: the account, "" for all.
constexpr std::string_view tasks_of_reaping = R"sql(
WITH candidate AS (
  SELECT * FROM task WHERE kind = 'reap' AND subject = ?1 AND owner = ''
  UNION ALL
  SELECT * FROM task WHERE kind = 'look' AND subject = ?1 AND owner = ''
  UNION ALL
  SELECT * FROM task WHERE kind IN ('reap', 'look', 'scale_down') AND ?1 = '' AND owner = ''
  UNION ALL
  SELECT task.* FROM attempt INDEXED BY attempt_live
    CROSS JOIN task ON kind = 'attempt' AND subject = attempt.id AND owner = ''
    WHERE status <> 'gone' AND status = 'destroying' AND (?1 = '' OR account = ?1)
  UNION ALL
  SELECT * FROM task WHERE kind = 'delivery' AND deployment_id = '' AND owner = '')
)sql";

// ?2 boot id now, ?3 boot ms now, ?4 Unix ms now.
constexpr std::string_view left_ms =
    "(CASE WHEN due_boot_id = ?2 THEN due_boot_ms - ?3 ELSE due_unix_ms - ?4 END)";

std::string claimable_of(std::string_view candidates) {
  return std::string(candidates) +
         "SELECT kind, subject, due_unix_ms, due_boot_ms, due_boot_id, lapsed FROM candidate "
         "WHERE " + std::string(left_ms) + " <= 0 ORDER BY " + std::string(left_ms) + " LIMIT ?5";
}

std::string next_of(std::string_view candidates) {
  return std::string(candidates) + "SELECT min(" + std::string(left_ms) + ") FROM candidate";
}

// Three ranges of one index: this boot by its own clock, the boots before and after it in the
// alphabet by wall time. ?1 is not used, so that both scopes bind alike.
std::string claimable_of_all() {
  constexpr std::string_view chosen =
      "SELECT kind, subject, due_unix_ms, due_boot_ms, due_boot_id, lapsed, ";
  const std::string other = "SELECT * FROM (" + std::string(chosen) +
                            "due_unix_ms - ?4 AS left_ms FROM task INDEXED BY task_due "
                            "WHERE owner = '' AND due_unix_ms <= ?4 AND due_boot_id ";
  return "SELECT kind, subject, due_unix_ms, due_boot_ms, due_boot_id, lapsed FROM ("
         "SELECT * FROM (" + std::string(chosen) +
         "due_boot_ms - ?3 AS left_ms FROM task INDEXED BY task_due "
         "WHERE owner = '' AND due_boot_id = ?2 AND due_boot_ms <= ?3 "
         "ORDER BY due_boot_ms LIMIT ?5) UNION ALL " +
         other + "< ?2 ORDER BY due_unix_ms LIMIT ?5) UNION ALL " +
         other + "> ?2 ORDER BY due_unix_ms LIMIT ?5)"
         ") WHERE ?1 = '' ORDER BY left_ms LIMIT ?5";
}

std::string next_of_all() {
  const std::string other =
      "SELECT min(due_unix_ms) - ?4 FROM task INDEXED BY task_due "
      "WHERE owner = '' AND due_boot_id ";
  return "SELECT min(left_ms) FROM ("
         "SELECT min(due_boot_ms) - ?3 AS left_ms FROM task INDEXED BY task_due "
         "WHERE owner = '' AND due_boot_id = ?2 UNION ALL " +
         other + "< ?2 UNION ALL " + other + "> ?2) WHERE ?1 = ''";
}

const std::string& chosen_by(const Scope& scope, const std::string& of_all,
                             const std::string& of_deployment, const std::string& of_reaping) {
  if (scope.reaping) return of_reaping;
  return scope.deployment_id.empty() ? of_all : of_deployment;
}

const std::string& whose(const Scope& scope) {
  return scope.reaping ? scope.account : scope.deployment_id;
}

TaskKind kind_in(const sqlite::Query& row, int column) {
  const std::string word = row.text(column);
  const std::optional<TaskKind> kind = task_kind_of(word);
  if (!kind) throw UnreadableRow("a task says '" + word + "', which this berth does not know");
  return *kind;
}

Moment moment_in(const sqlite::Query& row, int column) {
  return {row.integer(column), row.integer(column + 1), row.text(column + 2)};
}

// Boot times of two boots say nothing about each other.
const Moment& earlier_of(const Moment& left, const Moment& right) {
  const bool right_first = left.boot_id == right.boot_id ? right.boot_ms < left.boot_ms
                                                         : right.unix_ms < left.unix_ms;
  return right_first ? right : left;
}

std::string_view deployment_of(TaskKind kind, std::string_view subject) {
  if (kind != TaskKind::delivery) return "";
  const auto slash = subject.rfind('/');
  return slash == subject.npos ? std::string_view() : subject.substr(slash + 1);
}

struct Times {
  Moment due;
  std::optional<Moment> wake;
  bool claimed = false;
};

std::optional<Times> times_of(sqlite::Database& database, TaskKind kind,
                              std::string_view subject) {
  sqlite::Query row = database.query(
      "SELECT due_unix_ms, due_boot_ms, due_boot_id, wake_unix_ms, wake_boot_ms, wake_boot_id,"
      " owner <> '' FROM task WHERE kind = ? AND subject = ?",
      to_word(kind), subject);
  if (!row.next()) return std::nullopt;
  Times times{moment_in(row, 0), std::nullopt, row.integer(6) != 0};
  if (!row.is_null(3)) times.wake = moment_in(row, 3);
  return times;
}

}  // namespace

std::optional<TaskRecord> SqliteTransaction::task(TaskKind kind, std::string_view subject) const {
  sqlite::Query row = database_.query(
      "SELECT due_unix_ms, due_boot_ms, due_boot_id, owner, lapsed FROM task"
      " WHERE kind = ? AND subject = ?",
      to_word(kind), subject);
  if (!row.next()) return std::nullopt;
  return TaskRecord{kind, std::string(subject), moment_in(row, 0), row.text(3),
                    row.integer(4) != 0};
}

std::vector<std::string> SqliteTransaction::claim_owners() const {
  sqlite::Query row = database_.query("SELECT DISTINCT owner FROM task WHERE owner <> ''");
  std::vector<std::string> owners;
  while (row.next()) owners.push_back(row.text(0));
  return owners;
}

std::optional<std::int64_t> SqliteTransaction::next_due_in(const Scope& scope,
                                                           const Moment& now) const {
  static const std::string of_all = next_of_all();
  static const std::string of_scope = next_of(tasks_of_scope);
  static const std::string of_reaping = next_of(tasks_of_reaping);
  sqlite::Query row = database_.query(chosen_by(scope, of_all, of_scope, of_reaping),
                                      whose(scope), now.boot_id, now.boot_ms, now.unix_ms);
  if (!row.next() || row.is_null(0)) return std::nullopt;
  return std::max(row.integer(0), std::int64_t{0});
}

void SqliteTransaction::schedule(TaskKind kind, std::string_view subject,
                                 const Moment& not_before, bool earlier_only) {
  const std::optional<Times> old = times_of(database_, kind, subject);
  if (!old) {
    database_.run(
        "INSERT INTO task (kind, subject, deployment_id, due_unix_ms, due_boot_ms, due_boot_id,"
        " owner, lapsed) VALUES (?, ?, ?, ?, ?, ?, '', 0)",
        to_word(kind), subject, deployment_of(kind, subject), not_before.unix_ms,
        not_before.boot_ms, not_before.boot_id);
  } else if (old->claimed) {
    // Its owner may not have seen what this wake-up is about: it is kept for settle().
    const Moment& wake = old->wake ? earlier_of(*old->wake, not_before) : not_before;
    database_.run(
        "UPDATE task SET wake_unix_ms = ?, wake_boot_ms = ?, wake_boot_id = ?"
        " WHERE kind = ? AND subject = ?",
        wake.unix_ms, wake.boot_ms, wake.boot_id, to_word(kind), subject);
  } else {
    const Moment& due = earlier_only ? earlier_of(old->due, not_before) : not_before;
    database_.run(
        "UPDATE task SET due_unix_ms = ?, due_boot_ms = ?, due_boot_id = ?"
        " WHERE kind = ? AND subject = ?",
        due.unix_ms, due.boot_ms, due.boot_id, to_word(kind), subject);
  }
}

std::vector<TaskRecord> SqliteTransaction::claim_due(const Scope& scope, const Moment& now,
                                                     std::string_view owner, int limit) {
  static const std::string of_all = claimable_of_all();
  static const std::string of_scope = claimable_of(tasks_of_scope);
  static const std::string of_reaping = claimable_of(tasks_of_reaping);
  std::vector<TaskRecord> claimed;
  {
    sqlite::Query row =
        database_.query(chosen_by(scope, of_all, of_scope, of_reaping), whose(scope), now.boot_id,
                        now.boot_ms, now.unix_ms, limit);
    while (row.next()) {
      claimed.push_back({kind_in(row, 0), row.text(1), moment_in(row, 2), std::string(owner),
                         row.integer(5) != 0});
    }
  }
  for (const TaskRecord& task : claimed) {
    database_.run("UPDATE task SET owner = ? WHERE kind = ? AND subject = ?", owner,
                  to_word(task.kind), task.subject);
  }
  return claimed;
}

void SqliteTransaction::settle(TaskKind kind, std::string_view subject,
                               const std::optional<Moment>& next) {
  const std::optional<Times> old = times_of(database_, kind, subject);
  if (!old) return;
  std::optional<Moment> due = next;
  if (old->wake) due = due ? earlier_of(*due, *old->wake) : *old->wake;
  if (!due) {
    database_.run("DELETE FROM task WHERE kind = ? AND subject = ?", to_word(kind), subject);
    return;
  }
  database_.run(
      "UPDATE task SET due_unix_ms = ?, due_boot_ms = ?, due_boot_id = ?, wake_unix_ms = NULL,"
      " wake_boot_ms = NULL, wake_boot_id = NULL, owner = '', lapsed = 0"
      " WHERE kind = ? AND subject = ?",
      due->unix_ms, due->boot_ms, due->boot_id, to_word(kind), subject);
}

void SqliteTransaction::lapse(std::string_view owner) {
  if (owner.empty()) return;
  // No boot has the id '', so the wall time decides, and 1970 is past. A wake-up stays: who asked
  // for it waits for the round after the one that the dead owner had begun.
  database_.run(
      "UPDATE task SET owner = '', lapsed = 1, due_unix_ms = 0, due_boot_ms = 0, due_boot_id = ''"
      " WHERE owner = ? AND owner <> ''",
      owner);
}

bool SqliteTransaction::work_left() const {
  sqlite::Query row = database_.query(
      "SELECT EXISTS (SELECT 1 FROM deployment WHERE status IN"
      " ('placing', 'provisioning', 'deploying') AND waits_code = '')"
      " OR EXISTS (SELECT 1 FROM attempt WHERE status <> 'gone' AND status <> 'ready'"
      " AND (status <> 'destroying' OR failure_code = 'removed'"
      " OR (SELECT paused = '' OR name <> '' AND substr(mark, 1, length(name)) = name FROM identity"
      " WHERE one = 1)))"
      " OR EXISTS (SELECT 1 FROM hold WHERE releasing <> '' AND release_tries = 0"
      " AND (SELECT paused = '' FROM identity WHERE one = 1))");
  return row.next() && row.integer(0) != 0;
}

int SqliteTransaction::deployments_that_wait() const {
  sqlite::Query row = database_.query(
      "SELECT count(*) FROM deployment WHERE status = 'placing' AND waits_code <> ''");
  return row.next() ? static_cast<int>(row.integer(0)) : 0;
}

}  // namespace berth
