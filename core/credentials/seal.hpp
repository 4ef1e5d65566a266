// What is sealed can be read, and was not changed or moved, by whoever has the key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "credentials/key.hpp"

namespace berth {

/// Where a sealed text belongs. It opens nowhere else: in another row, or as another
/// organization's, it is no text of ours.
struct SealedFor {
  std::string account, organization;
};

/// Base64 of a version, a nonce by chance, and the text under XChaCha20-Poly1305. Sealing a text
/// twice gives two that differ.
std::string seal(const CredentialKey& key, const SealedFor& place, std::string_view text);

/// nullopt: another key, another place, or not whole. Which of them, nobody can tell.
std::optional<std::string> unseal(const CredentialKey& key, const SealedFor& place,
                                  std::string_view sealed);

}  // namespace berth
