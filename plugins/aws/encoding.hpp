// The encodings AWS's wire uses, over OpenSSL where it has them.
#pragma once

#include <string>
#include <string_view>

namespace berth::aws {

/// RFC 3986: everything but A-Z a-z 0-9 - _ . ~ becomes %XX, as SigV4 and EC2's forms want it.
std::string percent_encoded(std::string_view text);
/// '+' stays '+'; a '%' that begins no escape stays '%'.
std::string percent_decoded(std::string_view text);

std::string hex(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);
/// Not for safety: how AWS's tools name files.
std::string sha1_hex(std::string_view bytes);
std::string base64(std::string_view bytes);

}  // namespace berth::aws
