#include "webhook/webhook.hpp"

#include <exception>
#include <string_view>
#include <utility>

#include "berth/codec.hpp"
#include "json_api/api.hpp"
#include "webhook/signature.hpp"

namespace berth::notifiers {
namespace {

/// Anything that could end a header line becomes a blank.
std::string header_value(std::string_view text) {
  std::string out;
  for (const char c : text) out += c > ' ' && c < 127 ? c : ' ';
  return out;
}

}  // namespace

Webhook::Webhook(const PluginConfig& config)
    : url_(config.text("url")), secret_(config.text("secret")) {
  if (url_.compare(0, 8, "https://") != 0 && url_.compare(0, 7, "http://") != 0)
    throw ConfigError("\"url\" must begin with https:// or http://");
  if (secret_.empty())
    throw ConfigError("\"secret\" is empty: a receiver could not trust an event");
}

Result<Done> Webhook::notify(const Event& event, Call& call) {
  HttpRequest request;
  try {
    request.body = codec::encode(event);
  } catch (const std::exception& error) {
    return json_api::refused(ErrorCode::invalid,
                             std::string("The event is no JSON: ") + error.what());
  }
  const std::string timestamp = std::to_string(call.now_unix_ms() / 1000);
  request.method = "POST";
  request.url = url_;
  request.headers = {
      {"Content-Type", "application/json"},
      {"Berth-Event", header_value(event.type)},
      {"Berth-Delivery", header_value(event.event_id)},
      {"Berth-Timestamp", timestamp},
      {"Berth-Signature", signature_of(secret_, timestamp, request.body)},
  };
  const Result<HttpResponse> answer = call.http().exchange(request);
  if (!answer.ok()) return answer.failure();
  const int status = answer->status;
  if (status >= 200 && status < 300) return Done{};

  const bool final_no =
      status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
  Failure failure;
  failure.code = final_no ? ErrorCode::invalid : ErrorCode::unavailable;
  failure.effect = status >= 500 || status == 408 ? Effect::unknown : Effect::none;
  failure.retry_after_ms = final_no ? std::nullopt : json_api::retry_after_ms(*answer);
  failure.vendor_code = std::to_string(status);
  failure.vendor_text = json_api::printable(answer->body);
  failure.message = "The webhook's receiver answered " + std::to_string(status) +
                    (status >= 300 && status < 400
                         ? ", a redirect, which is not followed: give the final address."
                         : " to the event.");
  return failure;
}

}  // namespace berth::notifiers
