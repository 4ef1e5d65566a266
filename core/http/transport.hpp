// How the host reaches the network: one request out, one response in.
#pragma once

#include "berth/call.hpp"

namespace berth {

/// Sends HTTP requests. Threads: any, at once.
///
/// The deadline and the cancellation are the call's: `send` returns soon after either. A Failure
/// says by its effect whether a byte of the request left: `none` if certainly not, else `unknown`.
/// A response with any status is a value, not a Failure.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Result<HttpResponse> send(const HttpRequest& request, Call& call) = 0;
};

}  // namespace berth
