// One account's door to a vendor's JSON API with a bearer token: JSON in, JSON or a Failure out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "berth/call.hpp"
#include "berth/failure.hpp"

namespace berth::json_api {

namespace json = boost::json;

/// A vendor's answer that is not a 2xx, read as far as it can be read.
struct Refusal {
  int status = 0;
  std::string vendor_code;  // "" where the body is not the vendor's own JSON
  std::string vendor_text;  // at most 2 KB; of a body that is not JSON the printable beginning
  json::value body;         // null where it is not JSON
  const HttpResponse* response = nullptr;
  std::int64_t now_unix_ms = 0;
};

/// What the HTTP status alone says. Vendors' tables refine it; a code that no table knows keeps it,
/// so that an unknown code never stops failover. Effect: none for a 4xx (the vendor refused), save
/// 408; unknown for a 5xx, which may be a proxy's word on a request that went through.
Failure failure_by_status(const Refusal& refusal);

/// The seconds of a `retry-after` header, as milliseconds. The form with a date is not read.
std::optional<std::int64_t> retry_after_ms(const HttpResponse& response);

/// A failure that the plugin found out by itself, before anything could have happened.
Failure refused(ErrorCode code, std::string message);

/// The beginning of a body that is not JSON, harmless in logs and in JSON (which Boost.JSON writes
/// without checking its UTF-8).
std::string printable(std::string_view body);

/// How one vendor spells its errors.
struct Dialect {
  std::string_view vendor;                   // for messages: "Hetzner"
  void (*read_error)(Refusal& refusal);      // fills vendor_code and vendor_text from the body
  /// Its message is advice, a sentence that follows the vendor's words; "": none.
  Failure (*failure_of)(const Refusal& refusal);
};

/// Threads: any; it keeps nothing but its settings.
class Api {
 public:
  /// `endpoint` without a slash at its end: "https://api.hetzner.cloud/v1".
  Api(std::string endpoint, std::string token, Dialect dialect);

  /// A failed get has effect none: reading changes nothing.
  Result<json::value> get(Call& call, std::string_view path) const;
  Result<json::value> post(Call& call, std::string_view path, const json::value& body) const;
  /// null where the vendor answers without a body. Uses the rate budget's share for deletes.
  Result<json::value> remove(Call& call, std::string_view path) const;
  /// The same door, where all may use that share: a destroy looks before it deletes.
  [[nodiscard]] Api for_destroying() const;

 private:
  Result<json::value> exchange(Call& call, HttpRequest request) const;
  [[nodiscard]] std::string scrubbed(std::string_view original) const;

  std::string endpoint_;
  std::string token_;
  Dialect dialect_;
  bool destroying_ = false;
};

/// Percent-encodes everything but RFC 3986's unreserved characters.
std::string encoded(std::string_view text);

}  // namespace berth::json_api
