// Commands over SSH, with a real sshd of this user's own on loopback.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "world/world.hpp"

namespace berth {
namespace {
namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* sshd = "/usr/sbin/sshd";

class Sshd : public testing::Test {
 protected:
  void SetUp() override {
    if (access(sshd, X_OK) != 0) GTEST_SKIP() << "NOT TESTED: there is no " << sshd;
    std::string name = fs::temp_directory_path() / "berth-shell-XXXXXX";
    folder_ = mkdtemp(name.data());
    make_key("host");
    make_key("user");
    make_key("stranger");
    fs::copy_file(folder_ + "/user.pub", folder_ + "/authorized");
    port_ = 20'000 + static_cast<int>(getpid()) % 20'000;
    std::ofstream(folder_ + "/config")
        << "Port " << port_ << "\nListenAddress 127.0.0.1\nHostKey " << folder_ << "/host\n"
        << "AuthorizedKeysFile " << folder_ << "/authorized\nStrictModes no\nUsePAM no\n"
        << "PasswordAuthentication no\nPidFile none\n";
    std::error_code ignored;  // sshd as root wants its folder; another user cannot make it
    fs::create_directories("/run/sshd", ignored);
    server_ = fork();
    if (server_ == 0) {
      execl(sshd, sshd, "-D", "-e", "-f", (folder_ + "/config").c_str(), nullptr);
      _exit(127);
    }
    for (int i = 0; i < 100 && !tcp_probe()->reach("127.0.0.1", port_, 200).empty(); ++i)
      std::this_thread::sleep_for(50ms);
  }
  void TearDown() override {
    if (server_ > 0) {
      kill(server_, SIGTERM);
      waitpid(server_, nullptr, 0);
    }
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }

  void make_key(const std::string& name) const {
    const std::string command =
        "ssh-keygen -q -t ed25519 -N '' -C test -f " + folder_ + "/" + name + " </dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  [[nodiscard]] std::string public_key(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name + ".pub");
    std::string kind, key;
    file >> kind >> key;
    return kind + " " + key;
  }
  [[nodiscard]] Login login(const std::string& identity = "user") const {
    const char* user = getenv("USER");
    Login login;
    login.address = "127.0.0.1";
    login.user = geteuid() == 0 ? "root" : user != nullptr ? user : "";
    login.port = port_;
    login.identity_file = folder_ + "/" + identity;
    return login;
  }
  ShellAnswer run(const Login& at, const std::string& command, std::int64_t timeout_ms = 20'000) {
    return ssh_shell(*processes_, folder_, [] { return std::vector<std::string>{"BERTH_SECRET"}; })
        ->run(at, command, timeout_ms, [] { return false; });
  }

  std::unique_ptr<Processes> processes_ = posix_processes();
  std::string folder_;
  int port_ = 0;
  pid_t server_ = -1;
};

TEST_F(Sshd, RunsACommandAndTellsTheHostKey) {
  const ShellAnswer answer = run(login(), "echo \"it's $((6 * 7))\"; echo oops >&2; exit 3");
  ASSERT_TRUE(answer.logged_in) << answer.problem;
  EXPECT_EQ(answer.exit_code, 3);
  EXPECT_NE(answer.output_tail.find("it's 42\n"), std::string::npos) << answer.output_tail;
  EXPECT_NE(answer.output_tail.find("oops\n"), std::string::npos);
  EXPECT_EQ(answer.host_key, public_key("host"));
}

TEST_F(Sshd, AnotherHostKeyThanTheKnownOneIsRefused) {
  Login at = login();
  at.host_key = public_key("host");
  EXPECT_TRUE(run(at, "true").logged_in);
  at.host_key = public_key("stranger");
  const ShellAnswer answer = run(at, "touch " + folder_ + "/was-here");
  EXPECT_FALSE(answer.logged_in);
  EXPECT_NE(answer.problem.find("Host key verification failed"), std::string::npos)
      << answer.problem;
  EXPECT_FALSE(fs::exists(folder_ + "/was-here"));
}

// Whoever goes there has to know the machine before he brings anything.
TEST_F(Sshd, ShowsItsHostKeyToWhoeverAsksAndLetsNobodyIn) {
  Login at = login("stranger");
  const auto shell = ssh_shell(*processes_, folder_, [] { return std::vector<std::string>{}; });
  const auto goes_on = [] { return false; };
  EXPECT_EQ(shell->host_key(at, 20'000, goes_on).key, public_key("host"));
  at.host_key = public_key("stranger");  // what was known is not what is shown
  const ShownKey shown = shell->host_key(at, 20'000, goes_on);
  EXPECT_EQ(shown.key, public_key("host")) << shown.problem;
  at.port = 1;
  EXPECT_NE(shell->host_key(at, 20'000, goes_on).problem.find("Connection refused"),
            std::string::npos);

  const std::string fingerprint = shell->fingerprint(public_key("host"));
  EXPECT_EQ(fingerprint.rfind("SHA256:", 0), 0U) << fingerprint;
  EXPECT_EQ(fingerprint.size(), 50U);
  EXPECT_NE(fingerprint, shell->fingerprint(public_key("stranger")));
}

TEST_F(Sshd, AKeyItDoesNotKnowIsNamedAsTheReason) {
  const ShellAnswer answer = run(login("stranger"), "true");
  EXPECT_FALSE(answer.logged_in);
  EXPECT_NE(answer.problem.find("Permission denied"), std::string::npos) << answer.problem;
}

TEST_F(Sshd, ACommandThatHangsIsEndedAndLeavesNoFile) {
  const ShellAnswer answer = run(login(), "sleep 60", 1500);
  EXPECT_FALSE(answer.logged_in);
  EXPECT_EQ(answer.problem, "no end within 1 s");
  for (const auto& entry : fs::directory_iterator(folder_))
    EXPECT_EQ(entry.path().filename().string().find("known-"), std::string::npos) << entry.path();
}

TEST_F(Sshd, NobodyListeningIsSaid) {
  Login at = login();
  at.port = 1;
  const ShellAnswer answer = run(at, "true");
  EXPECT_FALSE(answer.logged_in);
  EXPECT_NE(answer.problem.find("Connection refused"), std::string::npos) << answer.problem;
}

}  // namespace
}  // namespace berth
