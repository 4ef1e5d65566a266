#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

class Tasks : public testing::Test {
 protected:
  void schedule(TaskKind kind, const std::string& subject, const Moment& when,
                bool earlier_only = false) {
    ledger_->write([&](LedgerTransaction& change) {
      change.schedule(kind, subject, when, earlier_only);
    });
  }
  // "attempt:a1 look:hetzner"
  std::string claim(const Moment& now, const std::string& owner = "me",
                    const std::string& deployment = "", int limit = 100) {
    std::string claimed;
    ledger_->write([&](LedgerTransaction& change) {
      for (const TaskRecord& task : change.claim_due({deployment}, now, owner, limit)) {
        EXPECT_EQ(task.owner, owner);
        claimed += (claimed.empty() ? "" : " ") + std::string(to_word(task.kind)) + ":" +
                   task.subject + (task.lapsed ? "(lapsed)" : "");
      }
    });
    return claimed;
  }
  void settle(TaskKind kind, const std::string& subject, const std::optional<Moment>& next) {
    ledger_->write([&](LedgerTransaction& change) { change.settle(kind, subject, next); });
  }
  std::optional<std::int64_t> next_due_in(const Moment& now, const std::string& deployment = "") {
    std::optional<std::int64_t> due;
    ledger_->read([&](const LedgerView& view) { due = view.next_due_in({deployment}, now); });
    return due;
  }
  std::optional<TaskRecord> task(TaskKind kind, const std::string& subject) {
    std::optional<TaskRecord> found;
    ledger_->read([&](const LedgerView& view) { found = view.task(kind, subject); });
    return found;
  }

  Folder folder_;
  std::unique_ptr<Ledger> ledger_ = open_sqlite_ledger(folder_.path(), "installation");
};

TEST_F(Tasks, what_is_due_is_claimed_oldest_first_and_only_once) {
  schedule(TaskKind::deployment, "d1", at(20));
  schedule(TaskKind::attempt, "a1", at(10));
  schedule(TaskKind::expiry, "h1", at(500));
  auto other = open_sqlite_ledger(folder_.path(), "installation");
  EXPECT_EQ(next_due_in(at(5)), 5);
  EXPECT_EQ(claim(at(100), "me", "", 1), "attempt:a1");
  other->write([](LedgerTransaction& change) {
    const auto claimed = change.claim_due({}, at(100), "another", 10);
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed.front().subject, "d1");
    EXPECT_EQ(claimed.front().not_before.boot_ms, 20);
  });
  EXPECT_EQ(claim(at(100)), "");
  EXPECT_EQ(next_due_in(at(100)), 400);
  EXPECT_EQ(next_due_in(at(600)), 0);
  ledger_->read([](const LedgerView& view) {
    EXPECT_EQ(view.claim_owners(), (std::vector<std::string>{"another", "me"}));
  });
}

TEST_F(Tasks, within_a_boot_its_clock_decides_and_across_boots_the_wall) {
  schedule(TaskKind::deployment, "same-boot", {at(0).unix_ms + 900, 50, boot});
  schedule(TaskKind::deployment, "before", {at(0).unix_ms + 40, 900, "boot-0"});
  schedule(TaskKind::deployment, "after", {at(0).unix_ms + 30, 900, "boot-2"});
  schedule(TaskKind::deployment, "later", {at(0).unix_ms + 300, 1, "boot-0"});
  EXPECT_EQ(next_due_in(at(10)), 20);
  EXPECT_EQ(claim(at(60)), "deployment:after deployment:before deployment:same-boot");
  EXPECT_EQ(next_due_in(at(60)), 240);
  EXPECT_EQ(claim(at(299)), "");
  EXPECT_EQ(claim(at(300)), "deployment:later");
  EXPECT_EQ(next_due_in(at(300)), std::nullopt);
}

TEST_F(Tasks, scheduling_sets_the_time_or_only_brings_it_forward) {
  schedule(TaskKind::look, "x", at(100));
  schedule(TaskKind::look, "x", at(200), true);
  EXPECT_EQ(task(TaskKind::look, "x")->not_before.boot_ms, 100);
  schedule(TaskKind::look, "x", at(50), true);
  EXPECT_EQ(task(TaskKind::look, "x")->not_before.boot_ms, 50);
  schedule(TaskKind::look, "x", at(300));
  EXPECT_EQ(task(TaskKind::look, "x")->not_before.boot_ms, 300);
}

TEST_F(Tasks, settling_ends_the_claim) {
  schedule(TaskKind::look, "x", at(1));
  EXPECT_EQ(claim(at(1)), "look:x");
  settle(TaskKind::look, "x", at(70));
  EXPECT_EQ(task(TaskKind::look, "x")->owner, "");
  EXPECT_EQ(claim(at(69)), "");
  EXPECT_EQ(claim(at(70)), "look:x");
  settle(TaskKind::look, "x", std::nullopt);
  EXPECT_FALSE(task(TaskKind::look, "x"));
  settle(TaskKind::look, "x", at(80));  // nothing to settle
  EXPECT_FALSE(task(TaskKind::look, "x"));
}

TEST_F(Tasks, a_wake_up_during_a_claim_is_kept) {
  schedule(TaskKind::deployment, "d", at(1));
  claim(at(1));
  schedule(TaskKind::deployment, "d", at(5));
  schedule(TaskKind::deployment, "d", at(9), true);
  EXPECT_EQ(claim(at(10)), "");  // the claim stays
  EXPECT_EQ(task(TaskKind::deployment, "d")->owner, "me");
  settle(TaskKind::deployment, "d", at(1000));
  EXPECT_EQ(task(TaskKind::deployment, "d")->not_before.boot_ms, 5);

  claim(at(10));
  schedule(TaskKind::deployment, "d", at(20));
  settle(TaskKind::deployment, "d", std::nullopt);  // done, it thinks
  EXPECT_EQ(task(TaskKind::deployment, "d")->not_before.boot_ms, 20);

  claim(at(20));
  schedule(TaskKind::deployment, "d", at(90));
  settle(TaskKind::deployment, "d", at(30));
  EXPECT_EQ(task(TaskKind::deployment, "d")->not_before.boot_ms, 30);
  claim(at(30));
  settle(TaskKind::deployment, "d", std::nullopt);  // no wake-up is left over
  EXPECT_FALSE(task(TaskKind::deployment, "d"));
}

TEST_F(Tasks, a_wake_up_outlives_the_owner_that_had_the_task) {
  schedule(TaskKind::attempt, "a1", at(1));
  EXPECT_EQ(claim(at(1), "dead"), "attempt:a1");
  schedule(TaskKind::attempt, "a1", at(2));
  ledger_->write([](LedgerTransaction& change) { change.lapse("dead"); });
  EXPECT_EQ(claim(at(3), "second"), "attempt:a1(lapsed)");
  ledger_->write([](LedgerTransaction& change) {
    change.settle(TaskKind::attempt, "a1", at(1000));
  });
  EXPECT_EQ(claim(at(3), "third"), "attempt:a1") << "the round that was asked for meanwhile";
}

TEST_F(Tasks, the_claims_of_a_dead_owner_lapse_until_somebody_settles_them) {
  schedule(TaskKind::attempt, "a1", at(1));
  schedule(TaskKind::attempt, "a2", at(2));
  claim(at(5), "dead", "", 1);
  claim(at(5), "alive");
  ledger_->write([](LedgerTransaction& change) { change.lapse("dead"); });
  EXPECT_TRUE(task(TaskKind::attempt, "a1")->lapsed);
  EXPECT_EQ(next_due_in(at(0)), 0);
  EXPECT_EQ(next_due_in(at(0, "after a restart")), 0);
  EXPECT_EQ(claim(at(0), "second"), "attempt:a1(lapsed)");
  ledger_->write([](LedgerTransaction& change) { change.lapse("second"); });
  EXPECT_EQ(claim(at(0), "third"), "attempt:a1(lapsed)");
  settle(TaskKind::attempt, "a1", at(6));
  EXPECT_EQ(claim(at(6), "third"), "attempt:a1");
  ledger_->read([](const LedgerView& view) {
    EXPECT_EQ(view.claim_owners(), (std::vector<std::string>{"alive", "third"}));
  });
}

TEST_F(Tasks, a_scope_is_one_deployment_and_all_it_waits_for) {
  ledger_->write([](LedgerTransaction& change) {
    DeploymentRecord mine = a_deployment("mine");
    mine.attempt_id = "of-another";
    change.save(mine);
    change.save(a_deployment("another"));
    const auto attempt = [&](const char* id, const char* deployment, const char* account,
                             AttemptStatus status) {
      AttemptRecord made = an_attempt(id);
      made.deployment_id = deployment;
      made.account = account;
      made.status = status;
      change.save(made);
    };
    attempt("of-mine", "mine", "destroyed-there", AttemptStatus::gone);
    attempt("of-mine-too", "mine", "aws", AttemptStatus::destroying);
    attempt("of-another", "another", "hetzner", AttemptStatus::booting);
    attempt("elsewhere", "another", "digitalocean", AttemptStatus::booting);
    for (const char* subject : {"mine", "another"}) {
      change.schedule(TaskKind::deployment, subject, at(10));
    }
    for (const char* subject : {"of-mine", "of-mine-too", "of-another", "elsewhere"}) {
      change.schedule(TaskKind::attempt, subject, at(20));
    }
    for (const char* subject : {"aws", "hetzner", "digitalocean", "destroyed-there"}) {
      change.schedule(TaskKind::look, subject, at(30));
    }
    for (const char* subject : {"mail/mine", "odd/name/mine", "mail/another"}) {
      change.schedule(TaskKind::delivery, subject, at(40));
    }
    change.schedule(TaskKind::expiry, "mine", at(1));
  });
  EXPECT_EQ(next_due_in(at(4), "mine"), 6);
  EXPECT_EQ(claim(at(10), "me", "mine"), "deployment:mine");
  EXPECT_EQ(next_due_in(at(10), "mine"), 10);
  // What comes at the same time comes in no particular order.
  EXPECT_EQ(claim(at(20), "me", "mine").size(),
            std::string("attempt:of-another attempt:of-mine attempt:of-mine-too").size());
  EXPECT_EQ(claim(at(30), "me", "mine").size(), std::string("look:aws look:hetzner").size());
  EXPECT_EQ(claim(at(40), "me", "mine").size(),
            std::string("delivery:mail/mine delivery:odd/name/mine").size());
  EXPECT_EQ(next_due_in(at(40), "mine"), std::nullopt);
  for (const char* subject : {"of-mine", "of-mine-too", "of-another"}) {
    EXPECT_EQ(task(TaskKind::attempt, subject)->owner, "me") << subject;
  }
  EXPECT_EQ(task(TaskKind::look, "aws")->owner, "me");
  EXPECT_EQ(task(TaskKind::look, "hetzner")->owner, "me");
  EXPECT_EQ(claim(at(40), "run"),
            "expiry:mine deployment:another attempt:elsewhere look:destroyed-there"
            " look:digitalocean delivery:mail/another");
}

}  // namespace
}  // namespace berth
