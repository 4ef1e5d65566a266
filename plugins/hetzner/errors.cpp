#include "errors.hpp"

#include <boost/json/array.hpp>

#include "json_api/fields.hpp"

namespace berth::hetzner {
namespace {

struct Row {
  std::string_view vendor_code;
  ErrorCode code;
  Effect effect;
};

// The vendor's documented codes (OpenAPI of 2026-06 and its "Errors" page). Effect unknown where a
// gateway or a defect speaks, which cannot know whether the request went through.
constexpr Row rows[] = {
    {"resource_unavailable", ErrorCode::out_of_stock, Effect::none},      // 412
    {"placement_error", ErrorCode::out_of_stock, Effect::none},           // 422
    {"resource_limit_exceeded", ErrorCode::quota_reached, Effect::none},  // 403
    {"rate_limit_exceeded", ErrorCode::rate_limited, Effect::none},       // 429
    {"uniqueness_error", ErrorCode::conflict, Effect::none},              // 409
    {"conflict", ErrorCode::unavailable, Effect::none},                   // 409: "please retry"
    {"locked", ErrorCode::unavailable, Effect::none},                     // 423
    {"maintenance", ErrorCode::unavailable, Effect::none},                // 503
    {"unavailable", ErrorCode::unavailable, Effect::unknown},             // 503
    {"bad_gateway", ErrorCode::unavailable, Effect::unknown},             // 502
    {"timeout", ErrorCode::unavailable, Effect::unknown},                 // 504
    {"server_error", ErrorCode::unavailable, Effect::unknown},            // 500
    {"service_error", ErrorCode::unavailable, Effect::unknown},           // 500
    {"unauthorized", ErrorCode::denied, Effect::none},                    // 401
    {"token_readonly", ErrorCode::denied, Effect::none},                  // 401
    {"forbidden", ErrorCode::denied, Effect::none},                       // 403
    {"protected", ErrorCode::denied, Effect::none},                       // 403: delete protection
    {"not_found", ErrorCode::not_found, Effect::none},                    // 404
    {"invalid_input", ErrorCode::invalid, Effect::none},                  // 422
    {"invalid_server_type", ErrorCode::invalid, Effect::none},            // 422
    {"json_error", ErrorCode::invalid, Effect::none},                     // 400
    {"unsupported_error", ErrorCode::invalid, Effect::none},              // 400
    {"deprecated_api_endpoint", ErrorCode::invalid, Effect::none},        // 410
    {"method_not_allowed", ErrorCode::invalid, Effect::none},             // 405
};

/// "invalid input in field 'server_type' (server_type: unknown server type)"
void read_error(json_api::Refusal& refusal) {
  refusal.vendor_code = json_api::text_at(refusal.body, {"error", "code"});
  refusal.vendor_text = json_api::text_at(refusal.body, {"error", "message"});
  const auto* fields = json_api::list_at(refusal.body, {"error", "details", "fields"});
  if (fields == nullptr) return;
  for (const json_api::json::value& field : *fields) {
    const auto* messages = json_api::list_at(field, {"messages"});
    if (messages == nullptr || messages->empty()) continue;
    refusal.vendor_text += " (" + json_api::text_at(field, {"name"}) + ": " +
                           json_api::text_at(messages->front(), {}) + ")";
  }
}

Failure failure_of(const json_api::Refusal& refusal) {
  Failure failure = json_api::failure_by_status(refusal);
  for (const Row& row : rows) {
    if (row.vendor_code != refusal.vendor_code) continue;
    failure.code = row.code;
    failure.effect = row.effect;
  }
  // RateLimit-Reset tells when the whole bucket is full again, which nobody has to wait for: it
  // refills by one request a second.
  if (failure.code == ErrorCode::rate_limited && !failure.retry_after_ms)
    failure.retry_after_ms = 5000;
  return failure;
}

}  // namespace

json_api::Dialect dialect() { return {"Hetzner", &read_error, &failure_of}; }

}  // namespace berth::hetzner
