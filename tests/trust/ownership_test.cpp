// Who could replace a file that berth reads as orders, or runs?
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "trust/command.hpp"
#include "trust/ownership.hpp"

namespace berth {
namespace {

namespace fs = std::filesystem;

class Ownership : public testing::Test {
 protected:
  Ownership() {
    std::string name = (fs::temp_directory_path() / "berth-trust-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) folder_ = name;
    file_ = folder_ / "inner" / "berth.toml";
    fs::create_directory(folder_ / "inner");
    chmod((folder_ / "inner").c_str(), 0755);
    write(file_);
  }
  ~Ownership() override { fs::remove_all(folder_); }

  static void write(const fs::path& file, mode_t mode = 0644) {
    std::ofstream(file) << "#!/bin/sh\n";
    chmod(file.c_str(), mode);
  }
  static std::string why(const fs::path& file) {
    const auto problem = distrust_of(file);
    return problem ? problem->text_for(file) : "";
  }
  static bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }
  fs::path folder_, file_;
};

TEST_F(Ownership, OfAFileOfOursInFoldersOfOursIsSound) { EXPECT_EQ(why(file_), ""); }

TEST_F(Ownership, OfAFileThatOthersMayWriteSaysWhoAndWhatToDo) {
  chmod(file_.c_str(), 0666);
  EXPECT_EQ(why(file_), file_.string() +
                            ": the file can be written by every user, who could replace it. Take "
                            "that right away: chmod go-w " + file_.string() + ".");
  chmod(file_.c_str(), 0664);
  EXPECT_TRUE(says(why(file_), "by its group")) << why(file_);
}

TEST_F(Ownership, OfEveryFolderOnTheWayCounts) {
  chmod(folder_.c_str(), 0777);
  EXPECT_TRUE(says(why(file_), "(" + folder_.string() + ")")) << why(file_);
  EXPECT_TRUE(says(why(file_), "every user")) << why(file_);
}

TEST_F(Ownership, InAStickyFolderIsThatOfTheEntry) {
  chmod(folder_.c_str(), 01777);
  EXPECT_EQ(why(file_), "");
  if (geteuid() != 0) GTEST_SKIP() << "needs root to give a file away";
  ASSERT_EQ(chown((folder_ / "inner").c_str(), 12345, 12345), 0);
  EXPECT_TRUE(says(why(file_), "12345")) << why(file_);
}

TEST_F(Ownership, OfAnotherUserIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to give a file away";
  ASSERT_EQ(chown(file_.c_str(), 12345, 12345), 0);
  EXPECT_TRUE(says(why(file_), "belongs to user 12345")) << why(file_);
}

TEST_F(Ownership, OfALinksFolderCountsAsWellAsItsTarget) {
  fs::create_directory(folder_ / "open");
  chmod((folder_ / "open").c_str(), 0777);
  fs::create_symlink(folder_ / "inner", folder_ / "open" / "link");
  EXPECT_TRUE(says(why(folder_ / "open" / "link" / "berth.toml"), "/open"));
  fs::create_symlink("../open", folder_ / "inner" / "out");
  write(folder_ / "open" / "x");
  EXPECT_TRUE(says(why(folder_ / "inner" / "out" / "x"), "/open"));
  fs::create_symlink("loop", folder_ / "inner" / "loop");
  EXPECT_EQ(why(folder_ / "inner" / "loop"), "");  // nothing is there: whoever reads it says so
}

TEST_F(Ownership, OfAFileThatIsNotThereIsThatOfWhoMayMakeIt) {
  EXPECT_EQ(why(folder_ / "inner" / "missing"), "");
  chmod((folder_ / "inner").c_str(), 0777);
  EXPECT_TRUE(says(why(folder_ / "inner" / "missing"), "every user"));
}

TEST_F(Ownership, OfTheSystemIsNeverAdvisedToBeChanged) {
  for (const char* path :
       {"/", "/tmp", "/home", "/etc/passwd", "/usr/bin/ssh", "/proc/nope", "/var"})
    EXPECT_TRUE(is_of_the_system(path)) << path;
  for (const char* path : {"/etc/berth/token", "/home/ann/token", "/tmp/x/token", "/usr/local/x",
                           "/srv/berth", "/dev/shm/x"})
    EXPECT_FALSE(is_of_the_system(path)) << path;
}

TEST_F(Ownership, OfACommandIsThatOfItsProgramAndOfTheFilesItIsGiven) {
  const fs::path script = folder_ / "inner" / "deploy.sh";
  write(script, 0755);
  EXPECT_EQ(command_problem({script.string(), "--flag"}), "");
  EXPECT_EQ(command_problem({"sh", script.string()}), "");
  EXPECT_EQ(command_problem({"sh", "-c", "true"}), "");
  EXPECT_TRUE(says(command_problem({"no-such-program-at-all"}), "on $PATH"));
  EXPECT_TRUE(says(command_problem({"./nonexistent.sh"}), "there is no file"));
  chmod(script.c_str(), 0644);
  EXPECT_TRUE(says(command_problem({script.string()}), "chmod u+x"));
  chmod(script.c_str(), 0777);
  EXPECT_TRUE(says(command_problem({script.string()}), "every user"));
  EXPECT_TRUE(says(command_problem({"sh", script.string()}), "every user"));
}

}  // namespace
}  // namespace berth
