// ledger.db as a file: made safely, refused with a sentence, never made worse.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "ledger/ledger_file.hpp"
#include "ledger/schema.hpp"
#include "ledger/sqlite.hpp"
#include "story.hpp"

namespace berth {
namespace {
namespace fs = std::filesystem;

int mode_of(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 ? static_cast<int>(found.st_mode & 07777) : -1;
}

bool says(const std::optional<Refusal>& refusal, const std::string& words) {
  return refusal && refusal->text.find(words) != std::string::npos;
}

TEST(LedgerFile, is_for_its_owner_only_whatever_the_umask_is) {
  const Folder outer;
  for (const mode_t mask : {mode_t{0}, mode_t{0377}}) {
    const std::string folder = outer.file("a/b" + std::to_string(mask));
    const mode_t before = umask(mask);
    auto ledger = open_sqlite_ledger(folder, "installation");
    ledger->write([](LedgerTransaction& change) { change.save(a_deployment("d1")); });
    umask(before);
    EXPECT_EQ(mode_of(outer.file("a")), 0700);
    EXPECT_EQ(mode_of(folder), 0700);
    EXPECT_EQ(mode_of(folder + "/ledger.db"), 0600);
    EXPECT_EQ(mode_of(folder + "/ledger.db-wal"), 0600);
    EXPECT_EQ(mode_of(folder + "/ledger.db-shm"), 0600);
  }
}

// One was refused as "locked for more than 30 s", at once: clearing away the journal of the dead
// maker takes a lock for which the other one did not wait.
TEST(LedgerFile, many_may_open_what_a_dead_maker_left) {
  for (int round = 0; round < 40; ++round) {
    const Folder folder;
    std::ofstream(folder.file("ledger.db"));
    std::ofstream(folder.file("ledger.db-journal")) << std::string(512, '\0');
    std::atomic<int> ready{0}, refused{0};
    std::vector<std::thread> openers;
    for (int i = 0; i < 4; ++i)
      openers.emplace_back([&] {
        for (++ready; ready < 4;) std::this_thread::yield();
        try {
          open_sqlite_ledger(folder.path(), "installation");
        } catch (const LedgerError&) {
          ++refused;
        }
      });
    for (std::thread& one : openers) one.join();
    ASSERT_EQ(refused, 0) << "round " << round;
  }
}

TEST(LedgerFile, leaves_the_mode_of_a_folder_that_was_there) {
  const Folder folder;
  chmod(folder.path().c_str(), 0755);
  open_sqlite_ledger(folder.path(), "installation");
  EXPECT_EQ(mode_of(folder.path()), 0755);
}

TEST(LedgerFile, keeps_its_first_installation_and_is_one_file_when_closed) {
  const Folder folder;
  open_sqlite_ledger(folder.path(), "first");
  open_sqlite_ledger(folder.path(), "second")->read([](const LedgerView& view) {
    EXPECT_EQ(view.installation_id(), "first");
  });
  ASSERT_EQ(folder.contents().size(), 1U);
  EXPECT_EQ(folder.contents().front().first, "ledger.db");
}

/// ledger.db as the first version made it, with one attempt that boots.
void make_version_1(const Folder& folder) {
  const std::string first(ledger_schema.substr(0, ledger_schema.find("-- migration 2")));
  sqlite::Database database(folder.file("ledger.db"), sqlite::Access::make, 0);
  database.script("PRAGMA journal_mode = WAL;" + first);
  database.script("PRAGMA application_id = " + std::to_string(ledger_application_id));
  database.script(
      "PRAGMA user_version = 1; INSERT INTO installation (one, id) VALUES (1, 'installation');"
      "INSERT INTO attempt (id, organization, deployment_id, server_id, account, status, "
      "offers_json, candidate, vendor_id, note, region, unknown_outcome, absent_looks, "
      "absent_since_unix_ms, phase, created_unix_ms, requested_unix_ms, accepted_unix_ms, "
      "ended_unix_ms, expires_unix_ms, errors, failure_code, failure) VALUES ('a1', 'acme', 'd1', "
      "'s1', 'hetzner-main', 'booting', '[]', 0, '', '', 'nbg1', 0, 0, 0, 'accepted', 1, 1, 1, 0, "
      "0, 0, '', '')");
}

TEST(LedgerFile, of_an_older_berth_is_migrated_with_all_that_is_in_it) {
  const Folder folder;
  make_version_1(folder);
  const auto ledger = open_sqlite_ledger(folder.path(), "another");
  ledger->read([](const LedgerView& view) {
    EXPECT_EQ(view.installation_id(), "installation");
    EXPECT_EQ(view.unsettled_attempts("hetzner-main").size(), 1U);
  });
  sqlite::Database raw(folder.file("ledger.db"), sqlite::Access::read_only, 1000);
  EXPECT_EQ(raw.integer("PRAGMA user_version"), newest_ledger_version());
  EXPECT_EQ(raw.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'attempt_unsettled'"), 1);
}

TEST(LedgerFile, of_a_newer_berth_is_refused_and_not_touched) {
  const Folder folder;
  open_sqlite_ledger(folder.path(), "installation");
  sqlite::Database(folder.file("ledger.db"), sqlite::Access::read_write, 0)
      .script("PRAGMA user_version = " + std::to_string(newest_ledger_version() + 1));
  const auto before = folder.contents();
  for (const bool read_only : {false, true}) {
    const auto refusal = refusal_of(folder.path(), read_only);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->problem, LedgerProblem::too_new);
    EXPECT_TRUE(says(refusal, "version " + std::to_string(newest_ledger_version() + 1)))
        << refusal->text;
    EXPECT_TRUE(says(refusal, "up to " + std::to_string(newest_ledger_version())))
        << refusal->text;
    EXPECT_TRUE(says(refusal, folder.file("ledger.db"))) << refusal->text;
  }
  EXPECT_EQ(folder.contents(), before);
}

TEST(LedgerFile, whose_newer_version_is_still_in_the_log_is_refused_too) {
  const Folder folder;
  open_sqlite_ledger(folder.path(), "installation");
  {
    sqlite::Database newer(folder.file("ledger.db"), sqlite::Access::read_write, 0);
    newer.leave_log_on_close(true);  // as if it had died
    newer.script("PRAGMA user_version = " + std::to_string(newest_ledger_version() + 1));
  }
  const auto before = folder.contents();
  ASSERT_TRUE(fs::exists(folder.file("ledger.db-wal")));
  const auto refusal = refusal_of(folder.path());
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->problem, LedgerProblem::too_new);
  const auto after = folder.contents();
  for (const auto& file : before) {
    if (file.first.ends_with("-shm")) continue;  // an index of the log, made anew at will
    EXPECT_TRUE(std::find(after.begin(), after.end(), file) != after.end()) << file.first;
  }
}

TEST(LedgerFile, that_is_none_is_refused_and_not_touched) {
  const Folder garbage;
  std::ofstream(garbage.file("ledger.db")) << std::string(5000, 'x');
  const Folder other;
  sqlite::Database(other.file("ledger.db"), sqlite::Access::make, 0)
      .script("CREATE TABLE of_another_program (a)");
  for (const Folder* folder : {&garbage, &other}) {
    const auto before = folder->contents();
    for (const bool read_only : {false, true}) {
      const auto refusal = refusal_of(folder->path(), read_only);
      ASSERT_TRUE(refusal);
      EXPECT_EQ(refusal->problem, LedgerProblem::corrupt) << refusal->text;
      EXPECT_TRUE(says(refusal, folder->file("ledger.db"))) << refusal->text;
    }
    EXPECT_EQ(folder->contents(), before);
  }
}

TEST(LedgerFile, that_was_damaged_says_so_when_the_damage_is_met) {
  const Folder folder;
  open_sqlite_ledger(folder.path(), "installation");
  {
    std::fstream file(folder.file("ledger.db"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(fs::file_size(folder.file("ledger.db")) - 4096, '\xee');
  }
  const auto refusal = refusal_of([&] {
    open_sqlite_ledger(folder.path(), "installation")->write([](LedgerTransaction& change) {
      change.save(a_deployment("d1"));
    });
  });
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->problem, LedgerProblem::corrupt) << refusal->text;
}

TEST(LedgerFile, with_a_word_from_the_future_is_named_unreadable) {
  const Folder folder;
  auto ledger = open_sqlite_ledger(folder.path(), "installation");
  ledger->write([](LedgerTransaction& change) { change.save(a_deployment("d1")); });
  sqlite::Database(folder.file("ledger.db"), sqlite::Access::read_write, 1000)
      .script("UPDATE deployment SET status = 'teleporting'");
  const auto refusal = refusal_of(
      [&] { ledger->read([](const LedgerView& view) { (void)view.deployment("d1"); }); });
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->problem, LedgerProblem::corrupt);
  EXPECT_TRUE(says(refusal, "teleporting"));
}

TEST(LedgerFile, that_may_not_be_written_is_read_only) {
  const Folder folder;
  open_sqlite_ledger(folder.path(), "installation");
  chmod(folder.file("ledger.db").c_str(), 0444);
  const AsNobody nobody(folder.path());
  const auto refusal = refusal_of(folder.path());
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->problem, LedgerProblem::read_only) << refusal->text;
  EXPECT_FALSE(refusal_of(folder.path(), true));
}

TEST(LedgerFile, in_a_folder_that_may_not_be_written_is_told) {
  const Folder folder;
  open_sqlite_ledger(folder.path(), "installation");
  chmod(folder.path().c_str(), 0555);
  chmod(folder.file("ledger.db").c_str(), 0666);
  {
    const AsNobody nobody;
    for (const std::string& path :
         {folder.path(), folder.file("below"), folder.file("ledger.db")}) {
      const auto refusal = refusal_of(path);
      ASSERT_TRUE(refusal) << path;
      EXPECT_EQ(refusal->problem, LedgerProblem::unwritable_folder) << refusal->text;
    }
    EXPECT_FALSE(refusal_of(folder.path(), true));  // looking needs nothing
  }
  chmod(folder.path().c_str(), 0755);
}

// Who may write the folder puts another ledger there, and berth buys and destroys on its word.
TEST(LedgerFile, in_a_folder_that_others_may_write_was_used_without_a_word) {
  const Folder outer;
  const std::string folder = outer.file("state");
  open_sqlite_ledger(folder, "installation");
  for (const mode_t mode : {mode_t{0777}, mode_t{0770}, mode_t{01777}}) {
    chmod(folder.c_str(), mode);
    const auto refusal = refusal_of(folder);
    EXPECT_TRUE(says(refusal, "can be written by ")) << mode;
    EXPECT_TRUE(says(refusal, "chmod go-w " + folder)) << mode;
  }
  chmod(folder.c_str(), 0755);  // others may look
  EXPECT_FALSE(refusal_of(folder));
  chmod(outer.path().c_str(), 0777);
  EXPECT_TRUE(says(refusal_of(folder), "chmod go-w " + outer.path()));
  chmod(outer.path().c_str(), 01777);  // as /tmp is: the folder in it is ours
  EXPECT_FALSE(refusal_of(folder));
}

TEST(LedgerFile, that_others_may_write_is_refused) {
  const Folder folder;
  open_sqlite_ledger(folder.path(), "installation");
  chmod(folder.file("ledger.db").c_str(), 0666);
  const auto refusal = refusal_of(folder.path());
  EXPECT_TRUE(says(refusal, "chmod go-w " + folder.file("ledger.db")));
  EXPECT_FALSE(refusal_of(folder.path(), true)) << "who only reads does nothing on its word";
}

TEST(LedgerFile, of_another_user_is_refused_to_root_and_served_to_its_owner) {
  if (geteuid() != 0) GTEST_SKIP() << "only root gives a folder away";
  const Folder outer;
  chmod(outer.path().c_str(), 0755);
  const std::string folder = outer.file("state");
  fs::create_directory(folder);
  ASSERT_EQ(chown(folder.c_str(), 65534, 65534), 0);
  chmod(folder.c_str(), 0700);
  const auto refusal = refusal_of(folder);
  EXPECT_TRUE(says(refusal, "belongs to user 65534"));
  EXPECT_TRUE(says(refusal, "Run berth as that user"));
  EXPECT_TRUE(says(refusal, "chown -R 0 " + folder));
  const AsNobody nobody;
  EXPECT_FALSE(refusal_of(folder));
}

// It was refused, or used, without a word on why the one and not the other.
TEST(LedgerFile, that_is_a_symbolic_link_says_so) {
  const Folder folder;
  const Folder other;
  open_sqlite_ledger(other.path(), "installation");
  fs::create_symlink(other.file("ledger.db"), folder.file("ledger.db"));
  for (const bool read_only : {false, true}) {
    const auto refusal = refusal_of(folder.path(), read_only);
    EXPECT_TRUE(says(refusal, folder.file("ledger.db") + ": it is a symbolic link"));
    EXPECT_TRUE(says(refusal, "Name the folder in which the file itself lies"));
  }
}

TEST(LedgerFile, on_a_full_disk_says_so_and_goes_on_when_there_is_room) {
  const Folder folder;
  if (mount("none", folder.path().c_str(), "tmpfs", 0, "size=1m,mode=0700") != 0) {
    GTEST_SKIP() << "a small file system cannot be mounted here; the full disk was not tried";
  }
  {
    auto ledger = open_sqlite_ledger(folder.path(), "installation");
    int written = 0;
    const auto refusal = refusal_of([&] {
      for (; written < 1000; ++written) {
        ledger->write([&](LedgerTransaction& change) {
          DeploymentRecord deployment = a_deployment("d" + std::to_string(written));
          deployment.command_tail = std::string(4096, 't');
          change.save(deployment);
        });
      }
    });
    EXPECT_EQ(refusal ? refusal->problem : LedgerProblem::io, LedgerProblem::full);
    EXPECT_GT(written, 10);
    ledger->read([&](const LedgerView& view) {
      EXPECT_TRUE(view.deployment("d" + std::to_string(written - 1)));
      EXPECT_FALSE(view.deployment("d" + std::to_string(written)));
    });
    EXPECT_EQ(mount("none", folder.path().c_str(), "tmpfs", MS_REMOUNT, "size=8m"), 0);
    ledger->write([](LedgerTransaction& change) { change.save(a_deployment("after")); });
  }
  umount(folder.path().c_str());
}

TEST(LedgerFile, tells_when_another_connection_has_committed) {
  const Folder folder;
  auto mine = open_sqlite_ledger(folder.path(), "installation");
  auto other = open_sqlite_ledger(folder.path(), "installation");
  const auto version = mine->data_version();
  mine->write([](LedgerTransaction& change) { change.save(a_deployment("d1")); });
  EXPECT_EQ(mine->data_version(), version);
  other->write([](LedgerTransaction& change) { change.save(a_deployment("d2")); });
  EXPECT_NE(mine->data_version(), version);
}

TEST(LedgerFile, serves_several_threads) {
  const Folder folder;
  auto ledger = open_sqlite_ledger(folder.path(), "installation");
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&, number] {
      for (int i = 0; i < 25; ++i) {
        const std::string id = "d" + std::to_string(number) + "-" + std::to_string(i);
        ledger->write([&](LedgerTransaction& change) { change.save(a_deployment(id)); });
        ledger->read([&](const LedgerView& view) { EXPECT_TRUE(view.deployment(id)); });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ledger->read([](const LedgerView& view) { EXPECT_EQ(view.deployments({}).size(), 100U); });
}

}  // namespace
}  // namespace berth
