#include "errors.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace berth::aws {
namespace {

struct Rule {
  std::string_view vendor_code;  // a final '*' stands for any rest
  ErrorCode code;
  Effect effect = Effect::none;
  std::optional<StockScope> scope = {};
  std::string_view advice = {};  // replaces the code's own advice
};

constexpr std::string_view clock_advice =
    "Check this machine's clock: AWS accepts five minutes of difference";
constexpr std::string_view lookup_advice =
    "The token was used with other parameters: look for the server before creating another";
constexpr std::string_view network_advice =
    "Its subnet has no free address: name another subnet_id, or let another zone be tried";

// The first match decides. Codes as EC2's, STS's and the Price List API's references spell them:
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
constexpr Rule rules[] = {
    // Out of stock: the next zone or type may have it. Nothing was made, though it is a 500.
    {"InsufficientInstanceCapacity", ErrorCode::out_of_stock},
    {"InsufficientHostCapacity", ErrorCode::out_of_stock},
    {"InsufficientReservedInstanceCapacity", ErrorCode::out_of_stock},
    {"InsufficientCapacity", ErrorCode::out_of_stock},
    {"InsufficientVolumeCapacity", ErrorCode::out_of_stock},
    {"UnfulfillableCapacity", ErrorCode::out_of_stock},
    {"Unsupported", ErrorCode::out_of_stock},  // the type is not sold in this zone
    {"VolumeTypeNotAvailableInZone", ErrorCode::out_of_stock},
    {"InsufficientFreeAddressesInSubnet",
     ErrorCode::out_of_stock,
     Effect::none,
     {},
     network_advice},
    {"InsufficientAddressCapacity", ErrorCode::out_of_stock, Effect::none, StockScope::region},

    // AWS counts each of them by region.
    {"VcpuLimitExceeded", ErrorCode::quota_reached, Effect::none, StockScope::region},
    {"InstanceLimitExceeded", ErrorCode::quota_reached, Effect::none, StockScope::region},
    {"MaxSpotInstanceCountExceeded", ErrorCode::quota_reached, Effect::none, StockScope::region},
    {"VolumeLimitExceeded", ErrorCode::quota_reached, Effect::none, StockScope::region},
    {"MaxIOPSLimitExceeded", ErrorCode::quota_reached, Effect::none, StockScope::region},
    {"AddressLimitExceeded", ErrorCode::quota_reached, Effect::none, StockScope::region},
    {"PrivateIpAddressLimitExceeded", ErrorCode::quota_reached, Effect::none, StockScope::region},
    {"NetworkInterfaceLimitExceeded", ErrorCode::quota_reached, Effect::none, StockScope::region},

    {"RequestLimitExceeded", ErrorCode::rate_limited},
    {"Throttling*", ErrorCode::rate_limited},
    {"EC2ThrottledException", ErrorCode::rate_limited},
    {"RequestThrottled*", ErrorCode::rate_limited},
    {"TooManyRequests*", ErrorCode::rate_limited},

    {"RequestExpired", ErrorCode::denied, Effect::none, {}, clock_advice},
    {"RequestTimeTooSkewed", ErrorCode::denied, Effect::none, {}, clock_advice},
    {"AuthFailure", ErrorCode::denied},
    {"UnauthorizedOperation", ErrorCode::denied},
    {"OptInRequired", ErrorCode::denied},
    {"PendingVerification", ErrorCode::denied},
    {"Blocked", ErrorCode::denied},
    {"AccessDenied*", ErrorCode::denied},
    {"ExpiredToken*", ErrorCode::denied},
    {"InvalidClientTokenId", ErrorCode::denied},
    {"UnrecognizedClientException", ErrorCode::denied},
    {"SignatureDoesNotMatch", ErrorCode::denied},
    {"InvalidSignatureException", ErrorCode::denied},
    {"IncompleteSignature*", ErrorCode::denied},
    {"MissingAuthenticationToken*", ErrorCode::denied},
    {"SubscriptionRequired*", ErrorCode::denied},
    {"OperationNotPermitted", ErrorCode::denied},  // termination protection is on

    // The vendor cannot say whether it happened: the same token again, or a look.
    {"InternalError", ErrorCode::unavailable, Effect::unknown},
    {"InternalFailure", ErrorCode::unavailable, Effect::unknown},
    {"InternalErrorException", ErrorCode::unavailable, Effect::unknown},
    {"InternalServerError", ErrorCode::unavailable, Effect::unknown},
    {"Unavailable", ErrorCode::unavailable, Effect::unknown},
    {"ServiceUnavailable*", ErrorCode::unavailable, Effect::unknown},
    {"RequestTimeout*", ErrorCode::unavailable, Effect::unknown},
    {"IncorrectInstanceState", ErrorCode::unavailable},
    {"IncorrectState", ErrorCode::unavailable},
    {"ConcurrentTagAccess", ErrorCode::unavailable},
    {"ExpiredNextToken*", ErrorCode::unavailable},

    {"InvalidInstanceID.NotFound", ErrorCode::not_found},
    {"IdempotentParameterMismatch", ErrorCode::conflict, Effect::unknown, {}, lookup_advice},
    {"IdempotentInstanceTerminated", ErrorCode::conflict},  // this token's server is gone

    {"InvalidAMIID.*", ErrorCode::invalid},
    {"InvalidBlockDeviceMapping", ErrorCode::invalid},
    {"InvalidGroup.*", ErrorCode::invalid},
    {"InvalidInstanceID.Malformed", ErrorCode::invalid},
    {"InvalidInstanceType", ErrorCode::invalid},
    {"InvalidKeyPair.*", ErrorCode::invalid},
    {"InvalidNextToken*", ErrorCode::invalid},
    {"InvalidParameter*", ErrorCode::invalid},
    {"InvalidSecurityGroupID.*", ErrorCode::invalid},
    {"InvalidSubnetID.*", ErrorCode::invalid},
    {"InvalidTagKey.*", ErrorCode::invalid},
    {"InvalidUserData.*", ErrorCode::invalid},
    {"InvalidZone.NotFound", ErrorCode::invalid},
    {"MissingParameter", ErrorCode::invalid},
    {"TagLimitExceeded", ErrorCode::invalid},
    {"UnknownParameter", ErrorCode::invalid},
    {"UnsupportedOperation", ErrorCode::invalid},
    {"ValidationError", ErrorCode::invalid},
};

bool matches(std::string_view pattern, std::string_view code) {
  if (pattern.back() != '*') return pattern == code;
  pattern.remove_suffix(1);
  return code.substr(0, pattern.size()) == pattern;
}

std::optional<Rule> rule_of(std::string_view code) {
  // EC2 also speaks of "Server.InsufficientInstanceCapacity", in state reasons and old answers.
  for (const std::string_view side : {"Server.", "Client."})
    if (code.substr(0, side.size()) == side) code.remove_prefix(side.size());
  for (const Rule& rule : rules)
    if (matches(rule.vendor_code, code)) return rule;
  return std::nullopt;
}

Rule rule_of_status(int status) {
  // What failed before it reached EC2's own code may still have come after a proxy passed it on.
  if (status >= 500 || status < 400) return {"", ErrorCode::unavailable, Effect::unknown};
  if (status == 401 || status == 403) return {"", ErrorCode::denied};
  if (status == 408) return {"", ErrorCode::unavailable, Effect::unknown};
  if (status == 429) return {"", ErrorCode::rate_limited};
  return {"", ErrorCode::invalid};
}

std::string_view advice_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::out_of_stock:
      return "Another zone or instance type may have room";
    case ErrorCode::quota_reached:
      return "Ask AWS for more under Service Quotas, or free some";
    case ErrorCode::rate_limited:
      return "Wait, then try again";
    case ErrorCode::denied:
      return "Check the account's keys and IAM permissions";
    case ErrorCode::unavailable:
      return "Try again later";
    case ErrorCode::invalid:
      return "Check the account's settings";
    default:
      return "";
  }
}

// Vendor texts go into logs and JSON: one line, plain ASCII, at most `most` bytes.
std::string printable(std::string_view text, std::size_t most) {
  std::string out;
  for (const char c : text.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte >= 0x20 && byte < 0x7f ? c : (byte < 0x20 ? ' ' : '?');
  }
  return out;
}

}  // namespace

Failure failure_of(const Refusal& refusal, const std::string& action) {
  const Rule rule = rule_of(refusal.code).value_or(rule_of_status(refusal.http_status));
  Failure failure;
  failure.code = rule.code;
  failure.effect = rule.effect;
  failure.scope = rule.scope;
  failure.vendor_code = printable(refusal.code, 200);
  failure.vendor_text = printable(refusal.text, 2048);

  const std::string_view why = failure.vendor_text;
  failure.message = "AWS refused " + action + ": ";
  failure.message += failure.vendor_code.empty() ? "HTTP " + std::to_string(refusal.http_status)
                                                 : failure.vendor_code;
  if (!why.empty() && !failure.vendor_code.empty()) {
    failure.message += " (";
    failure.message += why.substr(0, 300);
    failure.message += ")";
  }
  const std::string_view advice = rule.advice.empty() ? advice_of(rule.code) : rule.advice;
  if (!advice.empty()) {
    failure.message += ". ";
    failure.message += advice;
  }
  failure.message += ".";
  return failure;
}

Failure invalid_request(std::string message) {
  Failure failure;
  failure.code = ErrorCode::invalid;
  failure.effect = Effect::none;
  failure.message = std::move(message);
  return failure;
}

Failure without_effect(Failure failure) {
  failure.effect = Effect::none;
  return failure;
}

}  // namespace berth::aws
