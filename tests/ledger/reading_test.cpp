// A ledger that is only looked at leaves no trace.
#include <gtest/gtest.h>

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "ledger/sqlite.hpp"
#include "story.hpp"

namespace berth {
namespace {

int deployments_in(Ledger& ledger) {
  std::size_t count = 0;
  ledger.read([&](const LedgerView& view) { count = view.deployments({}).size(); });
  return static_cast<int>(count);
}

TEST(ReadingLedger, is_empty_where_there_is_none_and_makes_none) {
  const Folder folder;
  auto ledger = open_sqlite_ledger(folder.file("not/there"), "mine", true);
  ledger->read([](const LedgerView& view) {
    EXPECT_EQ(view.installation_id(), "mine");
    EXPECT_TRUE(view.servers("").empty());
  });
  EXPECT_TRUE(folder.contents().empty());
  EXPECT_EQ(refusal_of([&] { ledger->write([](LedgerTransaction&) {}); })->problem,
            LedgerProblem::read_only);
}

TEST(ReadingLedger, reads_a_closed_ledger_without_touching_it) {
  const Folder folder;
  open_sqlite_ledger(folder.path(), "theirs")->write([](LedgerTransaction& change) {
    change.save(a_deployment("d1"));
  });
  const auto before = folder.contents();
  auto ledger = open_sqlite_ledger(folder.path(), "mine", true);
  EXPECT_EQ(deployments_in(*ledger), 1);
  ledger->read([](const LedgerView& view) { EXPECT_EQ(view.installation_id(), "theirs"); });
  ledger.reset();
  EXPECT_EQ(folder.contents(), before);
}

TEST(ReadingLedger, follows_a_ledger_that_others_write) {
  const Folder folder;
  auto reader = open_sqlite_ledger(folder.path(), "mine", true);
  EXPECT_EQ(deployments_in(*reader), 0);
  const auto version = reader->data_version();
  auto writer = open_sqlite_ledger(folder.path(), "theirs");
  for (int i = 1; i <= 3; ++i) {
    writer->write([&](LedgerTransaction& change) {
      change.save(a_deployment("d" + std::to_string(i)));
    });
    EXPECT_EQ(deployments_in(*reader), i);
  }
  EXPECT_NE(reader->data_version(), version);
  writer.reset();
  EXPECT_EQ(deployments_in(*reader), 3);
  EXPECT_EQ(folder.contents().size(), 1U);  // the reader left nothing behind
}

TEST(ReadingLedger, reads_what_a_dead_writer_left_in_the_log) {
  const Folder folder;
  open_sqlite_ledger(folder.path(), "theirs");
  {
    sqlite::Database dying(folder.file("ledger.db"), sqlite::Access::read_write, 0);
    dying.leave_log_on_close(true);
    dying.script("UPDATE installation SET id = 'in the log'");
  }
  const auto before = folder.contents();
  open_sqlite_ledger(folder.path(), "mine", true)->read([](const LedgerView& view) {
    EXPECT_EQ(view.installation_id(), "in the log");
  });
  const auto after = folder.contents();
  for (const auto& file : before) {
    if (file.first.ends_with("-shm")) continue;  // an index of the log, made anew at will
    EXPECT_TRUE(std::find(after.begin(), after.end(), file) != after.end()) << file.first;
  }
}

/// As a process leaves it that died: its log holds what the file does not.
void leave_a_log(const std::string& folder) {
  sqlite::Database dying(folder + "/ledger.db", sqlite::Access::read_write, 0);
  dying.leave_log_on_close(true);
  dying.script("UPDATE installation SET id = 'in the log'");
}

std::string id_in(const std::string& folder) {
  std::string id;
  open_sqlite_ledger(folder, "mine", true)->read([&](const LedgerView& view) {
    id = view.installation_id();
  });
  return id;
}

std::int64_t peak_kib() {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::int64_t kib = 0;
  while (status >> word)
    if (word == "VmHWM:") status >> kib;
  return kib;
}

TEST(ReadingLedger, of_one_deployment_does_not_hold_the_whole_file_in_memory) {
  const Folder folder;
  {
    auto ledger = open_sqlite_ledger(folder.path(), "theirs");
    ledger->write([](LedgerTransaction& change) {
      const std::string decision(1 << 20, 'd');
      for (int i = 0; i < 96; ++i) change.add_decision("d" + std::to_string(i), 1, decision);
      change.save(a_deployment("d1"));
    });
  }
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew
  const std::int64_t before = peak_kib();
  auto ledger = open_sqlite_ledger(folder.path(), "mine", true);
  EXPECT_EQ(deployments_in(*ledger), 1);
  EXPECT_LT(peak_kib() - before, 48 * 1024);
}

TEST(ReadingLedger, on_a_full_disk_needs_no_room) {
  for (const bool with_log : {false, true}) {
    for (const bool with_index : {false, true}) {
      const Folder folder;
      if (mount("none", folder.path().c_str(), "tmpfs", 0, "size=1m,mode=0700") != 0)
        GTEST_SKIP() << "a small file system cannot be mounted here";
      open_sqlite_ledger(folder.path(), "theirs");
      if (with_log) leave_a_log(folder.path());
      if (!with_index) unlink(folder.file("ledger.db-shm").c_str());
      {
        std::ofstream filler(folder.file("filler"), std::ios::binary);
        const std::string page(4096, 'x');
        while (filler.write(page.data(), 4096).flush()) {
        }
      }
      EXPECT_EQ(id_in(folder.path()), with_log ? "in the log" : "theirs") << with_index;
      umount(folder.path().c_str());
    }
  }
}

TEST(ReadingLedger, on_a_read_only_mount_and_for_a_user_who_may_only_read) {
  for (const bool with_log : {false, true}) {
    for (const bool with_index : {false, true}) {
      const Folder folder;
      open_sqlite_ledger(folder.path(), "theirs");
      if (with_log) leave_a_log(folder.path());
      if (!with_index) unlink(folder.file("ledger.db-shm").c_str());
      for (const char* part : {"", "-wal", "-shm"})
        chmod(folder.file(std::string("ledger.db") + part).c_str(), 0444);
      chmod(folder.path().c_str(), 0555);
      const auto before = folder.contents();
      {
        const AsNobody nobody;
        EXPECT_EQ(id_in(folder.path()), with_log ? "in the log" : "theirs") << with_index;
      }
      EXPECT_EQ(folder.contents(), before);
      if (mount(folder.path().c_str(), folder.path().c_str(), nullptr, MS_BIND, nullptr) == 0) {
        const bool bound = mount(nullptr, folder.path().c_str(), nullptr,
                                 MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0;
        if (bound) EXPECT_EQ(id_in(folder.path()), with_log ? "in the log" : "theirs");
        umount(folder.path().c_str());
      }
      chmod(folder.path().c_str(), 0755);
    }
  }
}

TEST(ReadingLedger, reads_again_what_changed_while_it_was_read) {
  const Folder folder;
  open_sqlite_ledger(folder.path(), "theirs");
  auto reader = open_sqlite_ledger(folder.path(), "mine", true);
  int runs = 0;
  std::size_t seen = 0;
  reader->read([&](const LedgerView& view) {
    if (++runs == 1)
      open_sqlite_ledger(folder.path(), "theirs")->write([](LedgerTransaction& change) {
        change.save(a_deployment("d1"));
      });
    seen = view.deployments({}).size();
    if (runs == 1) throw std::runtime_error("what a torn page says");
  });
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(seen, 1U);
}

TEST(ReadingLedger, that_may_not_be_looked_at_is_no_empty_one) {
  const Folder folder;
  open_sqlite_ledger(folder.path(), "theirs");
  chmod(folder.path().c_str(), 0700);
  if (getuid() != 0) chmod(folder.path().c_str(), 0);
  {
    const AsNobody nobody;
    const auto refusal = refusal_of(folder.path(), true);
    EXPECT_EQ(refusal ? refusal->problem : LedgerProblem::full, LedgerProblem::io);
  }
  chmod(folder.path().c_str(), 0700);
}

TEST(ReadingLedger, names_what_begins_with_what_was_typed) {
  const Folder folder;
  open_sqlite_ledger(folder.path(), "theirs")->write([](LedgerTransaction& change) {
    for (int i = 0; i < 40; ++i) {
      DeploymentRecord deployment = a_deployment("d" + std::to_string(i));
      deployment.application = "app-" + std::to_string(i / 10);
      deployment.organization = i < 20 ? "acme" : "zoo";
      deployment.idempotency_key.clear();
      deployment.created_unix_ms = i;
      change.save(deployment);
    }
    for (const char* name : {"web-1", "web-2", "db-1"}) {
      Server server = a_server(name);
      server.name = name;
      server.organization = "initech";
      change.save(server);
    }
  });
  using Names = std::vector<std::string>;
  open_sqlite_ledger(folder.path(), "mine", true)->read([](const LedgerView& view) {
    EXPECT_EQ(view.names(Named::server, "web", 9), (Names{"web-1", "web-2"}));
    EXPECT_EQ(view.names(Named::server, "", 2), (Names{"db-1", "web-1"}));
    EXPECT_EQ(view.names(Named::application, "app-", 3), (Names{"app-0", "app-1", "app-2"}));
    EXPECT_EQ(view.names(Named::application, "b", 3), Names());
    EXPECT_EQ(view.names(Named::organization, "", 9), (Names{"acme", "initech", "zoo"}));
    EXPECT_EQ(view.names(Named::deployment, "", 2), (Names{"d39", "d38"}));
    EXPECT_EQ(view.names(Named::deployment, "d1", 3), (Names{"d1", "d10", "d11"}));
    EXPECT_EQ(view.names(Named::project, "", 3), Names());
  });
}

}  // namespace
}  // namespace berth
