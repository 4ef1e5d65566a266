// What a provider is handed in these tests: a call whose clock stands still, and an Http that
// records what it was asked and answers from a list.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/call.hpp"

namespace berth::aws::test {

inline constexpr std::int64_t friday_noon = 1'795'780'800'000;  // 2026-11-27T12:00:00Z

class ScriptedHttp : public Http {
 public:
  Result<HttpResponse> exchange(const HttpRequest& request) override {
    requests.push_back(request);
    if (answers.empty()) {
      Failure failure;
      failure.code = ErrorCode::unavailable;
      failure.message = "the script has no more answers";
      return failure;
    }
    auto answer = answers.front();
    answers.pop_front();
    return answer;
  }

  void say(int status, std::string body,
           std::vector<std::pair<std::string, std::string>> headers = {}) {
    HttpResponse response;
    response.headers = std::move(headers);
    response.status = status;
    response.body = std::move(body);
    answers.emplace_back(response);
  }
  void lose(Effect effect = Effect::unknown) {
    Failure failure;
    failure.code = ErrorCode::unavailable;
    failure.effect = effect;
    failure.message = "the connection was lost";
    answers.emplace_back(failure);
  }

  std::deque<Result<HttpResponse>> answers;
  std::vector<HttpRequest> requests;
};

class StillCall : public Call {
 public:
  explicit StillCall(Http& http) : http_(http) {}
  std::int64_t now_unix_ms() const override { return now; }
  std::int64_t remaining_ms() const override { return remaining; }
  bool cancelled() const override { return is_cancelled; }
  void log(LogLevel, std::string_view text) override { logged.emplace_back(text); }
  void progress(std::string_view) override {}
  Http& http() override { return http_; }

  std::int64_t now = friday_noon;
  std::int64_t remaining = 60'000;
  bool is_cancelled = false;
  std::vector<std::string> logged;

 private:
  Http& http_;
};

/// The value of a form's field, decoded; "" when absent.
std::string field(const HttpRequest& request, const std::string& name);

std::string error_xml(const std::string& code, const std::string& message);

/// One <item> of a reservationSet, of the installation "inst1".
std::string reservation(const std::string& id, const std::string& attempt,
                        const std::string& state = "running",
                        const std::string& installation = "inst1");
std::string described(const std::string& reservations, const std::string& next_token = "");
std::string one_image(const std::string& id = "ami-1", const std::string& arch = "x86_64");

}  // namespace berth::aws::test
