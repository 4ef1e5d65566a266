// A plugin's view of the host: Call and Http over the C structs. Private to the SDK.
#pragma once

#include "berth/call.hpp"
#include "berth/plugin.h"

namespace berth::adapter {

/// Http over the service "berth.http/1"; every exchange is `unsupported` where it is not offered.
class HostHttp final : public Http {
 public:
  explicit HostHttp(berth_call* call) : call_(call) {}
  Result<HttpResponse> exchange(const HttpRequest& request) override;

 private:
  berth_call* call_;
};

/// Call over berth_call. Lives on the stack of one method.
class HostCall final : public Call {
 public:
  explicit HostCall(berth_call* call) : call_(call), http_(call) {}
  [[nodiscard]] std::int64_t now_unix_ms() const override { return call_->now_unix_ms(call_); }
  [[nodiscard]] std::int64_t remaining_ms() const override { return call_->remaining_ms(call_); }
  [[nodiscard]] bool cancelled() const override { return call_->cancelled(call_) != 0; }
  void log(LogLevel level, std::string_view text) override;
  void progress(std::string_view text) override;
  Http& http() override { return http_; }

 private:
  berth_call* call_;
  HostHttp http_;
};

}  // namespace berth::adapter
