// Commands in sessions of their own. These are real processes.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "world/world.hpp"

namespace berth {
namespace {

using namespace std::chrono_literals;

class ProcessesStory : public testing::Test {
 protected:
  ProcessesStory() {
    std::string name = std::filesystem::temp_directory_path() / "berth-world-XXXXXX";
    folder = mkdtemp(name.data());
  }
  ~ProcessesStory() override { std::filesystem::remove_all(folder); }

  static Command shell(const std::string& script, std::int64_t timeout_ms = 20'000) {
    Command command;
    command.argv = {"/bin/sh", "-c", script};
    command.timeout_ms = timeout_ms;
    return command;
  }
  CommandResult run(const Command& command) {
    return processes->run(
        command, [this](const Session& one) { session = one; }, [this] { return cancel.load(); });
  }
  [[nodiscard]] std::string file(const std::string& name) const { return folder + "/" + name; }
  [[nodiscard]] bool exists(const std::string& name) const {
    return std::filesystem::exists(file(name));
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(file(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// A pid that a script wrote into a file, once it is there.
  [[nodiscard]] pid_t pid_in(const std::string& name) const {
    for (int i = 0; i < 500 && read(name).find('\n') == std::string::npos; ++i)
      std::this_thread::sleep_for(10ms);
    return static_cast<pid_t>(std::atol(read(name).c_str()));
  }
  /// Dead, or only waiting for its parent to notice.
  static bool dead(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    if (!std::getline(stat, line)) return true;
    return line.substr(line.rfind(')')).substr(2, 1) == "Z";
  }
  static bool dies(pid_t pid) {
    for (int i = 0; i < 500; ++i) {
      if (dead(pid)) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }

  std::unique_ptr<Processes> processes = posix_processes();
  std::string folder;
  Session session;
  std::atomic<bool> cancel{false};
};

TEST_F(ProcessesStory, GivesExitStatusAndOutput) {
  const CommandResult result = run(shell("echo out; echo err >&2; exit 7"));
  EXPECT_TRUE(result.started);
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.output_tail, "out\nerr\n");
  EXPECT_FALSE(result.timed_out);
  EXPECT_FALSE(result.cancelled);
}

/// Descriptors until there are no more; they are given back at the end.
class AllDescriptors {
 public:
  AllDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{64, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
  }
  void take() {
    for (int one = open("/dev/null", O_RDONLY | O_CLOEXEC); one >= 0;
         one = open("/dev/null", O_RDONLY | O_CLOEXEC))
      taken_.push_back(one);
  }
  ~AllDescriptors() {
    for (const int one : taken_) close(one);
    setrlimit(RLIMIT_NOFILE, &before_);
  }
  AllDescriptors(const AllDescriptors&) = delete;
  AllDescriptors& operator=(const AllDescriptors&) = delete;

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

// Its end was only seen through a descriptor: without one, a command that had succeeded was ended
// after its time-out and called a failure.
TEST_F(ProcessesStory, TheEndIsSeenAlsoWhereNoDescriptorIsLeft) {
  AllDescriptors descriptors;
  const CommandResult result = processes->run(
      shell("exit 7"), [&](const Session&) { descriptors.take(); }, [] { return false; });
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_FALSE(result.timed_out);
}

TEST_F(ProcessesStory, KeepsTheLastFourKilobytes) {
  const CommandResult result = run(shell("seq 1 20000"));
  EXPECT_EQ(result.output_tail.size(), 4096U);
  EXPECT_EQ(result.output_tail.substr(result.output_tail.size() - 6), "20000\n");
}

TEST_F(ProcessesStory, TheSessionIsOnRecordBeforeTheCommandRuns) {
  bool ran_before = true;
  const CommandResult result = processes->run(
      shell("touch " + file("ran")),
      [&](const Session& one) {
        std::this_thread::sleep_for(150ms);
        ran_before = exists("ran");
        EXPECT_GT(one.pid, 0);
        EXPECT_GT(one.start_ticks, 0);
        EXPECT_FALSE(one.boot_id.empty());
      },
      [] { return false; });
  EXPECT_FALSE(ran_before);
  EXPECT_TRUE(exists("ran"));
  EXPECT_EQ(result.exit_code, 0);
}

TEST_F(ProcessesStory, WhatCannotBeRecordedNeverRuns) {
  EXPECT_THROW(processes->run(
                   shell("touch " + file("ran")),
                   [](const Session&) { throw std::runtime_error("the disk is full"); },
                   [] { return false; }),
               std::runtime_error);
  std::this_thread::sleep_for(200ms);
  EXPECT_FALSE(exists("ran"));
}

TEST_F(ProcessesStory, HasASessionOfItsOwnAndNoInput) {
  const CommandResult result = run(shell("ps -o sid= -p $$; cat; echo end"));
  EXPECT_EQ(std::atol(result.output_tail.c_str()), session.pid);
  EXPECT_NE(result.output_tail.find("end"), std::string::npos);
}

TEST_F(ProcessesStory, ATimeOutEndsGrandchildrenToo) {
  const CommandResult result = run(
      shell("(sh -c 'echo $$ > " + file("grandchild") + "; exec sleep 1000' &) ; sleep 1000", 600));
  EXPECT_TRUE(result.timed_out);
  EXPECT_NE(result.exit_code, 0);
  EXPECT_TRUE(dies(pid_in("grandchild")));
}

TEST_F(ProcessesStory, ACancelEndsTheSessionEvenWhereItIgnoresTheFirstSignal) {
  std::thread later([this] {
    (void)pid_in("stubborn");
    cancel = true;
  });
  const CommandResult result =
      run(shell("trap '' TERM; echo $$ > " + file("stubborn") + "; while :; do sleep 1; done"));
  later.join();
  EXPECT_TRUE(result.cancelled);
  EXPECT_TRUE(dead(pid_in("stubborn")));
}

TEST_F(ProcessesStory, AChildLeftBehindDoesNotHoldUpTheEnd) {
  const auto begin = std::chrono::steady_clock::now();
  const CommandResult result = run(shell("sleep 1000 & echo $! > " + file("left") + "; echo done"));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  EXPECT_NE(result.output_tail.find("done"), std::string::npos);
  kill(pid_in("left"), SIGKILL);
}

TEST_F(ProcessesStory, WithholdsSecretsAndAddsItsOwn) {
  setenv("BERTH_TEST_SECRET", "s3cret", 1);
  setenv("BERTH_TEST_PLAIN", "plain", 1);
  Command command = shell("env");
  command.withheld = {"BERTH_TEST_SECRET"};
  command.environment = {{"BERTH_DEPLOYMENT_ID", "d1"}};
  command.argv = {"sh", "-c", "env | grep -E 'BERTH_|s3cret'"};
  const CommandResult result = run(command);
  EXPECT_EQ(result.output_tail.find("s3cret"), std::string::npos);
  EXPECT_NE(result.output_tail.find("BERTH_TEST_PLAIN=plain"), std::string::npos);
  EXPECT_NE(result.output_tail.find("BERTH_DEPLOYMENT_ID=d1"), std::string::npos);
}

TEST_F(ProcessesStory, AMissingProgramIsNamed) {
  Command command;
  command.argv = {"/no/such/program", "x"};
  command.timeout_ms = 5'000;
  const CommandResult result = run(command);
  EXPECT_EQ(result.exit_code, 127);
  EXPECT_NE(result.output_tail.find("/no/such/program"), std::string::npos) << result.output_tail;
}

TEST_F(ProcessesStory, AProgramThatOthersMayWriteIsNotStarted) {
  const std::string script = "/tmp/berth-open-" + std::to_string(getpid()) + ".sh";
  std::ofstream(script) << "#!/bin/sh\necho ran\n";
  chmod(script.c_str(), 0777);
  Command command;
  command.argv = {"sh", script};
  command.timeout_ms = 5'000;
  const CommandResult result = run(command);
  EXPECT_FALSE(result.started);
  EXPECT_NE(result.problem.find("every user"), std::string::npos) << result.problem;
  std::remove(script.c_str());
}

TEST_F(ProcessesStory, ArgumentsAreNotReadByAShell) {
  Command command;
  command.argv = {"/bin/echo", "$HOME; `id` 'x'", "two  spaces"};
  command.timeout_ms = 5'000;
  EXPECT_EQ(run(command).output_tail, "$HOME; `id` 'x' two  spaces\n");
}

TEST_F(ProcessesStory, ASignalIsAnExitAbove128) {
  EXPECT_EQ(run(shell("kill -9 $$")).exit_code, 128 + 9);
}

TEST_F(ProcessesStory, EndsASessionThatSomebodyElseStarted) {
  std::thread running([this] { (void)run(shell("echo $$ > " + file("pid") + "; sleep 1000")); });
  const pid_t pid = pid_in("pid");
  EXPECT_FALSE(dead(pid));
  processes->end(session);
  EXPECT_TRUE(dies(pid));
  running.join();
}

TEST_F(ProcessesStory, NeverEndsAnotherProcessThatGotTheNumber) {
  std::thread running([this] { (void)run(shell("echo $$ > " + file("pid") + "; sleep 1000")); });
  const pid_t pid = pid_in("pid");
  Session other = session;
  other.start_ticks -= 1;
  processes->end(other);
  EXPECT_FALSE(dead(pid));
  other = session;
  other.boot_id = "another boot";
  processes->end(other);
  EXPECT_FALSE(dead(pid));
  processes->end({});
  processes->end(session);
  running.join();
}

}  // namespace
}  // namespace berth
