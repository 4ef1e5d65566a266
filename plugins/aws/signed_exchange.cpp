#include "signed_exchange.hpp"

#include <initializer_list>
#include <string>

#include "json_api/clock.hpp"

namespace berth::aws {
namespace {

bool is_refusal_with(const HttpResponse& response, std::initializer_list<const char*> codes) {
  if (response.status != 400 && response.status != 401 && response.status != 403) return false;
  for (const char* code : codes)
    if (response.body.find(code) != std::string::npos) return true;
  return false;
}

// Refusals of a signature, as EC2, STS and the Price List spell them: a clock that is wrong may be
// the reason of each.
bool may_be_the_clock(const HttpResponse& response) {
  return is_refusal_with(response,
                         {"RequestExpired", "RequestTimeTooSkewed", "SignatureDoesNotMatch",
                          "InvalidSignatureException", "AuthFailure", "Signature expired",
                          "Signature not yet current"});
}

}  // namespace

bool refuses_keys(const HttpResponse& response) {
  // EC2 says RequestExpired of a session that has ended, too.
  return is_refusal_with(response, {"ExpiredToken", "RequestExpired", "InvalidClientTokenId",
                                    "UnrecognizedClientException", "AuthFailure", "InvalidToken"});
}

Result<HttpResponse> signed_exchange(const HttpRequest& unsigned_request, const Credentials& keys,
                                     const SigningScope& scope,
                                     std::atomic<std::int64_t>& clock_error_ms, Call& call) {
  HttpRequest request = unsigned_request;
  const std::int64_t used_ms = clock_error_ms.load();
  sign(request, keys, scope, call.now_unix_ms() + used_ms);
  auto answer = call.http().exchange(request);
  if (!answer || !may_be_the_clock(*answer)) return answer;
  const auto found_ms = json_api::clock_error_ms(*answer, call.now_unix_ms() + used_ms);
  if (!found_ms || call.cancelled() || call.remaining_ms() <= 0) return answer;
  clock_error_ms = used_ms + *found_ms;
  call.log(LogLevel::warning, json_api::clock_sentence(clock_error_ms, "AWS") +
                                  " Until then requests are signed with AWS's time.");
  request = unsigned_request;
  sign(request, keys, scope, call.now_unix_ms() + clock_error_ms);
  return call.http().exchange(request);
}

}  // namespace berth::aws
