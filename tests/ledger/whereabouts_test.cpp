// A ledger that was copied, moved, put back or overwritten by an older one knows it.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "ledger/backup.hpp"
#include "ledger/ledger.hpp"
#include "story.hpp"

namespace berth {
namespace {

namespace fs = std::filesystem;

Identity identity_of(const std::string& folder, bool read_only = false,
                     const std::string& instance = {}) {
  Identity found;
  open_sqlite_ledger(folder, "another", read_only, instance)
      ->read([&](const LedgerView& view) { found = view.identity(); });
  return found;
}

void buys(const std::string& folder, const std::string& attempt) {
  open_sqlite_ledger(folder, "installation")->write([&](LedgerTransaction& change) {
    AttemptRecord record;
    record.id = attempt;
    change.save(record);
  });
}

TEST(Whereabouts, one_that_stays_where_it_is_goes_on) {
  const Folder folder;
  const std::string state = folder.file("state");
  buys(state, "one");
  buys(state, "two");
  EXPECT_EQ(identity_of(state).paused, "");
  EXPECT_EQ(identity_of(state, true).paused, "");
  EXPECT_EQ(identity_of(state).generation, 2);
}

TEST(Whereabouts, a_copy_and_a_moved_one_are_paused_and_the_original_goes_on) {
  const Folder folder;
  const std::string state = folder.file("state");
  buys(state, "one");
  fs::copy(state, folder.file("copy"), fs::copy_options::recursive);
  EXPECT_NE(identity_of(folder.file("copy"), true).paused, "");
  EXPECT_NE(identity_of(folder.file("copy")).paused, "");
  EXPECT_NE(identity_of(folder.file("copy")).paused, "");  // until a person says so
  EXPECT_NE(identity_of(folder.file("copy")).name, identity_of(state).name);
  EXPECT_EQ(identity_of(state).paused, "");
}

TEST(Whereabouts, an_older_file_over_the_ledger_is_paused) {
  const Folder folder;
  const std::string state = folder.file("state");
  buys(state, "one");
  fs::copy(state + "/ledger.db", folder.file("old"));
  buys(state, "two");
  fs::copy_file(folder.file("old"), state + "/ledger.db", fs::copy_options::overwrite_existing);
  const Identity found = identity_of(state);
  EXPECT_NE(found.paused.find("older"), std::string::npos) << found.paused;
  EXPECT_EQ(found.generation, 2);  // no number is given twice
}

TEST(Whereabouts, a_whole_older_folder_is_told_by_the_note_beside_it) {
  const Folder folder;
  const std::string state = folder.file("state");
  buys(state, "one");
  const std::string old = folder.file("old");
  fs::copy(state, old, fs::copy_options::recursive);
  buys(state, "two");
  for (const auto& entry : fs::directory_iterator(old))
    fs::copy(entry.path(), state,
             fs::copy_options::overwrite_existing | fs::copy_options::recursive);
  EXPECT_NE(identity_of(state).paused, "");
}

TEST(Whereabouts, an_instance_of_the_config_stands_for_the_place) {
  const Folder folder;
  const std::string state = folder.file("state");
  EXPECT_EQ(identity_of(state, false, "production").paused, "");
  fs::copy(state, folder.file("copy"), fs::copy_options::recursive);
  EXPECT_EQ(identity_of(folder.file("copy"), false, "production").paused, "");
  EXPECT_NE(identity_of(folder.file("copy"), false, "test").paused, "");
}

TEST(Whereabouts, a_backup_is_private_whole_and_overwrites_nothing) {
  const Folder folder;
  const std::string state = folder.file("state");
  buys(state, "one");
  const std::string file = folder.file("backup.db");
  back_up_ledger(state, file, 1);
  struct stat found {};
  ASSERT_EQ(stat(file.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  EXPECT_THROW(back_up_ledger(state, file, 2), LedgerError);
  EXPECT_THROW(restore_ledger(file, state, 2), LedgerError);
  EXPECT_EQ(identity_of(state).paused, "");
  restore_ledger(file, folder.file("fresh"), 2);
  EXPECT_NE(identity_of(folder.file("fresh")).paused.find("is a backup of"), std::string::npos);
  open_sqlite_ledger(folder.file("fresh"), "x")->read([](const LedgerView& view) {
    EXPECT_TRUE(view.attempt("one"));
    EXPECT_EQ(view.installation_id(), "installation");
  });
}

TEST(Whereabouts, what_is_no_ledger_is_not_restored) {
  const Folder folder;
  fs::copy_file("/etc/passwd", folder.file("no-ledger"));
  EXPECT_THROW(restore_ledger(folder.file("no-ledger"), folder.file("state"), 1), LedgerError);
  EXPECT_FALSE(fs::exists(folder.file("state/ledger.db")));
}

}  // namespace
}  // namespace berth
