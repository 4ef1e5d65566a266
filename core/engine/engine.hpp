// The engine: claims what is due, runs it, commits what came of it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "engine/parts.hpp"

namespace berth {

/// Threads: one step() at a time per engine; several engines, in one process or in many, may work
/// on one ledger.
class Engine {
 public:
  Engine(const EngineParts& parts, MakeWorkers make_workers, int most_at_once = 64);

  /// Does all that is due in the scope until nothing is due and no effect is in flight, or `stop`
  /// says so (polled about ten times a second; effects in flight are then asked to end).
  /// Returns ms until the next task of the scope is due; nullopt: none is planned.
  /// Throws LedgerError: what could not be committed is kept and committed by the next step().
  std::optional<std::int64_t> step(const Scope& scope, const std::function<bool()>& stop);

 private:
  struct Pending {
    TaskKind kind;
    std::string subject;
    Apply apply;
  };
  void commit_and_claim(const Scope& scope, bool claim, Workers& workers);
  void start(const TaskRecord& task, Work work, Workers& workers);
  void lapse_the_dead(LedgerTransaction& tx);
  [[nodiscard]] bool anything_due(const Scope& scope);

  const EngineParts& parts_;
  MakeWorkers make_workers_;
  const int most_at_once_;
  std::mutex mutex_;          // guards what follows
  std::deque<Pending> done_;  // effects that ended; their Apply is not committed yet
  int in_flight_ = 0;
};

}  // namespace berth
