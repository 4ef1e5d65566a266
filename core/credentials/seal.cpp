#include "credentials/seal.hpp"

#include <sodium.h>

#include <vector>

namespace berth {
namespace {

constexpr unsigned char version = 1;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t head_size = 1 + nonce_size;

/// Lengths keep {"ab", "c"} apart from {"a", "bc"}.
std::string bound_to(const CredentialKey& key, const SealedFor& place) {
  std::string text = "berth sealed 1\n";
  for (const std::string* part : {&place.account, &place.organization, &key.id()})
    text += std::to_string(part->size()) + ":" + *part;
  return text;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string seal(const CredentialKey& key, const SealedFor& place, std::string_view text) {
  if (sodium_init() < 0) throw KeyProblem("libsodium cannot be used on this machine");
  const std::string bound = bound_to(key, place);
  std::vector<unsigned char> whole(head_size + text.size() + tag_size);
  whole[0] = version;
  randombytes_buf(&whole[1], nonce_size);
  crypto_aead_xchacha20poly1305_ietf_encrypt(&whole[head_size], nullptr, bytes_of(text),
                                             text.size(), bytes_of(bound), bound.size(), nullptr,
                                             &whole[1], key.bytes());
  std::string sealed(sodium_base64_ENCODED_LEN(whole.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(sealed.data(), sealed.size(), whole.data(), whole.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  sealed.pop_back();  // its zero
  return sealed;
}

std::optional<std::string> unseal(const CredentialKey& key, const SealedFor& place,
                                  std::string_view sealed) {
  if (sealed.empty()) return std::nullopt;
  std::vector<unsigned char> whole(sealed.size());
  std::size_t size = 0;
  if (sodium_base642bin(whole.data(), whole.size(), sealed.data(), sealed.size(), nullptr, &size,
                        nullptr, sodium_base64_VARIANT_ORIGINAL) != 0 ||
      size < head_size + tag_size || whole[0] != version)
    return std::nullopt;
  const std::string bound = bound_to(key, place);
  std::string text(size - head_size - tag_size, '\0');
  const int outcome = crypto_aead_xchacha20poly1305_ietf_decrypt(
      reinterpret_cast<unsigned char*>(text.data()), nullptr, nullptr, &whole[head_size],
      size - head_size, bytes_of(bound), bound.size(), &whole[1], key.bytes());
  if (outcome != 0) return std::nullopt;
  return text;
}

}  // namespace berth
