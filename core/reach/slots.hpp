// How many calls may run at once on one instance: the manifest's "concurrent".
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "berth/call.hpp"
#include "reach/failed.hpp"

namespace berth {

/// Threads: any.
class Slots {
 public:
  Slots(std::string plugin, std::int64_t count)
      : plugin_(std::move(plugin)), free_(count < 1 ? 1 : count) {}

  /// Waits for a free slot, until the call's deadline or its cancellation.
  std::optional<Failure> take(Call& call) {
    std::unique_lock lock(mutex_);
    while (free_ == 0) {
      if (call.cancelled())
        return failed(ErrorCode::cancelled, Effect::none,
                      "the call was cancelled while it waited for its turn");
      if (call.remaining_ms() <= 0)
        return failed(ErrorCode::unavailable, Effect::none,
                      "the plugin " + plugin_ +
                          " was busy with other calls until this call's time was up");
      freed_.wait_for(lock, std::chrono::milliseconds(50));  // a Call can only be asked
    }
    --free_;
    return {};
  }

  void give_back() {
    {
      const std::lock_guard lock(mutex_);
      ++free_;
    }
    freed_.notify_one();
  }

 private:
  const std::string plugin_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::int64_t free_;
};

}  // namespace berth
