// A Call with so much time, for HTTP: it can be cancelled, and its clock can be moved.
#pragma once

#include <atomic>
#include <chrono>
#include <stdexcept>

#include "berth/call.hpp"

namespace berth::test {

class HttpCall final : public Call {
 public:
  explicit HttpCall(std::int64_t time_ms = 5'000) : until_(now() + time_ms) {}
  [[nodiscard]] std::int64_t now_unix_ms() const override { return unix_ms; }
  [[nodiscard]] std::int64_t remaining_ms() const override { return until_ - now(); }
  [[nodiscard]] bool cancelled() const override { return cancel; }
  void log(LogLevel, std::string_view) override {}
  void progress(std::string_view) override {}
  Http& http() override { throw std::logic_error("not used here"); }

  std::atomic<bool> cancel{false};
  std::int64_t unix_ms = 1'800'000'000'000;

 private:
  static std::int64_t now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
  const std::int64_t until_;
};

}  // namespace berth::test
