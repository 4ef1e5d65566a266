// A template's files and its user's, in one folder.
#include "stacks/update.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace berth {
namespace {

namespace fs = std::filesystem;

class Updating : public testing::Test {
 protected:
  void SetUp() override {
    projects_ = fs::path(testing::TempDir()) / ("berth_stacks_" + std::to_string(getpid()));
    fs::remove_all(projects_);
  }
  void TearDown() override { fs::remove_all(projects_); }

  static Rendering with(std::vector<RenderedFile> files) {
    Rendering rendering;
    rendering.files = std::move(files);
    return rendering;
  }
  static RenderedFile file(const std::string& path, const std::string& content) {
    RenderedFile one;
    one.path = path;
    one.content = content;
    return one;
  }

  std::vector<FileChange> update(const Rendering& rendering) {
    ProjectFolder folder(projects_, "web");
    auto changes = changes_of(folder, rendering);
    apply(folder, rendering, changes);
    return changes;
  }
  FileFate fate(const Rendering& rendering, const std::string& path = "app.txt") {
    for (const FileChange& change : update(rendering))
      if (change.path == path) return change.fate;
    ADD_FAILURE() << path << " is not among the changes";
    return FileFate::unchanged;
  }

  [[nodiscard]] fs::path at(const std::string& path) const { return projects_ / "web" / path; }
  [[nodiscard]] std::string read(const std::string& path) const {
    std::ifstream stream(at(path));
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  void write(const std::string& path, const std::string& text) {
    fs::create_directories(at(path).parent_path());
    std::ofstream(at(path)) << text;
  }

  fs::path projects_;
};

TEST_F(Updating, WritesFilesWithTheirFoldersAndModes) {
  RenderedFile secret = file(".env", "A=1\n");
  secret.secret = true;
  RenderedFile script = file("bin/run", "#!/bin/sh\n");
  script.executable = true;
  EXPECT_EQ(fate(with({secret, script, file("a/b/c.txt", "c")}), "a/b/c.txt"), FileFate::added);
  EXPECT_EQ(read("a/b/c.txt"), "c");
  struct stat facts {};
  ASSERT_EQ(stat(at(".env").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  ASSERT_EQ(stat(at("bin/run").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0755U);
  EXPECT_FALSE(fs::exists(at(".berth/half-made")));
}

TEST_F(Updating, ASecondTimeChangesNothing) {
  const Rendering rendering = with({file("app.txt", "one\n")});
  update(rendering);
  EXPECT_EQ(fate(rendering), FileFate::unchanged);
}

TEST_F(Updating, TakesWhatTheTemplateChangedWhereTheUserChangedNothing) {
  update(with({file("app.txt", "one\n")}));
  EXPECT_EQ(fate(with({file("app.txt", "two\n")})), FileFate::updated);
  EXPECT_EQ(read("app.txt"), "two\n");
}

TEST_F(Updating, KeepsWhatOnlyTheUserChanged) {
  update(with({file("app.txt", "one\n")}));
  write("app.txt", "mine\n");
  EXPECT_EQ(fate(with({file("app.txt", "one\n")})), FileFate::kept);
  EXPECT_EQ(read("app.txt"), "mine\n");
}

TEST_F(Updating, JoinsWhatBothChangedInDifferentPlaces) {
  update(with({file("app.txt", "a\nb\nc\nd\ne\n")}));
  write("app.txt", "mine\nb\nc\nd\ne\n");
  EXPECT_EQ(fate(with({file("app.txt", "a\nb\nc\nd\ntheirs\n")})), FileFate::merged);
  EXPECT_EQ(read("app.txt"), "mine\nb\nc\nd\ntheirs\n");
}

TEST_F(Updating, MarksWhereBothChangedTheSameLinesAndWaitsUntilThatIsSettled) {
  update(with({file("app.txt", "a\nb\n")}));
  write("app.txt", "a\nmine\n");
  EXPECT_EQ(fate(with({file("app.txt", "a\ntheirs\n")})), FileFate::conflict);
  const std::string marked = "a\n<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> template\n";
  EXPECT_EQ(read("app.txt"), marked);
  EXPECT_EQ(fate(with({file("app.txt", "a\nnewer\n")})), FileFate::conflict);
  EXPECT_EQ(read("app.txt"), marked);
}

TEST_F(Updating, DoesNotBringBackWhatTheUserDeleted) {
  update(with({file("app.txt", "a\n")}));
  fs::remove(at("app.txt"));
  EXPECT_EQ(fate(with({file("app.txt", "b\n")})), FileFate::deleted);
  EXPECT_FALSE(fs::exists(at("app.txt")));
}

TEST_F(Updating, RemovesWhatTheTemplateDroppedUnlessTheUserChangedIt) {
  update(with({file("app.txt", "a\n"), file("old.txt", "old\n"), file("used.txt", "used\n")}));
  write("used.txt", "mine\n");
  const Rendering newer = with({file("app.txt", "a\n")});
  EXPECT_EQ(fate(newer, "old.txt"), FileFate::removed);
  EXPECT_FALSE(fs::exists(at("old.txt")));
  EXPECT_EQ(read("used.txt"), "mine\n");
}

TEST_F(Updating, LeavesFilesAloneThatWereThereBefore) {
  write("app.txt", "my own\n");
  EXPECT_EQ(fate(with({file("app.txt", "template\n")})), FileFate::yours);
  EXPECT_EQ(read("app.txt"), "my own\n");
  EXPECT_EQ(read("app.txt.berth"), "template\n");
}

TEST_F(Updating, AddsOnlyMissingKeysToEnv) {
  RenderedFile env = file(".env", "A=1\nB=2\n");
  env.secret = true;
  env.update = RenderedFile::Update::keys;
  update(with({env}));
  write(".env", "A=mine\n# B=2\n");
  env.content = "A=1\nB=2\nC=3\n";
  EXPECT_EQ(fate(with({env}), ".env"), FileFate::merged);
  EXPECT_EQ(read(".env"), "A=mine\n# B=2\nB=2\nC=3\n");
  EXPECT_FALSE(fs::exists(at(".berth/base/.env"))) << "a second copy of the secrets";
}

TEST_F(Updating, RefusesPathsThatLeadElsewhereBeforeAnythingIsWritten) {
  for (const char* path : {"../out", "/etc/passwd", "a/../../out", "a//b", "./a", "", ".berth/x",
                           "a\nb", ".git/hooks/pre-commit"}) {
    ProjectFolder folder(projects_, "web");
    EXPECT_THROW(changes_of(folder, with({file("app.txt", "x"), file(path, "x")})), FolderProblem)
        << path;
  }
  EXPECT_FALSE(fs::exists(at("app.txt")));
  EXPECT_FALSE(fs::exists(projects_ / "out"));
}

TEST_F(Updating, FollowsNoLinkThatIsInTheWay) {
  const fs::path elsewhere = projects_ / "elsewhere";
  fs::create_directories(elsewhere);
  fs::create_directories(projects_ / "web");
  fs::create_directory_symlink(elsewhere, at("a"));
  EXPECT_THROW(update(with({file("a/b.txt", "x")})), FolderProblem);
  EXPECT_TRUE(fs::is_empty(elsewhere));
  fs::remove(at("a"));
  fs::create_directory_symlink(elsewhere, at(".berth"));
  EXPECT_THROW(update(with({file("b.txt", "x")})), FolderProblem);
  EXPECT_TRUE(fs::is_empty(elsewhere));
  fs::remove(at(".berth"));
  std::ofstream(elsewhere / "file") << "untouched";
  fs::create_symlink(elsewhere / "file", at("b.txt"));
  EXPECT_THROW(update(with({file("b.txt", "x")})), FolderProblem);
  EXPECT_EQ(fs::file_size(elsewhere / "file"), 9U);
}

TEST_F(Updating, AProjectThatIsALinkIsRefused) {
  fs::create_directories(projects_ / "elsewhere");
  fs::create_directory_symlink(projects_ / "elsewhere", projects_ / "web");
  EXPECT_THROW(ProjectFolder(projects_, "web"), FolderProblem);
}

TEST_F(Updating, EndsTheSameWhereverItWasInterrupted) {
  const Rendering first = with({file("a", "1\n2\n3\n4\n"), file("b", "1\n"), file("c", "1\n")});
  const Rendering second = with({file("a", "1\n2\n3\nfour\n"), file("b", "2\n"), file("d", "1\n")});
  for (std::size_t done = 0; done <= 4; ++done) {
    fs::remove_all(projects_);
    update(first);
    write("a", "one\n2\n3\n4\n");
    {  // as if it had died after so many files
      ProjectFolder folder(projects_, "web");
      auto changes = changes_of(folder, second);
      changes.resize(std::min(done, changes.size()));
      Rendering half = second;
      half.files.resize(std::min(done, half.files.size()));
      for (const FileChange& change : changes)
        if (change.fate == FileFate::removed)
          folder.remove(change.path);
        else if (change.after != change.before)
          folder.write(change.path, change.after, change.mode, true);
    }
    update(second);
    EXPECT_EQ(read("a"), "one\n2\n3\nfour\n") << done;
    EXPECT_EQ(read("b"), "2\n") << done;
    EXPECT_FALSE(fs::exists(at("c"))) << done;
    EXPECT_EQ(read("d"), "1\n") << done;
  }
}

}  // namespace
}  // namespace berth
