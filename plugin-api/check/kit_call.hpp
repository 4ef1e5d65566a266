// The Call of a host that is only a kit: the real clock, logs on stderr, HTTP if it was asked for.
#pragma once

#include <chrono>
#include <memory>

#include "berth/call.hpp"

namespace berth::conformance {

/// HTTP is not offered.
class NoHttp final : public Http {
 public:
  Result<HttpResponse> exchange(const HttpRequest& request) override;
};

/// A minimal exchange over libcurl; see curl_http.cpp. nullptr: built without libcurl.
std::unique_ptr<Http> make_curl_http();

class KitCall final : public Call {
 public:
  KitCall(Http& http, bool verbose) : http_(http), verbose_(verbose) {}
  [[nodiscard]] std::int64_t now_unix_ms() const override;
  [[nodiscard]] std::int64_t remaining_ms() const override;
  [[nodiscard]] bool cancelled() const override { return false; }
  void log(LogLevel level, std::string_view text) override;
  void progress(std::string_view text) override;
  Http& http() override { return http_; }

 private:
  Http& http_;
  bool verbose_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace berth::conformance
