// A request of ours as a line for botocore_judge.py.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>

#include "aws/sigv4.hpp"
#include "berth/call.hpp"

namespace berth::aws::test {

inline boost::json::object judged_request(const HttpRequest& request, const SigningScope& scope,
                                          const Credentials& keys, std::int64_t unix_ms) {
  boost::json::array headers;
  for (const auto& [name, value] : request.headers)
    headers.push_back(boost::json::array{name, value});
  return {
      {"service", scope.service},   {"region", scope.region},    {"method", request.method},
      {"url", request.url},         {"headers", headers},        {"body", request.body},
      {"unix_s", unix_ms / 1000},   {"key", keys.access_key_id}, {"secret", keys.secret_access_key},
      {"token", keys.session_token}};
}

}  // namespace berth::aws::test
