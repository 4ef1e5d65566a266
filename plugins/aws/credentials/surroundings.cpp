#include "surroundings.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "trust/command.hpp"
#include "trust/ownership.hpp"

namespace berth::aws {
namespace {

constexpr std::size_t most_bytes = 1024 * 1024;  // of a file, and of what a program says
constexpr int look_ms = 50;                      // how soon a cancellation is noticed

std::string system_words(int number) { return std::generic_category().message(number); }

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Starts it as the leader of a group of its own, with /dev/null as its input. Its errors go there
/// too: they may quote what it was to keep.
int start(const std::vector<std::string>& argv, int output, pid_t& child) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t how;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&how);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, 1);
  posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&how, &none);
  posix_spawnattr_setsigdefault(&how, &all);
  posix_spawnattr_setpgroup(&how, 0);
  posix_spawnattr_setflags(&how,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::vector<char*> words;
  words.reserve(argv.size() + 1);
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const int failed = posix_spawnp(&child, words[0], &files, &how, words.data(), environ);
  posix_spawnattr_destroy(&how);
  posix_spawn_file_actions_destroy(&files);
  return failed;
}

class System final : public Surroundings {
 public:
  explicit System(Environment environment) : environment_(std::move(environment)) {}

  std::string variable(const std::string& name) const override {
    if (environment_) return environment_(name);
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? "" : value;
  }

  std::string home() const override {
    if (std::string named = variable("HOME"); !named.empty()) return named;
    std::array<char, 4096> space{};
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(geteuid(), &entry, space.data(), space.size(), &found) != 0 || found == nullptr)
      return {};
    return found->pw_dir;
  }

  File read(const std::string& path) const override {
    // Not blocking: a pipe in the file's place must not make us wait.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.number() < 0) {
      if (errno == ENOENT || errno == ENOTDIR) return {};
      return {std::nullopt, system_words(errno)};
    }
    struct stat facts {};
    if (::fstat(file.number(), &facts) != 0) return {std::nullopt, system_words(errno)};
    if (!S_ISREG(facts.st_mode)) return {std::nullopt, "it is no regular file"};
    std::string text;
    std::array<char, 4096> piece{};
    for (;;) {
      const ssize_t count = ::read(file.number(), piece.data(), piece.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return {std::nullopt, system_words(errno)};
      if (count == 0) return {std::move(text), {}};
      text.append(piece.data(), static_cast<std::size_t>(count));
      if (text.size() > most_bytes) return {std::nullopt, "it is larger than 1 MiB"};
    }
  }

  std::string distrust(const std::string& path) const override {
    const auto problem = distrust_of(path);
    return problem ? problem->words_for(path) : std::string();
  }

  std::string objection_to(const std::vector<std::string>& argv) const override {
    return command_problem(argv);
  }

  Ran run(const std::vector<std::string>& argv, std::int64_t timeout_ms,
          const std::function<bool()>& given_up) const override {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {{}, system_words(errno)};
    const Descriptor from(ends[0]);
    Descriptor into(ends[1]);
    pid_t child = 0;
    if (const int failed = start(argv, into.number(), child); failed != 0)
      return {{}, "it cannot be started: " + system_words(failed)};
    into.close();

    Ran ran;
    const std::int64_t end = steady_ms() + timeout_ms;
    for (bool open = true; open && ran.why.empty();) {
      if (given_up()) ran.why = "nobody waits for it any more";
      if (steady_ms() >= end)
        ran.why = "it did not end within " + std::to_string(timeout_ms / 1000) + " s";
      pollfd ready{from.number(), POLLIN, 0};
      if (!ran.why.empty() || ::poll(&ready, 1, look_ms) <= 0) continue;
      std::array<char, 4096> piece{};
      const ssize_t count = ::read(from.number(), piece.data(), piece.size());
      if (count > 0) ran.out.append(piece.data(), static_cast<std::size_t>(count));
      open = count > 0 || (count < 0 && errno == EINTR);
      if (ran.out.size() > most_bytes) ran.why = "it wrote more than 1 MiB";
    }
    const int status = ended(child, ran.why, end, given_up);
    if (ran.why.empty() && WIFSIGNALED(status))
      ran.why = "it was ended by signal " + std::to_string(WTERMSIG(status));
    if (ran.why.empty() && WEXITSTATUS(status) != 0)
      ran.why = "it ended with exit status " + std::to_string(WEXITSTATUS(status));
    if (!ran.why.empty()) ran.out.clear();
    return ran;
  }

 private:
  /// Waits for its end, or brings it about. `why`: it is to be ended now.
  static int ended(pid_t child, std::string& why, std::int64_t end,
                   const std::function<bool()>& given_up) {
    int status = 0;
    while (why.empty()) {  // it may have closed its output, and live on
      const pid_t found = ::waitpid(child, &status, WNOHANG);
      if (found == child || (found < 0 && errno != EINTR)) return status;
      if (given_up() || steady_ms() >= end) why = "it closed its output and did not end";
      ::poll(nullptr, 0, 5);
    }
    ::kill(-child, SIGKILL);
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }

  const Environment environment_;
};

}  // namespace

std::shared_ptr<const Surroundings> system_surroundings(Environment environment) {
  return std::make_shared<System>(std::move(environment));
}

}  // namespace berth::aws
