// The encodings the vendors put on the wire: percent, form, base64, hex, SHA-256, timestamps.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fakecloud {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string percent_decode(std::string_view text, bool plus_is_space);
std::string percent_encode(std::string_view text);               // RFC 3986, as SigV4 wants it
Fields parse_form(std::string_view text);                        // a=1&b=2, order kept
std::string field(const Fields& fields, std::string_view name);  // first of that name, or empty
bool has_field(const Fields& fields, std::string_view name);

std::optional<std::string> base64_decode(std::string_view text);  // nothing when malformed
std::string base64_encode(std::string_view bytes);
std::string hex(std::string_view bytes);
std::string sha256(std::string_view bytes);  // 32 raw bytes
std::string hmac_sha256(std::string_view key, std::string_view text);
std::string md5(std::string_view bytes);  // 16 raw bytes; only for key fingerprints

bool is_utf8(std::string_view bytes);
std::vector<std::string> split(std::string_view text, char separator);
std::string lower(std::string_view text);
bool same_name(std::string_view a, std::string_view b);  // header names: any case
bool constant_time_equal(std::string_view a, std::string_view b);

std::string iso_time(std::int64_t unix_ms);                         // 2026-01-30T23:55:00Z
std::string iso_time_ms(std::int64_t unix_ms);                      // 2026-01-30T23:55:00.000Z
std::optional<std::int64_t> parse_amz_date(std::string_view text);  // 20260130T235500Z -> ms

std::optional<std::int64_t> to_integer(std::string_view text);         // whole text, decimal
bool wildcard_match(std::string_view pattern, std::string_view text);  // * and ?

// "ssh-ed25519 AAAA... comment" -> aa:bb:...; nothing when it is no public key.
std::optional<std::string> ssh_fingerprint(std::string_view public_key);

}  // namespace fakecloud
