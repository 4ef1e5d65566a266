// One signed request to AWS, and what its answer says of the signature.
#pragma once

#include <atomic>
#include <cstdint>

#include "berth/call.hpp"
#include "sigv4.hpp"

namespace berth::aws {

/// Signs and sends; once more with AWS's time where the clock may be why it was refused, which is
/// kept in `clock_error_ms` then.
Result<HttpResponse> signed_exchange(const HttpRequest& unsigned_request, const Credentials& keys,
                                     const SigningScope& scope,
                                     std::atomic<std::int64_t>& clock_error_ms, Call& call);

/// Are the keys why it was refused? They may have expired, or been replaced. Nothing was done:
/// whoever refuses a signature has not looked at what it signs.
bool refuses_keys(const HttpResponse& response);

}  // namespace berth::aws
