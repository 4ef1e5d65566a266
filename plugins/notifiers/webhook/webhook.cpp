#include "webhook/webhook.hpp"

#include <exception>
#include <string_view>
#include <utility>

#include "berth/codec.hpp"
#include "json_api/api.hpp"
#include "webhook/signature.hpp"

namespace berth::notifiers {
namespace {

/// A delivery's id stands in a header and, with dots around it, in what is signed.
std::string delivery_id(std::string_view event_id) {
  std::string out;
  for (const char c : event_id) out += c > ' ' && c < 127 && c != '.' ? c : '_';
  return out;
}

std::string key_from(const PluginConfig& config, const char* name) {
  const std::string& secret = config.text(name);
  if (secret.empty())
    throw ConfigError("\"" + std::string(name) +
                      "\" is empty: a receiver could not trust an event");
  std::string key = key_of(secret);
  if (key.empty())
    throw ConfigError("\"" + std::string(name) +
                      "\" begins with whsec_, and what follows is no base64");
  return key;
}

}  // namespace

Webhook::Webhook(const PluginConfig& config)
    : url_(config.text("url")), keys_{key_from(config, "secret")} {
  if (url_.compare(0, 8, "https://") != 0 && url_.compare(0, 7, "http://") != 0)
    throw ConfigError("\"url\" must begin with https:// or http://");
  if (config.has("old_secret")) keys_.push_back(key_from(config, "old_secret"));
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
  const std::string id = delivery_id(event.event_id);
  request.method = "POST";
  request.url = url_;
  request.headers = {
      {"Content-Type", "application/json"},
      {"webhook-id", id},
      {"webhook-timestamp", timestamp},
      {"webhook-signature", signatures_of(keys_, id, timestamp, request.body)},
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
