// What a plugin in this process holds of its calls. It outlives them: a plugin that answers after
// its method has returned, or from a thread of its own, meets a closed door and not freed memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "berth/plugin.h"

namespace berth {

/// One call as the plugin sees it. Open for the thread that runs the method, while it runs.
struct Door {
  berth_call c{};
  void* behind = nullptr;  // the call; only to be touched where open() says so
  std::atomic<std::thread::id> owner{std::thread::id()};
  std::atomic<std::int64_t>* knocks = nullptr;

  [[nodiscard]] bool open() const { return owner.load() == std::this_thread::get_id(); }
};

/// The doors of one instance. A door is used again only after so many others that what a plugin
/// kept of the call before is long forgotten. Threads: any.
class Doors {
 public:
  std::unique_ptr<Door> take() {
    const std::lock_guard lock(mutex_);
    if (resting_.size() < least_resting) {
      auto door = std::make_unique<Door>();
      door->knocks = &knocks_;
      return door;
    }
    auto door = std::move(resting_.front());
    resting_.pop_front();
    return door;
  }
  void give_back(std::unique_ptr<Door> door) {
    const std::lock_guard lock(mutex_);
    resting_.push_back(std::move(door));
  }
  /// How often a closed door was knocked at since this was last asked.
  std::int64_t take_knocks() { return knocks_.exchange(0); }

 private:
  static constexpr std::size_t least_resting = 256;

  std::mutex mutex_;
  std::deque<std::unique_ptr<Door>> resting_;
  std::atomic<std::int64_t> knocks_{0};
};

}  // namespace berth
