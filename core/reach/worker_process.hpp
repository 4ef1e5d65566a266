// The operating system's side of a worker: starting it with nothing but what it needs, and ending
// it for certain.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "berth/failure.hpp"

namespace berth {

/// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  [[nodiscard]] int get() const { return fd_; }
  void close();

 private:
  int fd_;
};

/// A child process in a session of its own. It has /dev/null on 0, a pipe to us on 1 and 2, its end
/// of a stream socket on 3, nothing else open, all signals at their defaults, and of our
/// environment only what locale, PATH, HOME and the like say: no secret leaks that way.
///
/// It is waited for by its own pid; an embedder's other children are left alone. Threads: one at a
/// time, but for socket(), output() and exit_fd().
class WorkerProcess {
 public:
  /// Runs argv (argv[0] is looked for in PATH unless it has a slash).
  static Result<std::unique_ptr<WorkerProcess>> start(const std::vector<std::string>& argv);

  /// Ends it politely: it sees the end of its socket first.
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  [[nodiscard]] int socket() const { return socket_.get(); }
  [[nodiscard]] int output() const { return output_.get(); }
  /// Readable once the process has ended; -1 on a kernel without pidfds.
  [[nodiscard]] int exit_fd() const { return exit_fd_.get(); }

  /// Makes sure that it and its session's processes end: waits `patience_ms` for it to end by
  /// itself, then SIGTERM, then SIGKILL, each soon after the other. Reaps it. A process that made a
  /// session of its own (setsid) is out of reach. Returns how it ended:
  /// "was killed by signal 11 (Segmentation fault)", "ended with status 3", "was stopped".
  const std::string& end(int patience_ms);

 private:
  WorkerProcess(pid_t pid, Descriptor socket, Descriptor output);
  bool ended_within(int milliseconds);
  void reap();

  const pid_t pid_;
  Descriptor socket_, output_, exit_fd_;
  bool reaped_ = false;
  bool stopped_by_us_ = false;
  std::string how_;
};

}  // namespace berth
