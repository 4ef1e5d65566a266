#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "world/world.hpp"

namespace berth {
namespace {

class ThreadWorkers final : public Workers {
 public:
  explicit ThreadWorkers(int most) : most_(most) {}
  ~ThreadWorkers() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  ThreadWorkers(const ThreadWorkers&) = delete;
  ThreadWorkers& operator=(const ThreadWorkers&) = delete;

  void submit(std::function<void()> work) override {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    if (idle_ < static_cast<int>(queue_.size()) && static_cast<int>(threads_.size()) < most_)
      threads_.emplace_back([this] { serve(); });
    else
      wake_.notify_one();
  }

  void rest(std::int64_t ms) override {
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return news_; });
    news_ = false;
  }

 private:
  void serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      ++idle_;
      wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
      --idle_;
      if (queue_.empty()) return;
      const std::function<void()> work = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      work();
      lock.lock();
      news_ = true;
      ended_.notify_one();
    }
  }

  const int most_;
  std::mutex mutex_;
  std::condition_variable wake_, ended_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  int idle_ = 0;
  bool ending_ = false;
  bool news_ = false;  // some work ended since the last rest()
};

}  // namespace

std::unique_ptr<Workers> thread_workers(int most) { return std::make_unique<ThreadWorkers>(most); }

}  // namespace berth
