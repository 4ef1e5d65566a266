// A Call that stands still and records, with scripted HTTP.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "berth/call.hpp"

namespace berth {

class ScriptedHttp final : public Http {
 public:
  Result<HttpResponse> exchange(const HttpRequest& request) override {
    requests.push_back(request);
    if (responses.empty()) return Failure{};
    Result<HttpResponse> response = responses.front();
    responses.pop_front();
    return response;
  }
  std::vector<HttpRequest> requests;
  std::deque<Result<HttpResponse>> responses;
};

class FakeCall final : public Call {
 public:
  [[nodiscard]] std::int64_t now_unix_ms() const override { return 1'795'282'496'000; }
  [[nodiscard]] std::int64_t remaining_ms() const override { return 5'000; }
  [[nodiscard]] bool cancelled() const override { return is_cancelled; }
  void log(LogLevel /*level*/, std::string_view text) override { logged.emplace_back(text); }
  void progress(std::string_view text) override { told.emplace_back(text); }
  Http& http() override { return scripted; }

  bool is_cancelled = false;
  std::vector<std::string> logged, told;
  ScriptedHttp scripted;
};

}  // namespace berth
