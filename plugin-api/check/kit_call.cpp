#include "kit_call.hpp"

#include <iostream>

namespace berth::conformance {
namespace {

constexpr std::int64_t limit_ms = 60'000;  // of one call

std::string_view to_word(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
  }
  return "error";
}

}  // namespace

Result<HttpResponse> NoHttp::exchange(const HttpRequest& /*request*/) {
  Failure failure;
  failure.code = ErrorCode::unsupported;
  failure.effect = Effect::none;
  failure.message = "no HTTP here; give --http";
  return failure;
}

#ifndef BERTH_CHECK_HAS_CURL
std::unique_ptr<Http> make_curl_http() { return nullptr; }
#endif

std::int64_t KitCall::now_unix_ms() const {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::int64_t KitCall::remaining_ms() const {
  using namespace std::chrono;
  return limit_ms - duration_cast<milliseconds>(steady_clock::now() - begun_).count();
}

void KitCall::log(LogLevel level, std::string_view text) {
  if (verbose_) std::cerr << "log " << to_word(level) << ": " << text << '\n';
}

void KitCall::progress(std::string_view text) {
  if (verbose_) std::cerr << "progress: " << text << '\n';
}

}  // namespace berth::conformance
