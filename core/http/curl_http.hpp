// The network as libcurl does it. curl_http.cpp is the only file that uses libcurl.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "http/transport.hpp"

namespace berth {

struct CurlOptions {
  std::string proxy;    // "": from the environment (https_proxy, no_proxy, …), as curl reads it;
                        // never for a loopback address
  std::string ca_file;  // "": the system's
  std::int64_t connect_timeout_ms = 10'000;
  std::int64_t max_body = 32 * 1024 * 1024;  // bytes of a response
};

/// Connections are reused, except for requests that change something (see the .cpp); nothing is
/// repeated and no redirect is followed. Plain http is refused
/// except to a loopback address. Header names of responses are lower-case.
///
/// Threads: any, at once; starts none that outlives a send. No signals (a name look-up may use a
/// thread of curl's own for its time-out).
class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(CurlOptions options = {});
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  Result<HttpResponse> send(const HttpRequest& request, Call& call) override;

 private:
  struct Handle;
  class Handles;
  CurlOptions options_;
  std::once_flag opened_;  // libcurl is loaded by the first send
  std::unique_ptr<Handles> handles_;
};

}  // namespace berth
