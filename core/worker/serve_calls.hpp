// berth-worker's work: reads calls from the socket and runs them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "berth/plugin.h"
#include "reach/in_process.hpp"
#include "worker/wire_call.hpp"

namespace berth {

/// Serves one plugin over one socket. Who reads a call runs it, so that a call crosses no thread,
/// and lets another thread read. As long as calls are short, that other thread only stands by, and
/// reads if one takes longer than a millisecond: waking it each time would cost more than the call.
/// Threads start when they are needed, one more than calls are in flight.
class ServeCalls {
 public:
  ServeCalls(int socket, const berth_plugin& table, std::string name, std::int64_t concurrent)
      : socket_(socket), writer_(socket), table_(table), name_(std::move(name)),
        concurrent_(concurrent) {}

  /// Says hello and serves. Ends the process when the host closes the socket; what then still runs
  /// ends with it: nobody waits for it any more.
  [[noreturn]] void run();

 private:
  void serve();
  void wait_to_read(std::unique_lock<std::mutex>& lock, bool ran_a_call);
  void let_another_read();
  bool read(Frame& frame);
  void hand_over(Frame& frame);
  void run_call(const Frame& frame, WireCall& call);
  [[noreturn]] void end();

  const int socket_;
  WireWriter writer_;
  const berth_plugin& table_;
  const std::string name_;
  const std::int64_t concurrent_;
  FrameReader reader_;  // the reading thread's

  std::mutex mutex_;
  std::condition_variable read_next_;
  bool reading_ = false;
  bool handed_on_ = false;              // someone should read at once
  bool standing_by_ = false;            // one of the waiting threads looks every millisecond
  bool short_calls_ = false;            // the last call was
  std::chrono::steady_clock::time_point released_;  // when reading_ last became false
  int idle_ = 0;                        // threads that wait to read
  std::vector<WireCall*> in_flight_;
  std::unique_ptr<InProcessInstance> instance_;  // set once, by create
};

}  // namespace berth
