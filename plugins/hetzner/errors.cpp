#include "errors.hpp"

#include <optional>

#include <boost/json/array.hpp>

#include "catalogue.hpp"
#include "json_api/fields.hpp"

namespace berth::hetzner {
namespace {

struct Row {
  std::string_view vendor_code;
  ErrorCode code;
  Effect effect;
  std::optional<StockScope> scope = {};
};

// The vendor's documented codes (OpenAPI of 2026-06 and its "Errors" page). Effect unknown where a
// gateway or a defect speaks, which cannot know whether the request went through.
constexpr Row rows[] = {
    {"resource_unavailable", ErrorCode::out_of_stock, Effect::none, StockScope::zone},  // 412
    {"placement_error", ErrorCode::out_of_stock, Effect::none, StockScope::zone},       // 422
    {"resource_limit_exceeded", ErrorCode::quota_reached, Effect::none},                // 403
    {"rate_limit_exceeded", ErrorCode::rate_limited, Effect::none},                     // 429
    {"uniqueness_error", ErrorCode::conflict, Effect::none},                            // 409
    {"conflict", ErrorCode::unavailable, Effect::none},          // 409: "please retry"
    {"locked", ErrorCode::unavailable, Effect::none},            // 423
    {"maintenance", ErrorCode::unavailable, Effect::none},       // 503
    {"unavailable", ErrorCode::unavailable, Effect::unknown},    // 503
    {"bad_gateway", ErrorCode::unavailable, Effect::unknown},    // 502
    {"timeout", ErrorCode::unavailable, Effect::unknown},        // 504
    {"server_error", ErrorCode::unavailable, Effect::unknown},   // 500
    {"service_error", ErrorCode::unavailable, Effect::unknown},  // 500
    {"unauthorized", ErrorCode::denied, Effect::none, StockScope::credential},    // 401
    {"token_readonly", ErrorCode::denied, Effect::none, StockScope::credential},  // 401
    {"forbidden", ErrorCode::denied, Effect::none},                               // 403
    {"protected", ErrorCode::denied, Effect::none},       // 403: delete protection
    {"not_found", ErrorCode::not_found, Effect::none},    // 404
    {"invalid_input", ErrorCode::invalid, Effect::none},  // 422
    {"invalid_server_type", ErrorCode::invalid, Effect::none, StockScope::instance_type},  // 422
    {"json_error", ErrorCode::invalid, Effect::none},                                      // 400
    {"unsupported_error", ErrorCode::invalid, Effect::none},                               // 400
    {"deprecated_api_endpoint", ErrorCode::invalid, Effect::none},                         // 410
    {"method_not_allowed", ErrorCode::invalid, Effect::none},                              // 405
};

struct Words {
  std::string_view words;       // in the vendor's sentence, lower case
  std::optional<ErrorCode> of;  // only beside this code
  StockScope scope;
  std::string_view family = {};
  std::string_view advice = {};
};

// What a refused create speaks for, where only the sentence tells. The first row that fits decides.
// Sentences collected from the vendor's pages and from users' reports (hcloud-cli, terraform).
constexpr Words words_of_a_create[] = {
    {"dedicated", ErrorCode::quota_reached, StockScope::family, "cores:dedicated",
     "Ask Hetzner for more dedicated cores, under Limits in its console."},
    {"shared", ErrorCode::quota_reached, StockScope::family, "cores:shared",
     "Ask Hetzner for more shared cores, under Limits in its console."},
    {"", ErrorCode::quota_reached, StockScope::account, "",
     "Ask Hetzner for more under Limits in its console, or free some."},
    {"location disabled", {}, StockScope::region},
    {"location is disabled", {}, StockScope::region},
    {"unsupported location for server type", {}, StockScope::instance_type},
    {"bigger than server type disk",
     {},
     StockScope::instance_type,
     "",
     "Set \"image\" to a smaller one to buy small types."},
    {"image", ErrorCode::invalid, StockScope::request, "",
     "Set \"image\" to one that Hetzner lists for this project."},
    {"image", ErrorCode::not_found, StockScope::request, "",
     "Set \"image\" to one that Hetzner lists for this project."},
    {"ssh", ErrorCode::invalid, StockScope::request, "",
     "Set \"ssh_keys\" to names or ids of the project's keys."},
    {"ssh", ErrorCode::not_found, StockScope::request, "",
     "Set \"ssh_keys\" to names or ids of the project's keys."},
    {"label", ErrorCode::invalid, StockScope::request, "", "Set \"tags\" to labels that fit."},
    {"network", ErrorCode::invalid, StockScope::request, "",
     "Set \"network\" to the id of a network of this project, with a subnet near the location."},
    {"network", ErrorCode::not_found, StockScope::request, "",
     "Set \"network\" to the id of a network of this project, with a subnet near the location."},
    {"server type", ErrorCode::invalid, StockScope::instance_type},
    {"server_type", ErrorCode::invalid, StockScope::instance_type},
    {"server type", ErrorCode::not_found, StockScope::instance_type},
    {"location", ErrorCode::invalid, StockScope::region},
    {"location", ErrorCode::not_found, StockScope::region},
};

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

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
    failure.scope = row.scope;
  }
  // RateLimit-Reset tells when the whole bucket is full again, which nobody has to wait for: it
  // refills by one request a second.
  if (failure.code == ErrorCode::rate_limited && !failure.retry_after_ms)
    failure.retry_after_ms = 5000;
  return failure;
}

}  // namespace

Failure refused_create(Failure failure, Arch arch) {
  const std::string text = lower(failure.vendor_text);
  if (failure.code == ErrorCode::invalid && text.find("image") != std::string::npos &&
      text.find("architecture") != std::string::npos) {
    failure.scope = StockScope::family;
    failure.scope_name = arch_group_of(arch);
    failure.message += " Set \"image\" to one for both architectures, such as debian-12.";
    return failure;
  }
  for (const Words& row : words_of_a_create) {
    if ((row.of && row.of != failure.code) || text.find(row.words) == std::string::npos) continue;
    failure.scope = row.scope;
    failure.scope_name = row.family;
    if (!row.advice.empty())
      failure.message += (failure.message.back() == '.' ? " " : ". ") + std::string(row.advice);
    return failure;
  }
  return failure;
}

json_api::Dialect dialect() { return {"Hetzner", &read_error, &failure_of}; }

}  // namespace berth::hetzner
