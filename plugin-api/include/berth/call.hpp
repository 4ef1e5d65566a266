// One call in flight, as a plugin's code sees it, and the host services it can use. Std-only,
// C++17.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/failure.hpp"

namespace berth {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool deleting = false;  // may use the share of the rate budget that is kept for deletes
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  /// The first value of `name` (lower case), or "".
  [[nodiscard]] std::string_view header(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (key == name) return value;
    return {};
  }
};

/// HTTP as the host does it: TLS, proxies, time-outs, redaction, one rate budget per credential.
/// It never repeats a request (an unknown outcome is looked up, not guessed) and follows no
/// redirect. Fails with `unavailable` (effect unknown once bytes were sent), `rate_limited` (the
/// budget is used up; nothing was sent), `cancelled`, `unsupported` (this host offers no HTTP).
class Http {
 public:
  virtual ~Http() = default;
  virtual Result<HttpResponse> exchange(const HttpRequest& request) = 0;
};

enum class LogLevel { debug, info, warning, error };

/// One call in flight. Belongs to the caller; do not keep it. Its functions may be called from the
/// thread that runs the method only.
class Call {
 public:
  virtual ~Call() = default;
  [[nodiscard]] virtual std::int64_t now_unix_ms() const = 0;
  /// Until the deadline; <= 0 means give up. There is no absolute deadline: clocks jump.
  [[nodiscard]] virtual std::int64_t remaining_ms() const = 0;
  [[nodiscard]] virtual bool cancelled() const = 0;
  virtual void log(LogLevel level, std::string_view text) = 0;
  /// One line for the person who waits ("action 42 is running, 60 %").
  virtual void progress(std::string_view text) = 0;
  virtual Http& http() = 0;
};

}  // namespace berth
