#include "engine/engine.hpp"

#include <array>
#include <exception>

#include "engine/attempt.hpp"
#include "engine/deliver.hpp"
#include "engine/deployment.hpp"
#include "engine/expiry.hpp"
#include "engine/look.hpp"
#include "engine/reap.hpp"
#include "engine/scale_down.hpp"

namespace berth {
namespace {

/// How long to rest between glances at what other processes did, while effects are in flight.
constexpr std::int64_t glance_ms = 100;

/// An effect that threw is a defect of ours; the task is tried again, not at once.
constexpr std::int64_t after_defect_ms = 30'000;

struct Handler {
  TaskKind kind;
  Prepare prepare;
};

/// What is done with each kind of task.
constexpr std::array handlers{
    Handler{TaskKind::deployment, prepare_deployment},
    Handler{TaskKind::attempt, prepare_attempt},
    Handler{TaskKind::look, prepare_look},
    Handler{TaskKind::delivery, prepare_delivery},
    Handler{TaskKind::expiry, prepare_expiry},
    Handler{TaskKind::reap, prepare_reap},
    Handler{TaskKind::scale_down, prepare_scale_down},
};

Prepare handler_of(TaskKind kind) {
  for (const Handler& handler : handlers)
    if (handler.kind == kind) return handler.prepare;
  return nullptr;
}

}  // namespace

Engine::Engine(const EngineParts& parts, MakeWorkers make_workers, int most_at_once)
    : parts_(parts), make_workers_(std::move(make_workers)), most_at_once_(most_at_once) {}

std::optional<std::int64_t> Engine::step(const Scope& scope, const std::function<bool()>& stop) {
  parts_.stopping = false;
  std::exception_ptr problem;
  {
    const std::unique_ptr<Workers> workers = make_workers_(most_at_once_);
    for (;;) {
      if (!parts_.stopping && stop && stop()) parts_.stopping = true;
      bool something_done = false, busy = false;
      {
        const std::lock_guard lock(mutex_);
        something_done = !done_.empty();
        busy = in_flight_ > 0;
      }
      const bool claim = !parts_.stopping && !problem;
      try {
        if (something_done || (claim && anything_due(scope))) {
          commit_and_claim(scope, claim, *workers);
          continue;
        }
      } catch (...) {
        // Effects in flight are still waited for; what they found stays in done_.
        if (!problem) problem = std::current_exception();
        parts_.stopping = true;
        something_done = false;
      }
      if (!busy) {
        const std::lock_guard lock(mutex_);
        if (in_flight_ == 0 && (done_.empty() || problem)) break;
        continue;
      }
      workers->rest(glance_ms);
    }
  }
  if (problem) std::rethrow_exception(problem);
  std::optional<std::int64_t> due;
  parts_.ledger.read(
      [&](const LedgerView& view) { due = view.next_due_in(scope, parts_.clock.now()); });
  return due;
}

bool Engine::anything_due(const Scope& scope) {
  bool due = false;
  {
    const std::lock_guard lock(mutex_);
    if (in_flight_ >= most_at_once_) return false;
  }
  parts_.ledger.read([&](const LedgerView& view) {
    const auto ms = view.next_due_in(scope, parts_.clock.now());
    due = ms && *ms <= 0;
    // A dead process's claims hide its tasks from next_due_in until they lapse.
    for (const std::string& owner : view.claim_owners())
      due = due || !parts_.owners.alive(owner);
  });
  return due;
}

void Engine::lapse_the_dead(LedgerTransaction& tx) {
  for (const std::string& owner : tx.claim_owners())
    if (!parts_.owners.alive(owner)) {
      parts_.journal.write(LogLevel::info, "a berth process died; its work is taken over");
      tx.lapse(owner);
    }
}

void Engine::commit_and_claim(const Scope& scope, bool claim, Workers& workers) {
  std::deque<Pending> batch;
  int room = 0;
  {
    const std::lock_guard lock(mutex_);
    batch.swap(done_);
    room = most_at_once_ - in_flight_;
  }
  std::vector<std::pair<TaskRecord, Work>> works;
  const auto body = [&](LedgerTransaction& tx) {
    works.clear();
    parts_.accounts.refresh(tx);  // what is decided here must not use one that was removed
    for (const Pending& one : batch) one.apply(tx);
    if (!claim) return;
    lapse_the_dead(tx);
    // A claim may end at once (nothing to wait for): go on while that makes more work due.
    for (int round = 0; round < 8; ++round) {
      const int free = room - static_cast<int>(works.size());
      if (free <= 0) break;
      const auto tasks = tx.claim_due(scope, parts_.clock.now(), parts_.owners.own(), free);
      if (tasks.empty()) break;
      for (const TaskRecord& task : tasks)
        if (auto work = handler_of(task.kind)(parts_, tx, task))
          works.emplace_back(task, std::move(*work));
    }
  };
  try {
    parts_.ledger.write(body);
  } catch (...) {
    // Nothing happened: what the effects found is still to be committed.
    const std::lock_guard lock(mutex_);
    done_.insert(done_.begin(), std::make_move_iterator(batch.begin()),
                 std::make_move_iterator(batch.end()));
    throw;
  }
  for (auto& [task, work] : works) start(task, std::move(work), workers);
}

void Engine::start(const TaskRecord& task, Work work, Workers& workers) {
  {
    const std::lock_guard lock(mutex_);
    ++in_flight_;
  }
  workers.submit([this, task, work = std::move(work)] {
    Apply apply;
    try {
      apply = work();
    } catch (const std::exception& defect) {
      parts_.journal.write(LogLevel::error, std::string(to_word(task.kind)) + " " + task.subject +
                                                ": " + parts_.clouds.redacted(defect.what()));
      const Moment later = parts_.clock.now().after(after_defect_ms);
      apply = [task, later](LedgerTransaction& tx) { tx.settle(task.kind, task.subject, later); };
    }
    const std::lock_guard lock(mutex_);
    done_.push_back({task.kind, task.subject, std::move(apply)});
    --in_flight_;
  });
}

}  // namespace berth
