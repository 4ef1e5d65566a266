#include "http/budgeted_http.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "http/curl_http.hpp"

namespace berth {
namespace {

constexpr std::int64_t longest_wait_ms = 5'000;
constexpr std::int64_t look_again_ms = 50;  // how soon a cancellation is noticed

// "https://user:pass@host:8443/v1/servers?token=…" -> "host:8443/v1/servers". Of what a cloud gives
// its machines only the host: a container's path is as good as its keys.
std::string host_and_path(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos)
    url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("?#"));
  const auto slash = url.find('/');
  if (const auto at = url.substr(0, slash).rfind('@'); at != std::string_view::npos)
    url.remove_prefix(at + 1);
  const std::string_view host = url.substr(0, url.find('/'));
  return std::string(is_metadata_address(host) ? host : url);
}

Failure failed(ErrorCode code, std::string message) {
  return {code, Effect::none, std::move(message), {}, {}, {}};
}

}  // namespace

void sleep_ms(std::int64_t milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

Result<HttpResponse> BudgetedHttp::exchange(const HttpRequest& request) {
  if (auto failure = wait_for_budget(request)) return *failure;
  const auto began = std::chrono::steady_clock::now();
  Result<HttpResponse> result = transport_.send(request, call_);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  if (result.ok()) {
    refused_ = refused_ || result->status == 429 || result->status == 503;
    budget_.observe(*result, call_.now_unix_ms());
  }
  note(request, result, took.count());
  return result;
}

std::optional<Failure> BudgetedHttp::wait_for_budget(const HttpRequest& request) {
  std::int64_t waited = 0;
  for (;;) {
    if (call_.cancelled())
      return failed(ErrorCode::cancelled, "the call was cancelled before this request was sent");
    const Grant grant = budget_.take(request.deleting, call_.now_unix_ms());
    if (grant.wait_ms <= 0) return {};
    if (grant.wait_ms + waited > longest_wait_ms || grant.wait_ms >= call_.remaining_ms()) {
      Failure failure = failed(
          ErrorCode::rate_limited,
          "the request budget of this credential is used up; the next request may leave in " +
              std::to_string((grant.wait_ms + 999) / 1000) + " s");
      failure.retry_after_ms = grant.wait_ms;
      used_up_ = true;
      return failure;
    }
    const std::int64_t nap = std::min(grant.wait_ms, look_again_ms);
    pause_(nap);
    waited += nap;
  }
}

void BudgetedHttp::note(const HttpRequest& request, const Result<HttpResponse>& result,
                        std::int64_t took_ms) {
  std::string line = "http " + request.method + ' ' + host_and_path(request.url) + ' ';
  line += result.ok() ? std::to_string(result->status)
                      : "failed: " + result.failure().message;
  line += ' ' + std::to_string(took_ms) + " ms";
  journal_.write(LogLevel::debug, redaction_.apply(line));
}

}  // namespace berth
