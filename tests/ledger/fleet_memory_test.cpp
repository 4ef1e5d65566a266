// A transaction remembers the live fleet while it writes. Whatever was written, in whatever order,
// it must know what a transaction that comes after reads from the tables.
#include <gtest/gtest.h>

#include <random>

#include "ledger/ledger_file.hpp"
#include "ledger/sqlite_transaction.hpp"
#include "story.hpp"

namespace berth {
namespace {

constexpr const char* organizations[] = {"acme", "globex"};

/// All of a server that placing and counting can see.
std::string text_of(const Server& server) {
  return server.id + " " + server.organization + " " + server.name + " " +
         std::string(to_word(server.status)) + (server.auto_provisioned ? " bought " : " added ") +
         std::to_string(server.used.millicores) + "/" + std::to_string(server.used.memory_mib) +
         "/" + std::to_string(server.used.disk_mib) + " load " +
         std::to_string(server.load_percent.value_or(-1));
}

std::string text_of(const LedgerView& view) {
  std::string text;
  for (const char* organization : organizations) {
    for (const Server& server : view.servers(organization)) text += text_of(server) + "\n";
    text += std::to_string(view.servers_counted(organization)) + " counted\n";
  }
  return text;
}

class RandomWrites {
 public:
  explicit RandomWrites(unsigned seed) : random_(seed) {}

  void one(LedgerTransaction& change) {
    switch (below(8)) {
      case 0: return change.save(new_server());
      case 1:
      case 2: return save_server(change);
      case 3: return save_attempt(change);
      case 4: return change.remove_hold(hold());
      case 5:
        return change.save_report(server(), {below(9), below(9), below(9)}, std::nullopt, below(99),
                                  1);
      default: return save_hold(change);
    }
  }

  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

 private:
  std::string server() { return "s" + std::to_string(below(servers_ + 1)); }
  std::string hold() { return "h" + std::to_string(below(12)); }

  Server new_server() {
    Server made = a_server("s" + std::to_string(++servers_));
    made.organization = organizations[below(2)];
    made.auto_provisioned = below(2) == 0;
    return made;
  }

  /// One that is gone stays so, and none changes its organization: nothing in berth does that.
  void save_server(LedgerTransaction& change) {
    std::optional<Server> known = change.server(server());
    if (!known || known->status == ServerStatus::gone) return;
    known->status = static_cast<ServerStatus>(below(5));
    change.save(*known);
  }

  void save_attempt(LedgerTransaction& change) {
    const int number = below(10);
    AttemptRecord attempt = an_attempt("a" + std::to_string(number));
    attempt.organization = organizations[number % 2];
    attempt.server_id = server();
    attempt.status = static_cast<AttemptStatus>(below(6));
    change.save(attempt);
  }

  void save_hold(LedgerTransaction& change) {
    const std::string on = server();
    if (!change.server(on)) return;
    change.save(a_hold(hold(), on, "app-" + std::to_string(below(3)),
                       {below(100), below(100), below(100)}));
  }

  std::mt19937 random_;
  int servers_ = 0;
};

TEST(FleetMemory, a_transaction_knows_of_the_fleet_what_the_tables_say) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    sqlite::Database database(":memory:", sqlite::Access::make, 0);
    migrate_ledger(database, "installation");
    RandomWrites writes(seed);
    for (int round = 0; round < 4; ++round) {
      sqlite::Transaction transaction(database, sqlite::Transaction::Kind::writing);
      SqliteTransaction change(database);
      for (int i = 0; i < 60; ++i) {
        writes.one(change);
        if (writes.below(4) != 0) continue;
        // A view without a memory, within the same transaction: it sees what was written so far.
        const SqliteTransaction fresh(database);
        ASSERT_EQ(text_of(change), text_of(fresh)) << "after write " << i << " of round " << round;
      }
      transaction.commit();
    }
  }
}

}  // namespace
}  // namespace berth
