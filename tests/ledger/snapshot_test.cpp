// A ledger that is only looked at leaves no trace.
#include <gtest/gtest.h>

#include <algorithm>

#include "ledger/sqlite.hpp"
#include "story.hpp"

namespace berth {
namespace {

int deployments_in(Ledger& ledger) {
  std::size_t count = 0;
  ledger.read([&](const LedgerView& view) { count = view.deployments({}).size(); });
  return static_cast<int>(count);
}

TEST(SnapshotLedger, is_empty_where_there_is_none_and_makes_none) {
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

TEST(SnapshotLedger, reads_a_closed_ledger_without_touching_it) {
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

TEST(SnapshotLedger, follows_a_ledger_that_others_write) {
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

TEST(SnapshotLedger, reads_what_a_dead_writer_left_in_the_log) {
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

}  // namespace
}  // namespace berth
