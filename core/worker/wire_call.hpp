// A call as it looks inside the worker: everything it asks of the host crosses the wire.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "berth/call.hpp"
#include "reach/frames.hpp"

namespace berth {

/// The worker's end of the socket, for writing. Threads: any.
class WireWriter {
 public:
  explicit WireWriter(int socket) : socket_(socket) {}
  /// Waits until all is taken. A broken socket is noticed by who reads it.
  void send(std::string_view line, std::string_view body = {});

 private:
  const int socket_;
  std::mutex mutex_;
};

/// One call in flight in the worker. Its Call side belongs to the thread that runs the method;
/// answer_http() and cancel() come from the thread that reads the socket.
class WireCall final : public Call, private Http {
 public:
  WireCall(WireWriter& writer, const Frame& frame)
      : writer_(writer), n_(frame.n), now_unix_ms_(frame.now_unix_ms),
        remaining_ms_(frame.remaining_ms), began_(std::chrono::steady_clock::now()) {}

  [[nodiscard]] std::int64_t n() const { return n_; }
  void answer_http(Frame frame);
  void cancel() { cancelled_ = true; }

  // The host's clock, carried on by ours.
  [[nodiscard]] std::int64_t now_unix_ms() const override { return now_unix_ms_ + passed(); }
  [[nodiscard]] std::int64_t remaining_ms() const override { return remaining_ms_ - passed(); }
  [[nodiscard]] bool cancelled() const override { return cancelled_; }
  void log(LogLevel level, std::string_view text) override;
  void progress(std::string_view text) override;
  Http& http() override { return *this; }

 private:
  Result<HttpResponse> exchange(const HttpRequest& request) override;
  [[nodiscard]] std::int64_t passed() const;

  WireWriter& writer_;
  const std::int64_t n_, now_unix_ms_, remaining_ms_;
  const std::chrono::steady_clock::time_point began_;
  std::atomic<bool> cancelled_{false};
  std::mutex mutex_;
  std::condition_variable answered_;
  std::int64_t h_ = 0;
  std::optional<Frame> answer_;
};

}  // namespace berth
