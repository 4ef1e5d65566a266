#include "reach/isolated.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "reach/failed.hpp"

namespace berth {
namespace {

constexpr std::int64_t wake_ms = 50;             // how soon a cancellation is noticed
constexpr std::int64_t longest_waited_ms = 500;  // a shorter delay is waited for, not reported

// Before anything reached the plugin.
Failure not_called(ErrorCode code, std::string message) {
  return failed(code, Effect::none, std::move(message));
}

}  // namespace

IsolatedInstance::IsolatedInstance(IsolatedOptions options, std::string config_json,
                                   Journal& journal)
    : options_(std::move(options)),
      config_json_(std::move(config_json)),
      journal_(journal),
      slots_(options_.name, options_.concurrent) {}

IsolatedInstance::~IsolatedInstance() = default;

std::optional<Failure> IsolatedInstance::start(Call& call) {
  Result<Session> got = session(call);
  if (!got.ok()) return got.failure();
  return {};
}

Outcome IsolatedInstance::call(std::string_view interface_id, std::string_view method,
                               std::string_view request_json, Call& call) {
  if (request_json.size() > max_frame_body)
    return not_called(ErrorCode::invalid, "a request of more than 32 MiB");
  if (auto failure = slots_.take(call)) return *failure;
  struct Slot {
    Slots& slots;
    ~Slot() { slots.give_back(); }
  } slot{slots_};
  for (int tries = 0;; ++tries) {
    Result<Session> got = session(call);
    if (!got.ok()) return got.failure();
    FrameLine line("call");
    line.text("interface", interface_id).text("method", method);
    Exchanged exchanged = (*got)->exchange(std::move(line), request_json, method, call);
    if (!exchanged.sent && tries == 0) continue;  // it had ended since its last call
    const bool over = (*got)->over();
    const std::lock_guard lock(mutex_);
    if (!over && exchanged.sent) {
      answered_ = true;
      fruitless_ = 0;
    }
    return std::move(exchanged.outcome);
  }
}

// The present worker, or a new one.
Result<IsolatedInstance::Session> IsolatedInstance::session(Call& call) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (session_ && !session_->over()) return session_;
    if (auto failure = wait_for_turn(lock, call)) return *failure;
    if (session_ && !session_->over()) return session_;
    if (starting_) continue;
    break;
  }
  if (session_) {
    if (!answered_) came_to_nothing(session_->how());
    session_.reset();
    // The one that just ended may have earned a delay.
    if (auto failure = wait_for_turn(lock, call)) return *failure;
    if (session_ && !session_->over()) return session_;
  }
  starting_ = true;
  answered_ = false;
  lock.unlock();
  Result<Session> made = new_session(call);
  lock.lock();
  starting_ = false;
  if (made.ok())
    session_ = *made;
  else if (made.failure().code != ErrorCode::cancelled)
    came_to_nothing(made.failure().message);
  started_.notify_all();
  return made;
}

// Returns when nobody else starts a worker and the delay is over, or with why that takes too long.
std::optional<Failure> IsolatedInstance::wait_for_turn(std::unique_lock<std::mutex>& lock,
                                                       Call& call) {
  for (;;) {
    if (call.cancelled())
      return not_called(ErrorCode::cancelled,
                        "the call was cancelled before its worker had started");
    const std::int64_t remaining = call.remaining_ms();
    const std::int64_t delay = not_before_ - steady_ms();
    if (remaining <= 0)
      return not_called(ErrorCode::unavailable,
                        "the worker of " + options_.name + " did not start within the call's time");
    if (!starting_ && delay <= 0) return {};
    if (!starting_ && (delay > longest_waited_ms || delay >= remaining)) {
      Failure failure = not_called(
          ErrorCode::unavailable,
          "the worker of " + options_.name + " came to nothing " + std::to_string(fruitless_) +
              " times in a row, the last time: " + last_end_ + "; it is started again in " +
              std::to_string((delay + 999) / 1000) + " s");
      failure.retry_after_ms = delay;
      return failure;
    }
    started_.wait_for(lock,
                      std::chrono::milliseconds(starting_ ? wake_ms : std::min(wake_ms, delay)));
  }
}

Result<IsolatedInstance::Session> IsolatedInstance::new_session(Call& call) {
  auto process = WorkerProcess::start(options_.argv);
  if (!process.ok()) return process.failure();
  auto session = std::make_shared<WorkerSession>(std::move(*process), options_.name, journal_,
                                                 options_.patience);
  Outcome manifest = session->hello(call);
  if (!manifest.ok()) return manifest.failure();
  if (!options_.manifest_json.empty() && *manifest != options_.manifest_json)
    journal_.write(LogLevel::warning,
                   "the plugin " + options_.name +
                       " was replaced while berth runs; its settings were checked against the old "
                       "manifest: restart berth");
  Exchanged created = session->exchange(FrameLine("create"), config_json_, "create", call);
  if (!created.outcome.ok()) {
    Failure failure = created.outcome.failure();
    failure.effect = Effect::none;  // no method ran
    return failure;
  }
  return session;
}

// REQUIRES: mutex_ is held. The first failure in a row is free: a crash is often a single one.
void IsolatedInstance::came_to_nothing(const std::string& why) {
  ++fruitless_;
  last_end_ = why;
  if (fruitless_ < 2) return;
  const int doublings = std::min(fruitless_ - 2, 20);
  const std::int64_t full =
      std::min(options_.longest_delay_ms, options_.first_delay_ms << doublings);
  // By chance, so that 64 processes with the same broken plugin do not start it at the same time.
  std::minstd_rand chance(std::random_device{}());
  not_before_ = steady_ms() + std::uniform_int_distribution<std::int64_t>(full / 2, full)(chance);
}

Outcome describe_worker(const std::vector<std::string>& argv, const std::string& name,
                        Journal& journal, Call& call) {
  auto process = WorkerProcess::start(argv);
  if (!process.ok()) return process.failure();
  WorkerSession session(std::move(*process), name, journal, {});
  return session.hello(call);
}

}  // namespace berth
