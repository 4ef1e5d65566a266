#include "api.hpp"

#include <charconv>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "berth/codec.hpp"
#include "clock.hpp"

namespace berth::json_api {
namespace {

constexpr std::size_t vendor_text_limit = 2000;  // Failure::vendor_text: at most 2 KB

/// Empty, or why the call must not start another exchange.
std::optional<Failure> given_up(const Call& call) {
  if (call.cancelled())
    return refused(ErrorCode::cancelled, "The call was cancelled before the request was sent.");
  if (call.remaining_ms() <= 0)
    return refused(ErrorCode::unavailable, "The call's time was up before the request was sent.");
  return std::nullopt;
}

}  // namespace

Failure refused(ErrorCode code, std::string message) {
  Failure failure;
  failure.code = code;
  failure.effect = Effect::none;
  failure.message = std::move(message);
  return failure;
}

std::string printable(std::string_view body) {
  std::string text;
  for (const char c : body.substr(0, 300)) text += c >= ' ' && c < 127 ? c : ' ';
  return text;
}

std::string encoded(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  return out;
}

std::optional<std::int64_t> retry_after_ms(const HttpResponse& response) {
  const std::string_view text = response.header("retry-after");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (seconds < 0 || seconds > 86400) return std::nullopt;
  return seconds * 1000;
}

Failure failure_by_status(const Refusal& refusal) {
  Failure failure;
  failure.effect = refusal.status >= 500 || refusal.status == 408 ? Effect::unknown : Effect::none;
  switch (refusal.status) {
    case 401:
      failure.code = ErrorCode::denied;
      failure.scope = StockScope::credential;
      break;
    case 402:
    case 403: failure.code = ErrorCode::denied; break;
    case 404: failure.code = ErrorCode::not_found; break;
    case 408:
    case 423:
    case 425: failure.code = ErrorCode::unavailable; break;
    case 409: failure.code = ErrorCode::conflict; break;
    case 429: failure.code = ErrorCode::rate_limited; break;
    default:
      failure.code = refusal.status >= 400 && refusal.status < 500 ? ErrorCode::invalid
                                                                  : ErrorCode::unavailable;
  }
  if (refusal.response != nullptr) failure.retry_after_ms = retry_after_ms(*refusal.response);
  return failure;
}

Api::Api(std::string endpoint, std::string token, Dialect dialect)
    : endpoint_(std::move(endpoint)), token_(std::move(token)), dialect_(dialect) {
  while (!endpoint_.empty() && endpoint_.back() == '/') endpoint_.pop_back();
}

Result<json::value> Api::get(Call& call, std::string_view path) const {
  HttpRequest request;
  request.url = path;
  Result<json::value> answer = exchange(call, std::move(request));
  if (answer.ok()) return answer;
  Failure failure = answer.failure();
  failure.effect = Effect::none;
  return failure;
}

Result<json::value> Api::post(Call& call, std::string_view path, const json::value& body) const {
  HttpRequest request;
  request.method = "POST";
  request.url = path;
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = json::serialize(body);
  return exchange(call, std::move(request));
}

Result<json::value> Api::remove(Call& call, std::string_view path) const {
  HttpRequest request;
  request.method = "DELETE";
  request.url = path;
  request.deleting = true;
  return exchange(call, std::move(request));
}

Api Api::for_destroying() const {
  Api api = *this;
  api.destroying_ = true;
  return api;
}

Result<json::value> Api::exchange(Call& call, HttpRequest request) const {
  if (const auto failure = given_up(call)) return *failure;
  const bool deleting = request.deleting;
  request.deleting = deleting || destroying_;
  const std::string what = request.method + " " + request.url;
  request.url = endpoint_ + request.url;
  request.headers.emplace_back("Authorization", "Bearer " + token_);
  request.headers.emplace_back("Accept", "application/json");
  Result<HttpResponse> answer = call.http().exchange(request);
  if (!answer.ok()) return answer.failure();

  const HttpResponse& response = *answer;
  boost::system::error_code unreadable;
  json::value body;
  if (!response.body.empty()) body = json::parse(response.body, unreadable);

  if (response.status >= 200 && response.status < 300) {
    // A delete's 2xx is its whole answer. Nothing of a 2xx body is ever quoted: a server's may hold
    // its root password.
    if (deleting) return unreadable ? json::value() : body;
    if (!unreadable && body.is_structured()) return body;
    Failure failure;
    failure.code = ErrorCode::unavailable;
    failure.message = std::string(dialect_.vendor) + " accepted " + what +
                      ", but its answer could not be read (" +
                      std::to_string(response.body.size()) + " bytes, no JSON object or list).";
    return failure;
  }

  Refusal refusal;
  refusal.status = response.status;
  refusal.response = &response;
  refusal.now_unix_ms = call.now_unix_ms();
  if (unreadable || !body.is_object()) {
    refusal.vendor_text = printable(response.body);
  } else {
    refusal.body = std::move(body);
    dialect_.read_error(refusal);
  }
  refusal.vendor_code = scrubbed(codec::clipped(refusal.vendor_code, 200));
  refusal.vendor_text = scrubbed(codec::clipped(refusal.vendor_text, vendor_text_limit));

  Failure failure = dialect_.failure_of(refusal);
  failure.vendor_code = refusal.vendor_code;
  failure.vendor_text = refusal.vendor_text;
  const std::string advice = std::move(failure.message);
  failure.message = std::string(dialect_.vendor) + " answered " + std::to_string(response.status) +
                    (refusal.vendor_code.empty() ? "" : " " + refusal.vendor_code) + " to " + what;
  if (refusal.body.is_null()) {
    failure.message += ", and not in JSON: is a proxy in the way, or the endpoint wrong?";
  } else {
    failure.message += ": " + std::string(codec::clipped(refusal.vendor_text, 300));
  }
  if (failure.code == ErrorCode::denied)
    if (const auto error = clock_error_ms(response, call.now_unix_ms()))
      failure.message += (failure.message.back() == '.' ? " " : ". ") +
                         clock_sentence(*error, std::string(dialect_.vendor));
  if (!advice.empty()) failure.message += (failure.message.back() == '.' ? " " : ". ") + advice;
  return failure;
}

/// Some gateways echo what was sent.
std::string Api::scrubbed(std::string_view original) const {
  std::string text(original);
  if (token_.empty()) return text;
  for (std::size_t at = text.find(token_); at != std::string::npos; at = text.find(token_, at + 3))
    text.replace(at, token_.size(), "***");
  return text;
}

}  // namespace berth::json_api
