// Strays, passes, drains and idle servers; and a ledger that was made before there were any.
#include <gtest/gtest.h>

#include <algorithm>

#include "ledger/ledger_file.hpp"
#include "ledger/schema.hpp"
#include "story.hpp"

namespace berth {
namespace {

class ReapingRows : public testing::Test {
 protected:
  Folder folder_;
  std::unique_ptr<Ledger> ledger_ = open_sqlite_ledger(folder_.path(), "installation");
};

TEST_F(ReapingRows, a_stray_keeps_every_field) {
  const StrayRecord given{"alpha/1", "alpha", "1",        "attempt",  "acme",
                          "name",    "cx33",  "nbg1",     "unknown",  5,
                          at(7),     2,       {3, "EUR"}, {4, "USD"}, "reaper"};
  ledger_->write([&](LedgerTransaction& change) {
    StrayRecord before;
    before.id = given.id;
    change.save(before);
    change.save(given);
  });
  ledger_->read([&](const LedgerView& view) {
    ASSERT_EQ(view.strays("alpha").size(), 1U);
    EXPECT_TRUE(view.strays("beta").empty());
    EXPECT_EQ(view.strays("").size(), 1U);
    EXPECT_FALSE(view.stray_of(""));
    const StrayRecord found = view.stray_of("reaper").value();
    EXPECT_EQ(
        std::tie(found.account, found.vendor_id, found.attempt_id, found.organization, found.name,
                 found.instance_type, found.region, found.code, found.created_unix_ms,
                 found.times_seen, found.monthly, found.monthly_compared),
        std::tie(given.account, given.vendor_id, given.attempt_id, given.organization, given.name,
                 given.instance_type, given.region, given.code, given.created_unix_ms,
                 given.times_seen, given.monthly, given.monthly_compared));
    EXPECT_EQ(found.first_seen->boot_ms, 7);
  });
  ledger_->write([](LedgerTransaction& change) { change.remove_stray("alpha/1"); });
  ledger_->read([](const LedgerView& view) { EXPECT_TRUE(view.strays("").empty()); });
}

TEST_F(ReapingRows, a_pass_a_drain_and_the_clocks_are_kept) {
  ledger_->write([](LedgerTransaction& change) {
    EXPECT_TRUE(change.reap_pass("alpha").id.empty());
    EXPECT_FALSE(change.clock_mark());
    change.save(ReapPassRecord{"alpha", 3, 4, "paused", "why", true, "ann", at(5), 7});
    change.save(ClockMark{at(1), ""});
    change.save(ClockMark{at(6), "jumped"});
    change.save(DrainRecord{"s1", at(7), "expired", "too old"});
  });
  ledger_->read([](const LedgerView& view) {
    const ReapPassRecord pass = view.reap_pass("alpha");
    EXPECT_EQ(pass.passes, 3);
    EXPECT_EQ(pass.outcome + pass.sentence + pass.confirmed_by, "pausedwhyann");
    EXPECT_TRUE(pass.waits);
    EXPECT_EQ(pass.confirmed->boot_ms, 5);
    EXPECT_EQ(pass.partial_looks, 7);
    EXPECT_EQ(view.clock_mark()->paused, "jumped");
    EXPECT_EQ(view.clock_mark()->last.boot_ms, 6);
    EXPECT_EQ(view.drain("s1")->sentence, "too old");
    EXPECT_EQ(view.drain("s1")->since->boot_ms, 7);
  });
  ledger_->write([](LedgerTransaction& change) { change.remove_drain("s1"); });
  ledger_->read([](const LedgerView& view) { EXPECT_FALSE(view.drain("s1")); });
}

TEST_F(ReapingRows, idleness_ends_with_any_hold_that_comes_or_goes) {
  ledger_->write([](LedgerTransaction& change) {
    change.save(a_server("s1"));
    change.save(a_server("s2"));
    change.mark_idle("s1", at(5));
    change.mark_idle("s2", at(5));
    EXPECT_EQ(change.idle_since("s1")->boot_ms, 5);
    HoldRecord hold = a_hold("h1", "s1", "web", {1, 1, 1});
    change.save(hold);
    EXPECT_FALSE(change.idle_since("s1"));
    EXPECT_TRUE(change.idle_since("s2"));
    hold.server_id = "s2";  // it moves
    change.save(hold);
    EXPECT_FALSE(change.idle_since("s2"));
    change.mark_idle("s2", at(6));
    hold.active = true;
    change.save(hold);
    EXPECT_TRUE(change.idle_since("s2"));
    change.remove_hold("h1");
    EXPECT_FALSE(change.idle_since("s2"));
  });
}

TEST_F(ReapingRows, where_servers_were_asked_for_is_remembered_after_a_failover) {
  ledger_->write([](LedgerTransaction& change) {
    AttemptRecord attempt = an_attempt("a1");
    attempt.account = "alpha";
    attempt.region = "r1";
    change.save(attempt);
    attempt.region = "r2";
    change.save(attempt);
    attempt.account = "beta";
    attempt.region = "";
    change.save(attempt);
    attempt.account = "alpha";
    attempt.region = "r1";
    change.save(attempt);
    EXPECT_EQ(change.regions_asked("alpha"), (std::vector<std::string>{"r1", "r2"}));
    EXPECT_TRUE(change.regions_asked("beta").empty());
  });
}

TEST_F(ReapingRows, a_server_knows_how_many_deployments_it_took) {
  ledger_->write([](LedgerTransaction& change) {
    for (const char* id : {"d1", "d2", "d3"}) {
      DeploymentRecord deployment = a_deployment(id);
      deployment.idempotency_key.clear();
      deployment.server_id = id == std::string("d3") ? "s2" : "s1";
      change.save(deployment);
    }
    EXPECT_EQ(change.uses("s1"), 2);
    EXPECT_EQ(change.uses(""), 0);
  });
}

TEST_F(ReapingRows, reaping_claims_its_own_work_and_no_other) {
  ledger_->write([](LedgerTransaction& change) {
    for (const auto& [id, account, status] : {std::tuple("a1", "alpha", AttemptStatus::destroying),
                                              std::tuple("a2", "beta", AttemptStatus::destroying),
                                              std::tuple("a3", "alpha", AttemptStatus::booting)}) {
      AttemptRecord attempt = an_attempt(id);
      attempt.account = account;
      attempt.status = status;
      change.save(attempt);
      change.schedule(TaskKind::attempt, id, at(0));
    }
    for (const char* account : {"alpha", "beta"}) {
      change.schedule(TaskKind::reap, account, at(0));
      change.schedule(TaskKind::look, account, at(0));
    }
    change.schedule(TaskKind::scale_down, "acme", at(0));
    change.schedule(TaskKind::deployment, "d1", at(0));
    change.schedule(TaskKind::delivery, "pager/", at(0));
    change.schedule(TaskKind::delivery, "pager/d1", at(0));
  });
  const auto claimed = [&](const std::string& account) {
    std::vector<std::string> found;
    ledger_->write([&](LedgerTransaction& change) {
      for (const TaskRecord& task : change.claim_due({{}, true, account}, at(1), "me", 100)) {
        found.push_back(std::string(to_word(task.kind)) + " " + task.subject);
        change.settle(task.kind, task.subject, at(0));
      }
    });
    std::sort(found.begin(), found.end());
    return found;
  };
  EXPECT_EQ(claimed("alpha"), (std::vector<std::string>{"attempt a1", "delivery pager/",
                                                        "look alpha", "reap alpha"}));
  EXPECT_EQ(claimed(""),
            (std::vector<std::string>{"attempt a1", "attempt a2", "delivery pager/", "look alpha",
                                      "look beta", "reap alpha", "reap beta", "scale_down acme"}));
}

TEST(LedgerMigration, of_a_ledger_of_version_1_keeps_what_is_there) {
  const Folder folder;
  {
    const std::string schema(ledger_schema);
    const auto first = schema.find("\n-- migration 1");
    sqlite::Database old(folder.file("ledger.db"), sqlite::Access::make, 0);
    old.script(schema.substr(first, schema.find("\n-- migration 2") - first));
    old.script(
        "INSERT INTO installation VALUES (1, 'first'); PRAGMA user_version = 1; "
        "PRAGMA application_id = " +
        std::to_string(ledger_application_id));
    old.script(
        "INSERT INTO attempt (id, organization, deployment_id, server_id, account, status, "
        "offers_json, candidate, vendor_id, note, region, unknown_outcome, absent_looks, "
        "absent_since_unix_ms, phase, created_unix_ms, requested_unix_ms, accepted_unix_ms, "
        "ended_unix_ms, expires_unix_ms, errors, failure_code, failure) VALUES ('a1', 'acme', "
        "'d1', 's1', 'alpha', 'gone', '[]', 0, '', '', 'r9', 0, 0, 0, '', 0, 0, 0, 0, 0, 0, '', "
        "'')");
  }
  const auto ledger = open_sqlite_ledger(folder.path(), "second");
  ledger->read([](const LedgerView& view) {
    EXPECT_EQ(view.installation_id(), "first");
    EXPECT_TRUE(view.attempt("a1"));
    EXPECT_EQ(view.regions_asked("alpha"), std::vector<std::string>{"r9"});
  });
}

}  // namespace
}  // namespace berth
