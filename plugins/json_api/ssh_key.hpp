// Public SSH keys as both vendors name them: by the MD5 fingerprint.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace berth::json_api {

/// "ssh-ed25519 AAAA… comment" -> "b7:2f:30:…", the MD5 of the decoded key, which is what both
/// vendors' `fingerprint` holds (an identity here, no protection). nullopt: not a public key.
std::optional<std::string> md5_fingerprint(std::string_view openssh_line);

/// The name under which a key is registered at a vendor: "berth-" and the fingerprint's digits. The
/// same key has the same name whoever registers it, and whenever.
std::string key_name_of(std::string_view fingerprint);

}  // namespace berth::json_api
