// Threads of which exactly one runs at a time, over a time that only passes when all of them wait.
// Who runs next is the dice's choice, so a seed decides the order of everything that happens.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "dice.hpp"

namespace berth::sim {

class Baton;

/// What threads wait for. REQUIRES: nobody waits when it ends.
class Signal {
 public:
  explicit Signal(Baton& baton) : baton_(baton) {}
  /// Everyone who waits may run now.
  void notify();

 private:
  friend class Baton;
  Baton& baton_;
};

/// The threads are kept and used again by the next life: making one costs more than a switch.
class Baton {
 public:
  static constexpr std::int64_t for_ever = std::numeric_limits<std::int64_t>::max() / 4;

  Baton();
  ~Baton();
  Baton(const Baton&) = delete;
  Baton& operator=(const Baton&) = delete;

  /// A new life: time 0, nobody there. REQUIRES: run() has returned.
  void begin(std::uint64_t seed);
  /// A thread that is ready to run.
  void start(const std::string& name, std::function<void()> body);
  /// Runs all threads to their end. Returns the names of those that wait for ever; they stay, and
  /// the baton cannot be used again.
  std::vector<std::string> run();

  // From inside a thread.
  /// Others run meanwhile, also where ms is 0.
  void sleep(std::int64_t ms);
  /// Until the signal is notified, at most `ms`.
  void wait(Signal& signal, std::int64_t ms);

  [[nodiscard]] std::int64_t now() const { return now_; }

 private:
  friend class Signal;
  struct Thread;
  void pause(std::int64_t until, const Signal* signal);
  void end_of(Thread& thread);
  Thread* choose();
  void hand_to(Thread& next);
  void serve(Thread& thread);

  struct Idle;
  std::unique_ptr<Idle> idle_;
  std::vector<std::unique_ptr<Thread>> threads_;  // all there ever were
  std::vector<Thread*> living_;                   // of this life
  Thread* running_ = nullptr;
  Dice dice_{0};
  std::int64_t now_ = 0;
};

}  // namespace berth::sim
