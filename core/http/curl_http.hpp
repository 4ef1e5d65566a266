// The network as libcurl does it. curl_http.cpp is the only file that uses libcurl.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "http/transport.hpp"

namespace berth {

struct CurlOptions {
  std::string proxy;    // "": from the environment (https_proxy, no_proxy, …), as curl reads it;
                        // never for a loopback address
  std::string ca_file;  // "": the system's
  std::int64_t connect_timeout_ms = 10'000;
  std::int64_t max_body = 32 * 1024 * 1024;  // bytes of a response
  bool metadata = false;  // the metadata addresses of clouds may be asked, in plain http
};

/// Where a machine of a cloud is told its keys: 169.254.169.254, 169.254.170.2, 169.254.170.23, and
/// [fd00:ec2::254], [fd00:ec2::23]. `host` as it stands in a URL.
bool is_metadata_address(std::string_view host);

/// Connections are reused, except for requests that change something (see the .cpp); nothing is
/// repeated and no redirect is followed. Plain http is refused
/// except to a loopback address. Header names of responses are lower-case. Link-local addresses
/// are refused, whatever name they are asked by; with `metadata` but those of metadata, which never
/// go through a proxy and get 2 s: they answer at once or never.
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
