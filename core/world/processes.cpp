#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "trust/command.hpp"
#include "world/world.hpp"

extern char** environ;

namespace berth {
namespace {

constexpr std::size_t tail_bytes = 4096;

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

/// Fields of /proc/PID/stat after the command's name: [0] state, [3] session, [19] start time.
std::vector<std::string> stat_fields(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  std::vector<std::string> fields;
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return fields;
  std::istringstream rest(line.substr(name_end + 1));
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

std::int64_t start_ticks_of(std::int64_t pid) {
  const auto fields = stat_fields(pid);
  return fields.size() > 19 ? std::stoll(fields[19]) : 0;
}

/// Every living process of a session. Zombies are not counted: nothing of them runs.
std::vector<pid_t> session_members(std::int64_t session) {
  std::vector<pid_t> members;
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", problem)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto fields = stat_fields(std::stoll(name));
    if (fields.size() > 3 && fields[3] == std::to_string(session) && fields[0] != "Z")
      members.push_back(static_cast<pid_t>(std::stol(name)));
  }
  return members;
}

void end_session(std::int64_t session) {
  using namespace std::chrono_literals;
  for (int round = 0; round < 100; ++round) {
    const auto members = session_members(session);
    if (members.empty()) return;
    // Two seconds to clean up, then no more asking.
    for (const pid_t member : members) kill(member, round < 40 ? SIGTERM : SIGKILL);
    std::this_thread::sleep_for(50ms);
  }
}

struct Pipe {
  int read_end = -1, write_end = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == 0) {
      read_end = ends[0];
      write_end = ends[1];
    }
  }
  ~Pipe() {
    close_read();
    close_write();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_read() {
    if (read_end >= 0) close(std::exchange(read_end, -1));
  }
  void close_write() {
    if (write_end >= 0) close(std::exchange(write_end, -1));
  }
};

class PosixProcesses final : public Processes {
 public:
  std::string command_problem(const std::vector<std::string>& argv) override {
    return berth::command_problem(argv);
  }
  CommandResult run(const Command& command, const std::function<void(const Session&)>& started,
                    const std::function<bool()>& cancelled) override {
    CommandResult result;
    // What was sound when the deployment began may have been replaced since.
    result.problem = command_distrust(command.argv);
    if (!result.problem.empty()) return result;
    Pipe gate, output;
    if (gate.read_end < 0 || output.read_end < 0) {
      result.problem = std::string("no pipe: ") + std::strerror(errno);
      return result;
    }
    // The shell waits at the gate until the session is on record; without a word it ends unheard.
    std::vector<std::string> argv = {"/bin/sh", "-c",
                                     "read -r go || exit 125; exec </dev/null; exec \"$@\"", "sh"};
    argv.insert(argv.end(), command.argv.begin(), command.argv.end());
    const pid_t pid = spawn(argv, command, gate, output, result.problem);
    if (pid < 0) return result;
    gate.close_read();
    output.close_write();
    const Session session{pid, start_ticks_of(pid), boot_id()};
    if (session.start_ticks == 0 || session.boot_id.empty()) {
      // Whoever took over could not find it, and would run a second one beside it.
      result.problem = "/proc/" + std::to_string(pid) + "/stat: " + std::strerror(errno);
      gate.close_write();
      int status = 0;
      waitpid(pid, &status, 0);
      return result;
    }
    try {
      started(session);
    } catch (...) {
      gate.close_write();
      int status = 0;
      waitpid(pid, &status, 0);
      throw;
    }
    result.started = true;
    // The shell may be dead already; a SIGPIPE would be the host's, so ask first.
    send_go(gate);
    follow(pid, command.timeout_ms, output, cancelled, result);
    return result;
  }

  void end(const Session& session) override {
    if (session.pid <= 0 || session.boot_id != boot_id()) return;
    const std::int64_t ticks = start_ticks_of(session.pid);
    // Another process got the number, or the leader is gone: a session id is not given out again
    // while a member lives, so members found under it are its own.
    if (ticks != 0 && ticks != session.start_ticks) return;
    end_session(session.pid);
  }

 private:
  static pid_t spawn(const std::vector<std::string>& argv, const Command& command, const Pipe& gate,
                     const Pipe& output, std::string& problem) {
    std::map<std::string, std::string> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text = *entry;
      const auto equals = text.find('=');
      if (equals != std::string_view::npos)
        variables[std::string(text.substr(0, equals))] = text.substr(equals + 1);
    }
    for (const std::string& name : command.withheld) variables.erase(name);
    for (const auto& [name, value] : command.environment) variables[name] = value;
    std::vector<std::string> lines;
    for (const auto& [name, value] : variables) lines.push_back(name + "=" + value);
    std::vector<char*> environment, arguments;
    for (std::string& line : lines) environment.push_back(line.data());
    environment.push_back(nullptr);
    for (const std::string& word : argv) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, gate.read_end, 0);
    posix_spawn_file_actions_adddup2(&files, output.write_end, 1);
    posix_spawn_file_actions_adddup2(&files, output.write_end, 2);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t pid = -1;
    const int code = posix_spawn(&pid, argv[0].c_str(), &files, &attributes, arguments.data(),
                                 environment.data());
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    if (code != 0) {
      problem = argv[0] + ": " + std::strerror(code);
      return -1;
    }
    return pid;
  }

  static void send_go(Pipe& gate) {
    sigset_t pipe_signal, before;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    if (write(gate.write_end, "go\n", 3) != 3 && errno == EPIPE) {
      const timespec at_once{};
      sigtimedwait(&pipe_signal, nullptr, &at_once);
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    gate.close_write();
  }

  /// Where no descriptor is left to watch it by.
  static bool has_ended(pid_t pid) {
    siginfo_t what{};
    return waitid(P_PID, static_cast<id_t>(pid), &what, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           what.si_pid == pid;
  }

  static void follow(pid_t pid, std::int64_t timeout_ms, Pipe& output,
                     const std::function<bool()>& cancelled, CommandResult& result) {
    const auto begin = std::chrono::steady_clock::now();
    const int process = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    bool ended = false;
    while (!ended) {
      pollfd watched[2] = {{process, POLLIN, 0}, {output.read_end, POLLIN, 0}};
      poll(watched, output.read_end >= 0 ? 2 : 1, 100);
      if (watched[1].revents != 0) take(output, result);
      ended = process >= 0 ? (watched[0].revents & POLLIN) != 0 : has_ended(pid);
      const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(
          std::chrono::steady_clock::now() - begin);
      result.timed_out = !ended && spent.count() >= timeout_ms;
      result.cancelled = !ended && !result.timed_out && cancelled();
      if (result.timed_out || result.cancelled) break;
    }
    if (!ended) end_session(pid);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (process >= 0) close(process);
    // What the command wrote last; a child it left behind may hold the pipe open for ever.
    pollfd rest{output.read_end, POLLIN, 0};
    while (output.read_end >= 0 && poll(&rest, 1, 0) > 0) take(output, result);
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  static void take(Pipe& output, CommandResult& result) {
    char buffer[4096];
    const ssize_t size = read(output.read_end, buffer, sizeof buffer);
    if (size <= 0) {
      output.close_read();
      return;
    }
    result.output_tail.append(buffer, static_cast<std::size_t>(size));
    if (result.output_tail.size() > tail_bytes)
      result.output_tail.erase(0, result.output_tail.size() - tail_bytes);
  }
};

}  // namespace

std::unique_ptr<Processes> posix_processes() { return std::make_unique<PosixProcesses>(); }

}  // namespace berth
