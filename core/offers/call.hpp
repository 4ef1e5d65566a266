// One call of a plugin as the host makes it.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "berth/call.hpp"
#include "journal/journal.hpp"
#include "world/world.hpp"

namespace berth {

/// Threads: the one that makes the call; `cancelled` is read from any.
class HostCall final : public Call {
 public:
  /// `about` leads every log line ("hetzner-main create"). `stop` may be null.
  HostCall(const Clock& clock, Journal& journal, std::string about, std::int64_t timeout_ms,
           const std::atomic<bool>* stop = nullptr);

  [[nodiscard]] std::int64_t now_unix_ms() const override;
  [[nodiscard]] std::int64_t remaining_ms() const override;
  [[nodiscard]] bool cancelled() const override;
  void log(LogLevel level, std::string_view text) override;
  void progress(std::string_view text) override;
  /// None: what a plugin sends goes through the host side of its reach.
  Http& http() override;

  /// The lines that progress() got, at most 20 of at most 300 bytes.
  [[nodiscard]] const std::vector<std::string>& told() const { return told_; }

 private:
  const Clock& clock_;
  Journal& journal_;
  const std::string about_;
  const std::int64_t deadline_boot_ms_;
  const std::atomic<bool>* stop_;
  std::vector<std::string> told_;
  std::size_t said_bytes_ = 0;  // in log lines
};

}  // namespace berth
