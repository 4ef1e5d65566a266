#include "reach/worker_process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

#include "reach/failed.hpp"

namespace berth {
namespace {

constexpr int goodbye_ms = 300;  // to see the end of its socket and put things away
constexpr int term_ms = 100;    // from SIGTERM to SIGKILL
constexpr int most_kill_rounds = 2'000;  // about a millisecond each

constexpr std::array<std::string_view, 13> passed_on{
    "PATH=", "HOME=",   "USER=",     "LOGNAME=",  "LANG=", "LANGUAGE=",        "TZ=",
    "TMPDIR=", "LC_ALL=", "LC_CTYPE=", "LC_MESSAGES=", "LD_LIBRARY_PATH=", "PYTHONPATH="};

std::vector<char*> allowed_environment() {
  std::vector<char*> allowed;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    for (const std::string_view name : passed_on)
      if (std::strncmp(*entry, name.data(), name.size()) == 0) allowed.push_back(*entry);
  allowed.push_back(nullptr);
  return allowed;
}

// Away from 0 to 3, which the child rearranges.
Descriptor lifted(int fd) {
  Descriptor low(fd);
  if (fd < 0 || fd > 9) return low;
  return Descriptor(fcntl(fd, F_DUPFD_CLOEXEC, 10));
}

Failure cannot_start(const std::string& program, const std::string& why) {
  return failed(ErrorCode::unavailable, Effect::none, "cannot start " + program + ": " + why);
}

// Running, and not only waiting to be reaped by whoever inherited it.
bool runs(pid_t pid) {
  std::array<char, 512> text{};
  const Descriptor file(
      open(("/proc/" + std::to_string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 || read(file.get(), text.data(), text.size() - 1) <= 0) return false;
  const char* const name_end = std::strrchr(text.data(), ')');
  return name_end != nullptr && name_end[1] != '\0' && name_end[2] != 'Z' && name_end[2] != 'X';
}

// Kills what runs in the session in groups of their own; false: nothing did.
bool kill_groups(pid_t session) {
  DIR* const list = opendir("/proc");
  if (list == nullptr) return false;
  bool found = false;
  while (const dirent* entry = readdir(list)) {
    const auto pid = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
    if (pid <= 0 || pid == session || getsid(pid) != session || !runs(pid)) continue;
    found = true;
    const pid_t group = getpgid(pid);
    if (group > 0 && getsid(pid) == session) kill(-group, SIGKILL);
  }
  closedir(list);
  return found;
}

// REQUIRES: the session's leader is not reaped yet, so that its number is nobody else's.
void kill_session(pid_t session) {
  // A signal to a group reaches every member at once, so that forking does not outrun it.
  kill(-session, SIGKILL);
  for (int round = 0; round < most_kill_rounds && kill_groups(session); ++round)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// The attributes and file actions of posix_spawn, freed with the scope.
struct SpawnPlan {
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
  SpawnPlan() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
};

}  // namespace

Descriptor::~Descriptor() { close(); }

void Descriptor::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(const std::vector<std::string>& argv) {
  if (argv.empty() || argv[0].empty()) return cannot_start("a plugin", "its command is empty");
  int pair[2] = {-1, -1};
  int pipe_ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return cannot_start(argv[0], std::strerror(errno));
  Descriptor ours = lifted(pair[0]), theirs = lifted(pair[1]);
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return cannot_start(argv[0], std::strerror(errno));
  Descriptor output = lifted(pipe_ends[0]), their_output = lifted(pipe_ends[1]);
  if (ours.get() < 0 || theirs.get() < 0 || output.get() < 0 || their_output.get() < 0)
    return cannot_start(argv[0], "no file descriptors are left");
  fcntl(output.get(), F_SETFL, O_NONBLOCK);

  SpawnPlan plan;
  posix_spawn_file_actions_addopen(&plan.files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&plan.files, their_output.get(), 1);
  posix_spawn_file_actions_adddup2(&plan.files, their_output.get(), 2);
  posix_spawn_file_actions_adddup2(&plan.files, theirs.get(), 3);
  posix_spawn_file_actions_addclosefrom_np(&plan.files, 4);
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&plan.attributes, &all);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
                                                 POSIX_SPAWN_SETSIGMASK);

  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::vector<char*> environment = allowed_environment();
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, argv[0].c_str(), &plan.files, &plan.attributes,
                                 arguments.data(), environment.data());
  if (error != 0) return cannot_start(argv[0], std::strerror(error));
  return std::unique_ptr<WorkerProcess>(
      new WorkerProcess(pid, std::move(ours), std::move(output)));
}

WorkerProcess::WorkerProcess(pid_t pid, Descriptor socket, Descriptor output)
    : pid_(pid), socket_(std::move(socket)), output_(std::move(output)),
      exit_fd_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}

WorkerProcess::~WorkerProcess() {
  shutdown(socket_.get(), SHUT_RDWR);
  end(goodbye_ms);
}

bool WorkerProcess::ended_within(int milliseconds) {
  const std::int64_t until = steady_ms() + milliseconds;
  for (;;) {
    const int wait = static_cast<int>(std::max<std::int64_t>(0, until - steady_ms()));
    if (exit_fd_.get() >= 0) {
      pollfd waited{exit_fd_.get(), POLLIN, 0};
      const int ready = poll(&waited, 1, wait);
      if (ready > 0) return true;
      if (ready == 0) return false;
    } else {  // a kernel, or a sandbox, without pidfds
      siginfo_t facts{};
      if (waitid(P_PID, static_cast<id_t>(pid_), &facts, WEXITED | WNOHANG | WNOWAIT) != 0 ||
          facts.si_pid == pid_)
        return true;
      if (wait == 0) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
}

// Until here the pid is certainly its own: nobody else may wait for it.
void WorkerProcess::reap() {
  int status = 0;
  pid_t got = 0;
  do got = waitpid(pid_, &status, 0);
  while (got < 0 && errno == EINTR);
  reaped_ = true;
  if (got < 0)
    how_ = "ended";  // the embedder ignores SIGCHLD, or waits for every child
  else if (stopped_by_us_)
    how_ = "was stopped";
  else if (WIFSIGNALED(status))
    how_ = "was killed by signal " + std::to_string(WTERMSIG(status)) + " (" +
           strsignal(WTERMSIG(status)) + ")";
  else
    how_ = "ended with status " + std::to_string(WEXITSTATUS(status));
}

const std::string& WorkerProcess::end(int patience_ms) {
  if (reaped_) return how_;
  if (!ended_within(patience_ms)) {
    stopped_by_us_ = true;
    kill(-pid_, SIGTERM);
    if (!ended_within(term_ms)) {
      kill(-pid_, SIGKILL);
      ended_within(10'000);  // only the kernel can delay it now
    }
  }
  // What it left behind in its session goes with it. Its pid cannot be another's: not reaped yet.
  siginfo_t facts{};
  if (waitid(P_PID, static_cast<id_t>(pid_), &facts, WEXITED | WNOHANG | WNOWAIT) == 0)
    kill_session(pid_);
  reap();
  return how_;
}

}  // namespace berth
