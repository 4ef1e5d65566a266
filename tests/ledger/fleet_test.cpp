#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

class Fleet : public testing::Test {
 protected:
  void write(const std::function<void(LedgerTransaction&)>& body) { ledger_->write(body); }
  void read(const std::function<void(const LedgerView&)>& body) { ledger_->read(body); }
  Room used(const std::string& server) {
    Room room;
    read([&](const LedgerView& view) { room = view.server(server)->used; });
    return room;
  }
  Folder folder_;
  std::unique_ptr<Ledger> ledger_ = open_sqlite_ledger(folder_.path(), "installation");
};

TEST_F(Fleet, used_room_is_what_is_held_and_what_was_reported) {
  write([](LedgerTransaction& change) {
    change.save(a_server("s1"));
    change.save(a_server("s2"));
    change.save(a_hold("h1", "s1", "web", {100, 200, 300}));
    change.save(a_hold("h2", "s1", "db", {10, 20, 30}));
    change.save(a_hold("h3", "s2", "web", {5, 5, 5}));
    change.save_report("s1", {1, 2, 3}, 40, std::nullopt, 99);
  });
  EXPECT_EQ(used("s1"), (Room{111, 222, 333}));
  EXPECT_EQ(used("s2"), (Room{5, 5, 5}));
  write([](LedgerTransaction& change) {
    change.save_report("s1", {4, 5, 6}, std::nullopt, 60, 100);  // replaces the last report
    change.remove_hold("h1");
  });
  read([](const LedgerView& view) {
    const Server server = *view.server("s1");
    EXPECT_EQ(server.used, (Room{14, 25, 36}));
    EXPECT_EQ(server.network_percent, 40);  // as it was
    EXPECT_EQ(server.load_percent, 60);
    EXPECT_FALSE(view.hold("h1"));
  });
}

TEST_F(Fleet, saving_a_server_keeps_what_was_reported_about_it) {
  write([](LedgerTransaction& change) {
    change.save(a_server("s1"));
    change.save_report("s1", {1, 2, 3}, std::nullopt, std::nullopt, 99);
    Server server = *change.server("s1");
    server.status = ServerStatus::draining;
    change.save(server);
  });
  EXPECT_EQ(used("s1"), (Room{1, 2, 3}));
}

TEST_F(Fleet, a_redeployment_counts_per_dimension_the_larger_of_its_two_holds) {
  write([](LedgerTransaction& change) {
    change.save(a_server("s1"));
    HoldRecord running = a_hold("h1", "s1", "web", {100, 900, 10});
    running.active = true;
    change.save(running);
    change.save(a_hold("h2", "s1", "web", {300, 200, 10}));
    change.save(a_hold("h3", "s1", "db", {1, 1, 1}));
  });
  EXPECT_EQ(used("s1"), (Room{301, 901, 11}));
  write([](LedgerTransaction& change) { change.remove_hold("h1"); });
  EXPECT_EQ(used("s1"), (Room{301, 201, 11}));
}

TEST_F(Fleet, a_hold_needs_its_server_at_commit_in_any_order) {
  write([](LedgerTransaction& change) {
    change.save(a_hold("h1", "s1", "web", {1, 1, 1}));
    change.save(a_server("s1"));
  });
  EXPECT_THROW(write([](LedgerTransaction& change) {
                 change.save(a_hold("h2", "nowhere", "web", {1, 1, 1}));
               }),
               std::logic_error);
  read([](const LedgerView& view) { EXPECT_FALSE(view.hold("h2")); });
}

TEST_F(Fleet, servers_are_listed_without_the_gone_and_found_by_an_unambiguous_name) {
  write([](LedgerTransaction& change) {
    for (const char* id : {"s1", "s2", "s3", "s4"}) change.save(a_server(id));
    Server server = a_server("s2");
    server.status = ServerStatus::gone;
    server.name = "twin";
    change.save(server);
    server = a_server("s3");
    server.name = "twin";
    change.save(server);
    server = a_server("s4");
    server.organization = "other";
    change.save(server);
  });
  read([](const LedgerView& view) {
    EXPECT_EQ(view.servers("acme").size(), 2U);
    EXPECT_EQ(view.servers("acme", true).size(), 3U);
    EXPECT_EQ(view.servers("").size(), 3U);
    EXPECT_EQ(view.servers("", true).size(), 4U);
    EXPECT_EQ(view.server("twin")->id, "s3");  // the other twin is gone
    EXPECT_EQ(view.server("s2")->id, "s2");    // by id, gone or not
    EXPECT_FALSE(view.server("nobody"));
  });
  write([](LedgerTransaction& change) {
    Server server = a_server("s1");
    server.name = "twin";
    change.save(server);
  });
  read([](const LedgerView& view) { EXPECT_FALSE(view.server("twin")); });
}

TEST_F(Fleet, the_quota_counts_all_that_may_cost_money) {
  write([](LedgerTransaction& change) {
    const auto server = [&](const char* id, ServerStatus status, bool automatic) {
      Server made = a_server(id);
      made.status = status;
      made.auto_provisioned = automatic;
      change.save(made);
    };
    server("ready", ServerStatus::ready, true);
    server("deleting", ServerStatus::destroying, true);
    server("booting", ServerStatus::booting, true);
    server("gone", ServerStatus::gone, true);
    server("by-hand", ServerStatus::ready, false);
    const auto attempt = [&](const char* id, const char* of_server, AttemptStatus status) {
      AttemptRecord made = an_attempt(id);
      made.server_id = of_server;
      made.status = status;
      change.save(made);
    };
    attempt("a1", "booting", AttemptStatus::booting);       // counted with its server
    attempt("a2", "not-there-yet", AttemptStatus::intended);
    attempt("a3", "gone", AttemptStatus::gone);
  });
  read([](const LedgerView& view) {
    EXPECT_EQ(view.servers_counted("acme"), 4);
    EXPECT_EQ(view.servers_counted("other"), 0);
  });
}

TEST_F(Fleet, live_attempts_are_those_not_gone) {
  write([](LedgerTransaction& change) {
    for (const char* id : {"a1", "a2", "a3"}) {
      AttemptRecord attempt = an_attempt(id);
      attempt.deployment_id = "d1";
      if (attempt.id == "a2") attempt.status = AttemptStatus::gone;
      if (attempt.id == "a3") attempt.account = "aws";
      change.save(attempt);
    }
  });
  read([](const LedgerView& view) {
    EXPECT_EQ(view.live_attempts("").size(), 2U);
    ASSERT_EQ(view.live_attempts("hetzner-main").size(), 1U);
    EXPECT_EQ(view.live_attempts("hetzner-main").front().id, "a1");
    EXPECT_EQ(view.attempts_of("d1").size(), 3U);
  });
}

}  // namespace
}  // namespace berth
