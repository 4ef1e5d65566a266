// A lock that only the kernel frees says who is alive.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "world/world.hpp"

namespace berth {
namespace {

namespace fs = std::filesystem;

class OwnersStory : public testing::Test {
 protected:
  OwnersStory() {
    std::string name = fs::temp_directory_path() / "berth-owners-XXXXXX";
    folder = mkdtemp(name.data());
  }
  ~OwnersStory() override {
    for (const pid_t pid : started) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
    fs::remove_all(folder);
  }

  /// Another process that holds the lock of `id`.
  pid_t hold(const std::string& id) {
    int in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0) throw std::runtime_error("no pipe");
    const pid_t pid = fork();
    if (pid == 0) {
      dup2(in[0], 0);
      dup2(out[1], 1);
      close(in[1]);
      execl(LOCK_HOLDER, "lock_holder", folder.c_str(), id.c_str(), nullptr);
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    started.push_back(pid);
    char word[5] = {};
    EXPECT_EQ(read(out[0], word, 5), 5);  // "held\n"
    close(out[0]);
    return pid;
  }
  void end(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    std::erase(started, pid);
  }

  std::string folder;
  std::vector<pid_t> started;
};

TEST_F(OwnersStory, AProcessIsAliveUntilItIsKilled) {
  const auto own = lock_file_owners(folder, "me");
  const pid_t other = hold("other");
  EXPECT_TRUE(own->alive("other"));
  EXPECT_TRUE(own->alive("other"));
  end(other);
  EXPECT_FALSE(own->alive("other"));
  EXPECT_FALSE(own->alive("other"));
  EXPECT_FALSE(fs::exists(folder + "/other"));
}

TEST_F(OwnersStory, TwoInOneProcessSeeEachOther) {
  const auto one = lock_file_owners(folder, "one");
  auto two = lock_file_owners(folder, "two");
  EXPECT_EQ(one->own(), "one");
  EXPECT_EQ(two->own(), "two");
  EXPECT_TRUE(one->alive("two"));
  EXPECT_TRUE(two->alive("one"));
  EXPECT_TRUE(one->alive("one"));
  two.reset();
  EXPECT_FALSE(one->alive("two"));
  EXPECT_TRUE(one->alive("one"));
}

TEST_F(OwnersStory, WhoNeverActedLeavesNoFile) {
  { const auto quiet = lock_file_owners(folder + "/deeper", "quiet"); }
  EXPECT_FALSE(fs::exists(folder + "/deeper"));
  {
    const auto busy = lock_file_owners(folder + "/deeper", "busy");
    (void)busy->own();
    EXPECT_TRUE(fs::exists(folder + "/deeper/busy"));
  }
  EXPECT_FALSE(fs::exists(folder + "/deeper/busy"));
}

TEST_F(OwnersStory, TheFolderThatIsMadeIsItsOwnersAlone) {
  const auto owners = lock_file_owners(folder + "/deeper", "me");
  (void)owners->own();
  EXPECT_EQ(fs::status(folder + "/deeper").permissions(), fs::perms::owner_all);
}

TEST_F(OwnersStory, AnUnknownOwnerIsDead) {
  EXPECT_FALSE(lock_file_owners(folder, "me")->alive("nobody"));
}

TEST_F(OwnersStory, ALockThatCannotBeTakenIsAnError) {
  if (geteuid() == 0) {
    const auto owners = lock_file_owners("/proc/no-such-place", "me");
    EXPECT_ANY_THROW((void)owners->own());
  }
}

// A child that outlives its parent must not keep the parent's claims.
TEST_F(OwnersStory, ACommandDoesNotInheritTheLock) {
  auto dying = lock_file_owners(folder, "dying");
  (void)dying->own();
  Command command;
  command.argv = {"/bin/sh", "-c", "sleep 5 >/dev/null 2>&1 & echo $!"};
  command.timeout_ms = 10'000;
  const CommandResult result = posix_processes()->run(
      command, [](const Session&) {}, [] { return false; });
  fs::copy_file(folder + "/dying", folder + "/kept");
  dying.reset();
  EXPECT_FALSE(lock_file_owners(folder, "me")->alive("dying"));
  kill(static_cast<pid_t>(std::atol(result.output_tail.c_str())), SIGKILL);
}

}  // namespace
}  // namespace berth
