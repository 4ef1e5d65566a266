// A plugin that runs in a process of its own: berth-worker with a library, or a script.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "reach/slots.hpp"
#include "reach/worker_session.hpp"

namespace berth {

/// How a worker is started and treated.
struct IsolatedOptions {
  std::string name;               // the plugin, for messages
  std::vector<std::string> argv;  // the program that speaks the wire on descriptor 3
  std::string manifest_json;      // what it said when it was described; "": not compared
  std::int64_t concurrent = 1;
  WorkerPatience patience;
  std::int64_t first_delay_ms = 100;    // before the third start in a row that came to nothing;
  std::int64_t longest_delay_ms = 30'000;  // doubles up to this, half to all of it by chance
};

/// A plugin that a deadline can end and whose crash costs the calls then in flight, each with
/// effect unknown. The worker starts with the first call, and again after it ended; one that keeps
/// ending before it answers anything is started ever more rarely, and calls meanwhile fail with
/// `unavailable`, effect none, and say so. Threads: any; has none of its own.
class IsolatedInstance final : public PluginInstance {
 public:
  /// The config goes over the socket only: argv and environment can be read by others.
  IsolatedInstance(IsolatedOptions options, std::string config_json, Journal& journal);
  ~IsolatedInstance() override;

  std::optional<Failure> start(Call& call) override;
  Outcome call(std::string_view interface_id, std::string_view method,
               std::string_view request_json, Call& call) override;

 private:
  using Session = std::shared_ptr<WorkerSession>;

  Result<Session> session(Call& call);
  std::optional<Failure> wait_for_turn(std::unique_lock<std::mutex>& lock, Call& call);
  Result<Session> new_session(Call& call);
  void came_to_nothing(const std::string& why);

  const IsolatedOptions options_;
  const std::string config_json_;
  Journal& journal_;
  Slots slots_;

  std::mutex mutex_;
  std::condition_variable started_;
  bool starting_ = false;
  Session session_;
  bool answered_ = false;       // the present worker answered something
  int fruitless_ = 0;           // workers in a row that answered nothing
  std::int64_t not_before_ = 0; // steady ms
  std::string last_end_;        // why the last one came to nothing
};

/// Starts a program that speaks the wire, asks what it is, and ends it: the manifest's JSON.
Outcome describe_worker(const std::vector<std::string>& argv, const std::string& name,
                        Journal& journal, Call& call);

}  // namespace berth
