// Runs a program and, just before its N-th system call of a kind, kills it or lets the call fail.
// Calls of all of its threads are counted together, in the order in which they come. (strace counts
// each thread by itself, so it cannot name the third call of the second worker.) Children are not
// followed.
//   berth-at-call kill N LIST PROGRAM ARGUMENTS…             of the calls that change something
//   berth-at-call pwrite64=ENOSPC N LIST PROGRAM ARGUMENTS…  of this call
// N 0: nothing happens. LIST gets a line "thread call" for each, or is "-".
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <string>

namespace {

const std::map<std::uint64_t, std::string>& known_calls() {
  static const std::map<std::uint64_t, std::string> calls{
      {SYS_write, "write"},         {SYS_pwrite64, "pwrite64"},   {SYS_writev, "writev"},
      {SYS_pwritev, "pwritev"},     {SYS_pwritev2, "pwritev2"},   {SYS_sendto, "sendto"},
      {SYS_sendmsg, "sendmsg"},     {SYS_sendmmsg, "sendmmsg"},   {SYS_fsync, "fsync"},
      {SYS_fdatasync, "fdatasync"}, {SYS_rename, "rename"},       {SYS_renameat, "renameat"},
      {SYS_renameat2, "renameat2"}, {SYS_unlink, "unlink"},       {SYS_unlinkat, "unlinkat"},
      {SYS_open, "open"},           {SYS_openat, "openat"},       {SYS_ftruncate, "ftruncate"},
      {SYS_mkdir, "mkdir"},         {SYS_mkdirat, "mkdirat"},     {SYS_rmdir, "rmdir"},
      {SYS_link, "link"},           {SYS_linkat, "linkat"},       {SYS_symlink, "symlink"},
      {SYS_connect, "connect"},     {SYS_clone, "clone"},         {SYS_clone3, "clone3"},
      {SYS_fork, "fork"},           {SYS_vfork, "vfork"},         {SYS_execve, "execve"},
      {SYS_kill, "kill"},           {SYS_tgkill, "tgkill"},       {SYS_flock, "flock"},
      {SYS_fcntl, "fcntl"},         {SYS_chmod, "chmod"},         {SYS_fchmod, "fchmod"},
      {SYS_fallocate, "fallocate"}, {SYS_shutdown, "shutdown"},   {SYS_socket, "socket"},
      {SYS_pipe2, "pipe2"},         {SYS_pidfd_open, "pidfd_open"},
  };
  return calls;
}

bool changes_something(const __ptrace_syscall_info& info) {
  const auto call = info.entry.nr;
  if (call == SYS_open) return (info.entry.args[1] & O_CREAT) != 0;
  if (call == SYS_openat) return (info.entry.args[2] & O_CREAT) != 0;
  if (call == SYS_fcntl)
    return info.entry.args[1] == F_SETLK || info.entry.args[1] == F_SETLKW ||
           info.entry.args[1] == F_OFD_SETLK || info.entry.args[1] == F_OFD_SETLKW;
  const bool makes_only_a_descriptor =
      call == SYS_socket || call == SYS_pipe2 || call == SYS_pidfd_open;
  return known_calls().count(call) != 0 && !makes_only_a_descriptor;
}

/// "kill", or "CALL=ERROR".
struct Order {
  std::string call;  // "": all that change something
  int error = 0;     // 0: the process is killed
};

Order order_of(const std::string& text) {
  static const std::map<std::string, int> errors{
      {"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EMFILE", EMFILE}};
  if (text == "kill") return {};
  const auto equals = text.find('=');
  const auto error = errors.find(text.substr(equals + 1));
  if (equals == std::string::npos || error == errors.end()) {
    std::cerr << "berth-at-call: '" << text << "' is neither kill nor CALL=ENOSPC, EIO, EMFILE\n";
    std::exit(2);
  }
  return {text.substr(0, equals), error->second};
}

class Tracer {
 public:
  Tracer(pid_t child, Order order, long number, const std::string& list)
      : child_(child), order_(std::move(order)), number_(number) {
    if (list != "-") list_.open(list);
  }

  /// The child's wait status.
  int follow() {
    int status = 0;
    if (waitpid(child_, &status, __WALL) != child_ || !WIFSTOPPED(status)) return status;
    constexpr long options =
        PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    ptrace(PTRACE_SETOPTIONS, child_, nullptr, options);
    thread_of(child_);
    go_on(child_, 0);
    for (;;) {
      const pid_t thread = waitpid(-1, &status, __WALL);
      if (thread < 0) {
        if (errno == EINTR) continue;
        return status;
      }
      if (WIFEXITED(status) || WIFSIGNALED(status)) {
        if (thread == child_) return status;
        continue;
      }
      stopped(thread, status);
    }
  }

 private:
  static void go_on(pid_t thread, int with_signal) {
    ptrace(PTRACE_SYSCALL, thread, nullptr, static_cast<long>(with_signal));
  }

  int thread_of(pid_t thread) {
    return threads_.emplace(thread, static_cast<int>(threads_.size())).first->second;
  }

  void stopped(pid_t thread, int status) {
    const bool is_new = threads_.count(thread) == 0;
    const int ordinal = thread_of(thread);
    const int with = WSTOPSIG(status);
    if (with == (SIGTRAP | 0x80)) {
      at_a_call(thread, ordinal);
      go_on(thread, 0);
    } else if (status >> 16 != 0 || with == SIGTRAP || (is_new && with == SIGSTOP)) {
      go_on(thread, 0);  // an event, or the first stop of a new thread
    } else {
      go_on(thread, with == SIGSTOP ? 0 : with);
    }
  }

  void at_a_call(pid_t thread, int ordinal) {
    __ptrace_syscall_info info{};
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0) return;
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && failing_.erase(thread) != 0)
      set_register(thread, &user_regs_struct::rax, -order_.error);
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
    const auto known = known_calls().find(info.entry.nr);
    if (known == known_calls().end()) return;
    if (order_.call.empty() ? !changes_something(info) : known->second != order_.call) return;
    ++passed_;
    if (list_.is_open()) list_ << ordinal << ' ' << known->second << '\n';
    if (passed_ != number_) return;
    if (order_.error == 0) {
      kill(child_, SIGKILL);  // the call is not made any more
    } else {
      set_register(thread, &user_regs_struct::orig_rax, -1);  // no call has this number
      failing_.insert(thread);
    }
  }

  static void set_register(pid_t thread, unsigned long long user_regs_struct::*which,
                           long long value) {
    user_regs_struct registers{};
    ptrace(PTRACE_GETREGS, thread, nullptr, &registers);
    registers.*which = static_cast<unsigned long long>(value);
    ptrace(PTRACE_SETREGS, thread, nullptr, &registers);
  }

  const pid_t child_;
  const Order order_;
  const long number_;
  long passed_ = 0;
  std::ofstream list_;
  std::map<pid_t, int> threads_;
  std::set<pid_t> failing_;  // in the call that fails
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << "berth-at-call kill|CALL=ERROR N LIST PROGRAM ARGUMENTS…\n";
    return 2;
  }
  const Order order = order_of(argv[1]);
  const pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) {
      std::cerr << "berth-at-call: ptrace: " << std::strerror(errno) << '\n';
      _exit(126);
    }
    raise(SIGSTOP);
    execvp(argv[4], argv + 4);
    _exit(127);
  }
  Tracer tracer(child, order, std::strtol(argv[2], nullptr, 10), argv[3]);
  const int status = tracer.follow();
  if (WIFSIGNALED(status)) raise(WTERMSIG(status));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
