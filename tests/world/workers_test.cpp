#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "world/world.hpp"

namespace berth {
namespace {

using namespace std::chrono_literals;

TEST(Workers, DoAllThatWasGivenBeforeTheyEnd) {
  std::atomic<int> done{0};
  {
    const auto workers = thread_workers(4);
    for (int i = 0; i < 100; ++i) workers->submit([&] { ++done; });
  }
  EXPECT_EQ(done, 100);
}

TEST(Workers, WorkSideBySide) {
  std::mutex mutex;
  std::condition_variable changed;
  int here = 0;
  {
    const auto workers = thread_workers(8);
    for (int i = 0; i < 8; ++i)
      workers->submit([&] {  // each waits for all the others
        std::unique_lock lock(mutex);
        ++here;
        changed.notify_all();
        changed.wait_for(lock, 20s, [&] { return here == 8; });
      });
  }
  EXPECT_EQ(here, 8);
}

TEST(Workers, AreNeverMoreThanAllowed) {
  std::atomic<int> now{0}, most{0};
  {
    const auto workers = thread_workers(3);
    for (int i = 0; i < 30; ++i)
      workers->submit([&] {
        const int busy = ++now;
        int seen = most;
        while (busy > seen && !most.compare_exchange_weak(seen, busy)) {
        }
        std::this_thread::sleep_for(2ms);
        --now;
      });
  }
  EXPECT_LE(most, 3);
  EXPECT_GE(most, 1);
}

TEST(Workers, OfNoWorkStartNoThread) {
  const auto workers = thread_workers(64);
  SUCCEED();
}

}  // namespace
}  // namespace berth
