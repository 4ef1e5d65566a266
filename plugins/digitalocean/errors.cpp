#include "errors.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json/array.hpp>

#include "json_api/fields.hpp"

namespace berth::digitalocean {
namespace {

struct Row {
  std::string_view words;  // in the message, lower case
  ErrorCode code;
  StockScope scope;
  std::string_view family = {};
  std::string_view advice = {};
};

constexpr std::string_view small_image =
    "Set \"image\" to a smaller one to buy small sizes.";
constexpr std::string_view other_image = "Set \"image\" to a slug or id that DigitalOcean lists.";
constexpr std::string_view other_key =
    "Set \"ssh_keys\" to ids, fingerprints or names of the team's keys.";

// A 422 says "unprocessable_entity" to bad input, no stock and no quota alike: only its message
// tells them apart. The first row that fits decides; none fits: invalid. Words collected from the
// vendor's spec and from users' reports (doctl and api-v2 issues).
constexpr Row rows[] = {
    {"already has a pending event", ErrorCode::unavailable, StockScope::zone},  // locked
    {"gpu droplet limit", ErrorCode::quota_reached, StockScope::family, "gpu"},
    {"gpu limit", ErrorCode::quota_reached, StockScope::family, "gpu"},
    {"size is restricted", ErrorCode::denied, StockScope::instance_type},
    {"size is currently restricted", ErrorCode::denied, StockScope::instance_type},
    {"droplet limit", ErrorCode::quota_reached, StockScope::account},
    {"exceed your", ErrorCode::quota_reached, StockScope::account},
    {"your limit", ErrorCode::quota_reached, StockScope::account},
    {"limit reached", ErrorCode::quota_reached, StockScope::account},
    {"reached the limit", ErrorCode::quota_reached, StockScope::account},
    {"account limit", ErrorCode::quota_reached, StockScope::account},
    {"quota", ErrorCode::quota_reached, StockScope::account},
    {"larger disk", ErrorCode::invalid, StockScope::instance_type, "", small_image},
    {"disk is too small", ErrorCode::invalid, StockScope::instance_type, "", small_image},
    {"smaller disk", ErrorCode::invalid, StockScope::instance_type, "", small_image},
    {"disk size", ErrorCode::invalid, StockScope::instance_type, "", small_image},
    {"image is not available", ErrorCode::invalid, StockScope::region, "", other_image},
    {"image not available", ErrorCode::invalid, StockScope::region, "", other_image},
    {"image", ErrorCode::invalid, StockScope::request, "", other_image},
    {"vpc", ErrorCode::invalid, StockScope::request, "",
     "Set \"vpc_uuid\" to a VPC of that region, or leave it empty."},
    {"key identifier", ErrorCode::invalid, StockScope::request, "", other_key},
    {"ssh key", ErrorCode::invalid, StockScope::request, "", other_key},
    {"ssh_key", ErrorCode::invalid, StockScope::request, "", other_key},
    {" tag", ErrorCode::invalid, StockScope::request, "",
     "Set \"tags\" to at most 255 of [A-Za-z0-9_:-] each."},
    {"invalid size", ErrorCode::invalid, StockScope::instance_type},
    {"invalid region", ErrorCode::invalid, StockScope::region},
    {"region is not available", ErrorCode::out_of_stock, StockScope::region},
    {"region is temporarily", ErrorCode::out_of_stock, StockScope::region},
    {"region is currently", ErrorCode::out_of_stock, StockScope::region},
    {"temporarily unavailable", ErrorCode::out_of_stock, StockScope::zone},
    {"currently unavailable", ErrorCode::out_of_stock, StockScope::zone},
    {"not currently available", ErrorCode::out_of_stock, StockScope::zone},
    {"not available", ErrorCode::out_of_stock, StockScope::zone},
    {"unavailable in", ErrorCode::out_of_stock, StockScope::zone},
    {"capacity", ErrorCode::out_of_stock, StockScope::zone},
    {"sold out", ErrorCode::out_of_stock, StockScope::zone},
};

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

bool says(const Failure& failure, std::string_view words) {
  return lower(failure.vendor_text).find(words) != std::string::npos;
}

void read_error(json_api::Refusal& refusal) {
  refusal.vendor_code = json_api::text_at(refusal.body, {"id"});
  refusal.vendor_text = json_api::text_at(refusal.body, {"message"});
  if (refusal.vendor_code.empty()) refusal.vendor_code = json_api::text_at(refusal.body, {"error"});
  if (const auto* messages = json_api::list_at(refusal.body, {"messages"}))
    for (const auto& message : *messages) {
      if (!refusal.vendor_text.empty()) refusal.vendor_text += "; ";
      refusal.vendor_text += json_api::text_at(message, {});
    }
}

/// `retry-after` comes with the burst limit only; `ratelimit-reset` is when the oldest request of
/// the hour expires, in Unix seconds: from then on there is room for one more.
std::optional<std::int64_t> wait_ms(const json_api::Refusal& refusal) {
  if (const auto wait = json_api::retry_after_ms(*refusal.response)) return wait;
  const std::string_view reset = refusal.response->header("ratelimit-reset");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(reset.data(), reset.data() + reset.size(), seconds);
  if (reset.empty() || error != std::errc() || end != reset.data() + reset.size() ||
      seconds > 32503680000)
    return std::nullopt;
  return std::clamp<std::int64_t>(seconds * 1000 - refusal.now_unix_ms, 1000, 3600 * 1000);
}

Failure failure_of(const json_api::Refusal& refusal) {
  Failure failure = json_api::failure_by_status(refusal);
  if (refusal.status == 429) {
    failure.retry_after_ms = wait_ms(refusal);
    return failure;
  }
  if (refusal.status != 422) return failure;
  const std::string text = lower(refusal.vendor_text);
  for (const Row& row : rows) {
    if (text.find(row.words) == std::string::npos) continue;
    failure.code = row.code;
    failure.scope = row.scope;
    failure.scope_name = row.family;
    failure.message = row.advice;
    return failure;
  }
  // Named where the size exists elsewhere.
  if (json_api::list_at(refusal.body, {"error_attributes", "available_regions"}) != nullptr)
    failure.code = ErrorCode::out_of_stock;
  return failure;
}

}  // namespace

json_api::Dialect dialect() { return {"DigitalOcean", &read_error, &failure_of}; }

bool is_unknown_key(const Failure& failure) {
  return failure.code == ErrorCode::invalid &&
         (says(failure, "key identifier") || says(failure, "ssh key") || says(failure, "ssh_key"));
}

bool is_known_key(const Failure& failure) {
  return failure.code == ErrorCode::invalid && says(failure, "already in use");
}

}  // namespace berth::digitalocean
