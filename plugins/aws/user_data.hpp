// The user-data a server boots with: the caller's, and the SSH keys that may log in.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "berth/failure.hpp"

namespace berth::aws {

/// EC2's limit for user-data, before base64.
inline constexpr std::size_t most_user_data = 16 * 1024;

/// `user_data` as it is where there are no keys; else a MIME message of two parts, the caller's and
/// a #cloud-config that adds the keys to the image's default user ("admin" on Debian).
///
/// Keys travel this way and not by ImportKeyPair: EC2 takes one key pair a server, keeps it in the
/// account after the server is gone, and asks for one more permission. Fails (`invalid`, effect
/// none) where the result is too large, a key is not one line, or user-data that is MIME or
/// compressed already would have to be taken apart.
Result<std::string> boot_user_data(const std::string& user_data,
                                   const std::vector<std::string>& ssh_public_keys);

}  // namespace berth::aws
