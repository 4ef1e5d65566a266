// No statement of the ledger walks a whole table, but for those that list one.
#include <gtest/gtest.h>

#include <set>

#include "ledger/ledger_file.hpp"
#include "ledger/sqlite_transaction.hpp"
#include "story.hpp"

namespace berth {
namespace {

// Runs every statement that there is, so that the connection has prepared it.
void do_everything(SqliteTransaction& all) {
  const Moment now = at(10);
  for (const char* deployment : {"", "d1"}) {
    (void)all.claim_due({deployment}, now, "me", 10);
    (void)all.next_due_in({deployment}, now);
    (void)all.events(deployment, 0, 10);
  }
  all.save(a_server("s1"));
  all.save(a_hold("h1", "s1", "web", {}));
  all.save(an_attempt("a1"));
  all.save(a_deployment("d1"));
  all.save_report("s1", {}, {}, {}, 1);
  all.add_decision("d1", 1, "{}");
  for (int i = 0; i < 2; ++i) all.schedule(TaskKind::look, "x", now, true);
  (void)all.claim_due({}, now, "me", 10);
  all.schedule(TaskKind::look, "x", now, false);
  for (int i = 0; i < 2; ++i) all.settle(TaskKind::look, "x", std::nullopt);
  all.lapse("me");
  const std::int64_t seq = all.append(EventRecord{}, {"mail"});
  all.delivered("mail", seq);
  all.delivery_failed("mail", seq, "", true);
  all.append(AuditRecord{});
  all.remove_hold("h1");

  (void)all.installation_id();
  (void)all.deployment("d1");
  (void)all.deployment_by_key("acme", "k");
  (void)all.first_deployment("acme", "web");
  (void)all.waiting_for("a1");
  (void)all.decision_json("d1");
  for (const Named of : {Named::organization, Named::application, Named::deployment, Named::server,
                         Named::project})
    for (const char* prefix : {"", "a"}) (void)all.names(of, prefix, 10);
  (void)all.attempt("a1");
  (void)all.attempts_of("d1");
  for (const char* which : {"", "x"}) {
    (void)all.live_attempts(which);
    (void)all.unsettled_attempts(which);
    (void)all.fleet(which);
    (void)all.servers(which, false);
    (void)all.servers(which, true);
  }
  (void)all.server("nobody");
  (void)all.holds_on("s1");
  (void)all.holds_of("acme", "web");
  (void)all.holds_of_deployment("d1");
  (void)all.hold("h1");
  (void)all.servers_counted("acme");
  (void)all.task(TaskKind::look, "x");
  (void)all.claim_owners();
  (void)all.next_delivery("mail", "d1");
  (void)all.event(1);
  for (const char* deployment : {"", "d1"}) (void)all.undelivered(deployment);
  (void)all.newest_event();
  (void)all.work_left();
  (void)all.deployments_that_wait();
  for (const char* which : {"", "x"}) {
    const Scope scope{"", true, which};
    (void)all.claim_due(scope, now, "me", 10);
    (void)all.next_due_in(scope, now);
    (void)all.strays(which);
    (void)all.stray_of(which);
  }
  all.save(StrayRecord{});
  all.remove_stray("x");
  all.save(ReapPassRecord{});
  (void)all.reap_pass("x");
  all.save(ClockMark{});
  (void)all.clock_mark();
  all.save(DrainRecord{});
  (void)all.drain("x");
  all.remove_drain("x");
  all.mark_idle("s1", now);
  (void)all.idle_since("s1");
  (void)all.uses("s1");
  (void)all.regions_asked("x");
  all.save(AccountRecord{});
  (void)all.accounts_revision();
  (void)all.accounts();
  (void)all.account("x");
  (void)all.audit_record("r");
  (void)all.audit_history("r");
  for (int mask = 0; mask < 16; ++mask) {
    const auto word = [&](int bit) { return (mask & bit) != 0 ? "x" : ""; };
    (void)all.audit_records({word(1), word(2), word(4), word(8)});
    DeploymentFilter filter{word(1), word(2), {}};
    if ((mask & 4) != 0) filter.statuses = {DeploymentStatus::placing};
    if ((mask & 8) != 0) filter.statuses.push_back(DeploymentStatus::denied);
    (void)all.deployments(filter);
  }
}

std::string plan_of(sqlite::Database& database, const std::string& sql) {
  std::string plan;
  sqlite::Query row = database.query("EXPLAIN QUERY PLAN " + sql);
  while (row.next()) plan += row.text(3) + "\n";
  return plan;
}

// The lines of a plan that walk a table or an index from its beginning.
std::vector<std::string> walks(const std::string& plan) {
  std::vector<std::string> found;
  std::size_t from = 0;
  for (std::size_t end = plan.find('\n'); end != plan.npos; end = plan.find('\n', from)) {
    std::string line = plan.substr(from, end - from);
    from = end + 1;
    // Rows that the statement itself has made just before are no table.
    const bool of_its_own = line.starts_with("SCAN (") || line == "SCAN CONSTANT ROW" ||
                            line == "SCAN mine" || line == "SCAN looked_at" ||
                            line == "SCAN candidate";
    if (line.starts_with("SCAN") && !of_its_own) found.push_back(std::move(line));
  }
  return found;
}

TEST(QueryPlans, only_listings_walk_a_table) {
  const Folder folder;
  auto database = open_ledger_file(folder.path(), "installation");
  SqliteTransaction everything(*database);
  do_everything(everything);

  const std::set<std::string> allowed = {
      "SCAN installation",                                     // one row
      "SCAN server",                                           // all servers, gone ones too
      "SCAN server USING INDEX server_live",                   // all servers
      "SCAN attempt USING INDEX attempt_live",                 // all live attempts
      "SCAN task USING COVERING INDEX task_owner",             // all claimed tasks
      "SCAN attempt USING INDEX attempt_live_organization",    // all live attempts
      "SCAN stray",                                            // all strays, which are few
      "SCAN account USING INDEX sqlite_autoindex_account_1",   // all accounts, which are few
      "SCAN delivery USING INDEX delivery_waiting",            // counts all that wait
      "SCAN deployment USING INDEX deployment_time",           // the newest, up to the limit
      "SCAN entry USING INDEX audit_entry_time",               // the newest, up to the limit
  };
  int seen = 0;
  for (const std::string& sql : database->prepared()) {
    if (sql.starts_with("PRAGMA") || sql.starts_with("BEGIN") || sql.starts_with("COMMIT") ||
        sql.find("sqlite_schema") != sql.npos) {
      continue;
    }
    ++seen;
    const std::string plan = plan_of(*database, sql);
    for (const std::string& line : walks(plan)) {
      EXPECT_TRUE(allowed.count(line) == 1) << line << "\nin the plan of\n" << sql << "\n" << plan;
    }
    if (getenv("BERTH_SHOW_PLANS") != nullptr) printf("%s\n%s\n", sql.c_str(), plan.c_str());
  }
  EXPECT_GT(seen, 60);
}

}  // namespace
}  // namespace berth
