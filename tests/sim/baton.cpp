#include "baton.hpp"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

#include <algorithm>
#include <semaphore>
#include <thread>

namespace berth::sim {

namespace {
thread_local Baton* baton_here = nullptr;  // of a thread that belongs to one
}

namespace {

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

/// A wait that ends by itself after a moment, as any may, so that whoever waits looks again.
int wait_a_moment(pthread_mutex_t* mutex) {
  pthread_mutex_unlock(mutex);
  baton_here->sleep(5);
  return pthread_mutex_lock(mutex);
}

}  // namespace

// A mutex that is taken belongs to a thread that gave the baton away: waiting for it in earnest
// would be for ever. berth and its plugins find these functions instead of the C library's.
extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  if (baton_here == nullptr) {
    static auto* const lock = real<int(pthread_mutex_t*)>("pthread_mutex_lock");
    return lock(mutex);
  }
  for (;;) {
    const int code = pthread_mutex_trylock(mutex);
    if (code != EBUSY) return code;
    baton_here->sleep(1);
  }
}

extern "C" int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  if (baton_here != nullptr) return wait_a_moment(mutex);
  static auto* const wait = real<int(pthread_cond_t*, pthread_mutex_t*)>("pthread_cond_wait");
  return wait(condition, mutex);
}

extern "C" int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                      clockid_t clock, const timespec* until) {
  if (baton_here != nullptr) return wait_a_moment(mutex);
  static auto* const wait = real<int(pthread_cond_t*, pthread_mutex_t*, clockid_t,
                                     const timespec*)>("pthread_cond_clockwait");
  return wait(condition, mutex, clock, until);
}

struct Baton::Thread {
  std::string name;
  std::function<void()> body;  // empty: it has no part in this life
  std::int64_t wakes = 0;
  const Signal* waits_for = nullptr;
  bool quits = false;
  std::binary_semaphore turn{0};
  std::thread thread;
};

/// The one that called run().
struct Baton::Idle {
  std::binary_semaphore turn{0};
};

void Signal::notify() {
  for (Baton::Thread* thread : baton_.living_)
    if (thread->waits_for == this) {
      thread->waits_for = nullptr;
      thread->wakes = baton_.now_;
    }
}

Baton::Baton() : idle_(std::make_unique<Idle>()) {}

Baton::~Baton() {
  for (const auto& thread : threads_) {
    if (thread->body) {  // it waits for ever, with frames of its own on its stack
      thread->thread.detach();
      static_cast<void>(const_cast<std::unique_ptr<Thread>&>(thread).release());
      continue;
    }
    thread->quits = true;
    thread->turn.release();
    thread->thread.join();
  }
}

void Baton::begin(std::uint64_t seed) {
  dice_ = Dice(seed);
  now_ = 0;
}

void Baton::start(const std::string& name, std::function<void()> body) {
  Thread* free = nullptr;
  for (const auto& thread : threads_)
    if (!thread->body) free = thread.get();
  if (free == nullptr) {
    threads_.push_back(std::make_unique<Thread>());
    free = threads_.back().get();
    free->thread = std::thread([this, free] { serve(*free); });
  }
  free->name = name;
  free->body = std::move(body);
  free->wakes = now_;
  free->waits_for = nullptr;
  living_.push_back(free);
}

void Baton::serve(Thread& thread) {
  baton_here = this;
  for (;;) {
    thread.turn.acquire();
    if (thread.quits) return;
    thread.body();
    end_of(thread);
  }
}

std::vector<std::string> Baton::run() {
  if (Thread* first = choose()) {
    hand_to(*first);
    idle_->turn.acquire();
  }
  std::vector<std::string> stuck;
  for (const Thread* thread : living_) stuck.push_back(thread->name);
  return stuck;
}

void Baton::sleep(std::int64_t ms) { pause(now_ + std::max<std::int64_t>(ms, 0), nullptr); }

void Baton::wait(Signal& signal, std::int64_t ms) {
  pause(ms >= for_ever ? for_ever : now_ + std::max<std::int64_t>(ms, 0), &signal);
}

void Baton::pause(std::int64_t until, const Signal* signal) {
  Thread& self = *running_;
  self.wakes = until;
  self.waits_for = signal;
  Thread* next = choose();
  if (next == &self) return;
  if (next == nullptr)
    idle_->turn.release();  // all wait for ever
  else
    hand_to(*next);
  self.turn.acquire();
}

void Baton::end_of(Thread& thread) {
  thread.body = nullptr;
  living_.erase(std::find(living_.begin(), living_.end(), &thread));
  Thread* next = choose();
  if (next == nullptr)
    idle_->turn.release();
  else
    hand_to(*next);
}

Baton::Thread* Baton::choose() {
  std::int64_t earliest = for_ever;
  for (const Thread* thread : living_) earliest = std::min(earliest, thread->wakes);
  if (earliest >= for_ever) return nullptr;
  now_ = std::max(now_, earliest);
  std::int64_t ready = 0;
  for (const Thread* thread : living_) ready += thread->wakes <= now_ ? 1 : 0;
  std::int64_t chosen = ready == 1 ? 0 : dice_.below(ready);
  for (Thread* thread : living_) {
    if (thread->wakes > now_ || chosen-- > 0) continue;
    thread->waits_for = nullptr;
    running_ = thread;
    return thread;
  }
  return nullptr;
}

void Baton::hand_to(Thread& next) {
  next.turn.release();
}

}  // namespace berth::sim
