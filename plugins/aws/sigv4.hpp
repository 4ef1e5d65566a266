// AWS Signature Version 4, over OpenSSL's HMAC. The clock is handed in, so that tests fix it.
#pragma once

#include <cstdint>
#include <string>

#include "berth/call.hpp"

namespace berth::aws {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // "": long-lived keys
};

/// Which region's which service a signature is for: ("us-east-1", "ec2").
struct SigningScope {
  std::string region;
  std::string service;
};

/// Adds x-amz-date, x-amz-security-token (with a session token) and authorization. Signs every
/// header the request has by then, plus Host as the HTTP layer will derive it from the URL.
/// REQUIRES: the request is otherwise complete; its URL is absolute and has no "." or ".." segments
/// (they are not normalized; berth's own requests all go to "/").
void sign(HttpRequest& request, const Credentials& credentials, const SigningScope& scope,
          std::int64_t now_unix_ms);

/// The text whose hash is signed, and the names that SignedHeaders lists; for the tests.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
struct CanonicalRequest {
  std::string text;
  std::string signed_headers;
};
CanonicalRequest canonical_request(const HttpRequest& request);

}  // namespace berth::aws
