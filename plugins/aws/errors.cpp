#include "errors.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "families.hpp"

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
constexpr std::string_view vpc_advice =
    "Set subnet_id, and zones to its zone, or make a default VPC in that region";
constexpr std::string_view image_advice = "Set image to one of that region";
constexpr std::string_view key_advice = "Set key_name to a key pair of that region";
constexpr std::string_view group_advice =
    "Set security_group_ids to groups of that region, of the subnet's VPC";
constexpr std::string_view subnet_advice = "Set subnet_id to a subnet of that region";
constexpr std::string_view verify_advice =
    "AWS has not opened this account or region for EC2 yet: see its mail, or AWS Support";
constexpr std::string_view network_advice =
    "Its subnet has no free address: name another subnet_id, or let another zone be tried";

// The first match decides. Codes as EC2's, STS's and the Price List API's references spell them:
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
constexpr Rule rules[] = {
    // Out of stock: the next zone or type may have it. Nothing was made, though it is a 500.
    {"InsufficientInstanceCapacity", ErrorCode::out_of_stock, Effect::none, StockScope::zone},
    {"InsufficientHostCapacity", ErrorCode::out_of_stock, Effect::none, StockScope::zone},
    {"InsufficientReservedInstanceCapacity", ErrorCode::out_of_stock, Effect::none,
     StockScope::zone},
    {"InsufficientCapacity", ErrorCode::out_of_stock, Effect::none, StockScope::zone},
    {"InsufficientVolumeCapacity", ErrorCode::out_of_stock, Effect::none, StockScope::zone},
    {"UnfulfillableCapacity", ErrorCode::out_of_stock, Effect::none, StockScope::zone},
    // The type is not sold in this zone, or not as it was asked for.
    {"Unsupported", ErrorCode::out_of_stock, Effect::none, StockScope::zone},
    {"VolumeTypeNotAvailableInZone", ErrorCode::out_of_stock, Effect::none, StockScope::zone},
    {"InsufficientFreeAddressesInSubnet", ErrorCode::out_of_stock, Effect::none, StockScope::zone,
     network_advice},
    {"InsufficientAddressCapacity", ErrorCode::out_of_stock, Effect::none, StockScope::region},

    // AWS counts each of them by region; vCPUs by groups of families too, see refused_create().
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

    {"RequestExpired", ErrorCode::denied, Effect::none, StockScope::credential, clock_advice},
    {"RequestTimeTooSkewed", ErrorCode::denied, Effect::none, StockScope::credential, clock_advice},
    {"AuthFailure", ErrorCode::denied, Effect::none, StockScope::credential},
    {"UnauthorizedOperation", ErrorCode::denied},
    {"OptInRequired", ErrorCode::denied, Effect::none, {}, verify_advice},
    {"PendingVerification", ErrorCode::denied, Effect::none, {}, verify_advice},
    {"Blocked", ErrorCode::denied, Effect::none, {}, verify_advice},
    {"AccessDenied*", ErrorCode::denied},
    {"ExpiredToken*", ErrorCode::denied, Effect::none, StockScope::credential},
    {"InvalidClientTokenId", ErrorCode::denied, Effect::none, StockScope::credential},
    {"UnrecognizedClientException", ErrorCode::denied, Effect::none, StockScope::credential},
    {"SignatureDoesNotMatch", ErrorCode::denied, Effect::none, StockScope::credential},
    {"InvalidSignatureException", ErrorCode::denied, Effect::none, StockScope::credential},
    {"IncompleteSignature*", ErrorCode::denied, Effect::none, StockScope::credential},
    {"MissingAuthenticationToken*", ErrorCode::denied, Effect::none, StockScope::credential},
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

    {"InvalidAMIID.*", ErrorCode::invalid, Effect::none, StockScope::request, image_advice},
    {"InvalidBlockDeviceMapping", ErrorCode::invalid},
    {"InvalidGroup.*", ErrorCode::invalid, Effect::none, StockScope::request, group_advice},
    {"InvalidInstanceID.Malformed", ErrorCode::invalid},
    {"InvalidInstanceType", ErrorCode::invalid, Effect::none, StockScope::instance_type},
    {"InvalidKeyPair.*", ErrorCode::invalid, Effect::none, StockScope::request, key_advice},
    {"InvalidNextToken*", ErrorCode::invalid},
    {"InvalidParameter*", ErrorCode::invalid},
    {"InvalidSecurityGroupID.*", ErrorCode::invalid, Effect::none, StockScope::request,
     group_advice},
    {"InvalidSubnetID.*", ErrorCode::invalid, Effect::none, StockScope::request, subnet_advice},
    {"InvalidTagKey.*", ErrorCode::invalid},
    {"InvalidUserData.*", ErrorCode::invalid},
    {"InvalidZone.NotFound", ErrorCode::invalid, Effect::none, StockScope::zone},
    {"MissingInput", ErrorCode::invalid, Effect::none, StockScope::request, vpc_advice},
    {"MissingParameter", ErrorCode::invalid},
    {"TagLimitExceeded", ErrorCode::invalid},
    {"UnknownParameter", ErrorCode::invalid},
    {"UnsupportedOperation", ErrorCode::invalid},
    {"ValidationError", ErrorCode::invalid},
    {"VPCIdNotSpecified", ErrorCode::invalid, Effect::none, StockScope::request, vpc_advice},
    {"VPCResourceNotSpecified", ErrorCode::invalid, Effect::none, StockScope::request, vpc_advice},
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
  if (status == 401) return {"", ErrorCode::denied, Effect::none, StockScope::credential};
  if (status == 403) return {"", ErrorCode::denied};
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

namespace {

bool says(const Failure& failure, std::string_view words) {
  return failure.vendor_text.find(words) != std::string::npos;
}

void speak_for_family(Failure& failure, std::string family) {
  failure.scope = StockScope::family;
  failure.scope_name = std::move(family);
}

// "… is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:REGION:1:instance/*
// with an explicit deny in a service control policy": policies look at the type by the instance,
// at everything else by its own resource.
void scope_of_denial(Failure& failure, const CreateRequest& request) {
  struct Resource {
    std::string_view words, setting;
  };
  constexpr Resource others[] = {{":image/", "image"},
                                 {":snapshot/", "image"},
                                 {":key-pair/", "key_name"},
                                 {":security-group/", "security_group_ids"},
                                 {":subnet/", "subnet_id"}};
  for (const Resource& other : others) {
    if (!says(failure, other.words)) continue;
    failure.scope = StockScope::request;
    failure.message += " The setting that it speaks of is ";
    failure.message += other.setting;
    failure.message += ".";
    return;
  }
  if (says(failure, ":instance/") || says(failure, "explicit deny"))
    speak_for_family(failure, family_of(request.instance_type));
}

}  // namespace

Failure refused_create(Failure failure, const CreateRequest& request, bool has_own_subnet) {
  const std::string& code = failure.vendor_code;
  if (code == "VcpuLimitExceeded") {
    speak_for_family(failure, quota_bucket_of(request.instance_type));
  } else if (code == "InstanceLimitExceeded" && says(failure, "instance type")) {
    failure.scope = StockScope::instance_type;
  } else if (code == "UnauthorizedOperation" || code.compare(0, 12, "AccessDenied") == 0) {
    scope_of_denial(failure, request);
  } else if (code == "OptInRequired" && says(failure, "Marketplace")) {
    failure.scope = StockScope::request;  // the image's terms are not accepted
    failure.message += " Accept them, or set another image.";
  } else if (code == "Unsupported" && !says(failure, "Availability Zone")) {
    failure.scope = StockScope::instance_type;
  } else if (code == "InsufficientFreeAddressesInSubnet" && has_own_subnet) {
    failure.scope = StockScope::account;  // every server of this account goes to that subnet
  } else if (code == "InsufficientInstanceCapacity" && request.zone.empty()) {
    failure.scope = StockScope::region;
  } else if (failure.code == ErrorCode::invalid && says(failure, "architecture")) {
    speak_for_family(failure, arch_group_of(request.arch));
    failure.message +=
        " Set image to one for " + std::string(arch_word(request.arch)) + ", or leave it to berth.";
  } else if (failure.code == ErrorCode::invalid &&
             failure.scope.value_or(StockScope::request) == StockScope::request &&
             (says(failure, "instance type") || says(failure, "InstanceType") ||
              (!request.instance_type.empty() && says(failure, request.instance_type)))) {
    failure.scope = StockScope::instance_type;
  }
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
