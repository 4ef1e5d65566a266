// One worker's life: from its start over hello to its end, with all calls that run in it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.hpp"
#include "reach/frames.hpp"
#include "reach/instance.hpp"
#include "reach/worker_process.hpp"

namespace berth {

/// How long a worker is given, in milliseconds.
struct WorkerPatience {
  std::int64_t hello_ms = 10'000;   // from its start to its hello
  std::int64_t deadline_ms = 500;   // beyond a call's deadline, to answer by itself
  std::int64_t cancel_ms = 2'000;   // after a cancellation
};

/// What came of one exchange with a worker.
struct Exchanged {
  Outcome outcome;
  bool sent = true;  // false: the worker was gone before anything reached it; ask another one
};

/// A running worker. It has no thread: the callers read its socket themselves. One of them leads
/// and reads, and hands the others what is theirs; the HTTP of a call is done by the thread that
/// waits for that call. What the worker prints goes to the journal, a line at a time, bounded.
///
/// Threads: any, after the constructor.
class WorkerSession {
 public:
  WorkerSession(std::unique_ptr<WorkerProcess> process, std::string name, Journal& journal,
                WorkerPatience patience);
  ~WorkerSession();
  WorkerSession(const WorkerSession&) = delete;
  WorkerSession& operator=(const WorkerSession&) = delete;

  /// Waits for the hello and returns the manifest's JSON. REQUIRES: the first thing called.
  Outcome hello(Call& call);

  /// Sends a frame that begins a call (`line` without its end: "n" and what follows are added) and
  /// waits for its answer. A call that outlives its deadline or its cancellation costs the worker.
  Exchanged exchange(FrameLine line, std::string_view body, std::string_view about, Call& call);

  /// It ended, or is being ended: no further call can begin.
  [[nodiscard]] bool over() const;
  /// How it ended, for a person: "was killed by signal 11 (Segmentation fault)". "" before.
  [[nodiscard]] std::string how() const;

 private:
  struct Waiter;
  enum class State { alive, ending, over };

  bool send(std::string_view line, std::string_view body, Waiter& waiter, bool& begun);
  bool write(FrameWrite frame, Waiter& waiter, bool& begun);
  bool take_turn_to_write(Waiter& waiter);
  void end_turn_to_write();
  [[nodiscard]] bool gave_up(Waiter& waiter) const;
  static void set_end(Waiter& waiter, const WorkerPatience& patience);
  void lead(std::unique_lock<std::mutex>& lock, int wait_ms);
  void dispatch(Frame&& frame);
  void act_on(Frame& frame, Call& call, Waiter& waiter);
  void answer_http(Frame& frame, Call& call, Waiter& waiter);
  void finish(std::unique_lock<std::mutex>& lock, const std::string& why, int patience_ms);
  void drain_output();
  void print(std::string_view line);
  void wake_one_other(const Waiter* self);
  [[nodiscard]] Failure gone(const Waiter& waiter) const;

  const std::unique_ptr<WorkerProcess> process_;
  const std::string name_;
  Journal& journal_;
  const WorkerPatience patience_;

  mutable std::mutex mutex_;
  std::vector<Waiter*> waiters_;
  State state_ = State::alive;
  bool leading_ = false;     // someone reads the socket
  bool ended_ = false;       // the stream or the process has ended
  std::string broken_;       // why the stream cannot be read any further
  std::string why_, how_;
  std::int64_t next_n_ = 1;
  int strays_ = 0;           // frames for calls that are not in flight
  std::condition_variable reader_free_;
  bool writing_ = false;     // someone writes to the socket
  std::condition_variable writer_free_;

  FrameReader reader_;       // the leader's
  bool printing_ = true;     // the leader's: someone can still write to the output
  bool exited_ = false;      // the leader's: the process has ended, its socket may have more
  std::string output_line_;  // the leader's: a line that is not complete yet
  std::string last_line_;    // the leader's
  std::size_t output_bytes_ = 0;
  std::int64_t output_minute_ends_ms_ = 0;
};

}  // namespace berth
