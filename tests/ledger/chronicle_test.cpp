#include <gtest/gtest.h>

#include "ledger/sqlite.hpp"
#include "story.hpp"

namespace berth {
namespace {

class Chronicle : public testing::Test {
 protected:
  std::int64_t append(const std::string& deployment, const std::vector<std::string>& notifiers) {
    EventRecord event;
    event.event_id = "event-" + std::to_string(++events_);
    event.type = "deployment.progress";
    event.deployment_id = deployment;
    std::int64_t seq = 0;
    ledger_->write([&](LedgerTransaction& change) { seq = change.append(event, notifiers); });
    return seq;
  }
  void audit(const std::string& id, const std::string& organization, const std::string& application,
             const std::string& status, std::int64_t when) {
    AuditRecord entry;
    entry.record_id = id;
    entry.organization = organization;
    entry.application = application;
    entry.deployment_id = "deployment-of-" + id;
    entry.status = status;
    entry.at_unix_ms = when;
    entry.started_unix_ms = 100;
    if (status == "succeeded") entry.completed_unix_ms = when;
    ledger_->write([&](LedgerTransaction& change) { change.append(entry); });
  }

  int events_ = 0;
  Folder folder_;
  std::unique_ptr<Ledger> ledger_ = open_sqlite_ledger(folder_.path(), "installation");
};

TEST_F(Chronicle, events_come_in_order_and_after_a_mark) {
  const std::int64_t first = append("d1", {});
  const std::int64_t second = append("d2", {});
  const std::int64_t third = append("d1", {});
  EXPECT_LT(first, second);
  ledger_->read([&](const LedgerView& view) {
    EXPECT_EQ(view.events("", 0).size(), 3U);
    EXPECT_EQ(view.events("", 0, 2).back().seq, second);
    ASSERT_EQ(view.events("d1", first).size(), 1U);
    EXPECT_EQ(view.events("d1", first).front().seq, third);
    EXPECT_TRUE(view.events("d1", third).empty());
    EXPECT_FALSE(view.event(99));
  });
}

TEST_F(Chronicle, deliveries_go_in_order_and_each_notifier_at_its_own_pace) {
  const std::int64_t first = append("d1", {"mail", "slack"});
  const std::int64_t second = append("d1", {"mail"});
  ledger_->read([&](const LedgerView& view) {
    EXPECT_EQ(view.undelivered("d1"), 3);
    EXPECT_EQ(view.next_delivery("mail", "d1")->event_seq, first);
    EXPECT_FALSE(view.next_delivery("mail", "d2"));
  });
  ledger_->write([&](LedgerTransaction& change) {
    change.delivery_failed("mail", first, "refused", false);
    change.delivered("slack", first);
  });
  ledger_->read([&](const LedgerView& view) {
    const DeliveryRecord next = *view.next_delivery("mail", "d1");
    EXPECT_EQ(next.event_seq, first);
    EXPECT_EQ(next.notifier, "mail");
    EXPECT_EQ(next.deployment_id, "d1");
    EXPECT_EQ(next.tries, 1);
    EXPECT_EQ(next.last_error, "refused");
    EXPECT_FALSE(view.next_delivery("slack", "d1"));
  });
  ledger_->write([&](LedgerTransaction& change) {
    change.delivery_failed("mail", first, "refused again", true);
  });
  ledger_->read([&](const LedgerView& view) {
    EXPECT_EQ(view.next_delivery("mail", "d1")->event_seq, second);
    EXPECT_EQ(view.undelivered("d1"), 1);
  });
}

TEST_F(Chronicle, the_audit_shows_the_newest_entry_and_keeps_all) {
  audit("r1", "acme", "web", "pending", 100);
  audit("r2", "acme", "db", "pending", 110);
  audit("r1", "acme", "web", "succeeded", 160);
  audit("r3", "other", "web", "failed", 170);
  ledger_->read([](const LedgerView& view) {
    const auto ids = [&](const AuditFilter& filter) {
      std::string text;
      for (const AuditRecord& record : view.audit_records(filter)) text += record.record_id;
      return text;
    };
    EXPECT_EQ(ids({}), "r3r1r2");
    EXPECT_EQ(ids({"", "", "", "", 1}), "r3");
    EXPECT_EQ(ids({"acme", "", "", "pending"}), "r2");  // r1 no longer is
    EXPECT_EQ(ids({"", "web", "", ""}), "r3r1");
    EXPECT_EQ(ids({"acme", "web", "", "succeeded"}), "r1");
    EXPECT_EQ(ids({"", "", "deployment-of-r3", ""}), "r3");
    EXPECT_EQ(view.audit_record("r1")->status, "succeeded");
    EXPECT_FALSE(view.audit_record("none"));
    const auto history = view.audit_history("r1");
    ASSERT_EQ(history.size(), 2U);
    EXPECT_EQ(history.front().status, "pending");
    EXPECT_LT(history.front().seq, history.back().seq);
  });
  sqlite::Database direct(folder_.file("ledger.db"), sqlite::Access::read_only, 1000);
  EXPECT_EQ(direct.integer("SELECT duration_ms FROM audit_record WHERE record_id = 'r1'"), 60);
  EXPECT_EQ(direct.integer("SELECT duration_ms IS NULL FROM audit_record"
                           " WHERE record_id = 'r2'"), 1);
}

TEST_F(Chronicle, what_was_written_can_be_neither_changed_nor_deleted) {
  append("d1", {});
  audit("r1", "acme", "web", "pending", 100);
  sqlite::Database direct(folder_.file("ledger.db"), sqlite::Access::read_write, 1000);
  for (const char* sql :
       {"UPDATE audit_entry SET status = 'failed'", "DELETE FROM audit_entry",
        "UPDATE event SET message = 'it was otherwise'", "DELETE FROM event",
        "INSERT OR REPLACE INTO event SELECT * FROM event"}) {
    // REPLACE deletes without a trigger unless it is told to fire them; keys guard that case.
    if (std::string(sql).starts_with("INSERT")) direct.script("PRAGMA recursive_triggers = ON");
    EXPECT_THROW(direct.script(sql), sqlite::Error) << sql;
  }
}

}  // namespace
}  // namespace berth
