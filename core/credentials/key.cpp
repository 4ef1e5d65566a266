#include "credentials/key.hpp"

#include <sodium.h>

namespace berth {
namespace {

constexpr std::string_view form =
    " must be 32 bytes as 64 hex digits or in base64; `berth accounts new-key FILE` makes one";

void begin_sodium() {
  if (sodium_init() < 0) throw KeyProblem("libsodium cannot be used on this machine");
}

std::string id_of(const unsigned char* bytes) {
  // The prefix keeps this apart from any other hash of the same bytes.
  static constexpr std::string_view purpose = "berth credentials key 1\n";
  static constexpr std::size_t shown = 8;
  std::array<unsigned char, crypto_generichash_BYTES> digest{};
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, digest.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(purpose.data()),
                            purpose.size());
  crypto_generichash_update(&state, bytes, CredentialKey::size);
  crypto_generichash_final(&state, digest.data(), digest.size());
  std::array<char, 2 * shown + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), shown);
  return hex.data();
}

}  // namespace

CredentialKey::CredentialKey(const Bytes& bytes) : bytes_(bytes), id_(id_of(bytes.data())) {}

CredentialKey::~CredentialKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

CredentialKey CredentialKey::fresh() {
  begin_sodium();
  Bytes bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  CredentialKey key(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

CredentialKey CredentialKey::parsed(std::string_view text, const std::string& where) {
  begin_sodium();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  Bytes bytes{};
  std::size_t length = 0;
  const bool hex =
      text.size() == 2 * size && sodium_hex2bin(bytes.data(), bytes.size(), text.data(),
                                                text.size(), nullptr, &length, nullptr) == 0;
  bool read = hex && length == size;
  for (const int variant :
       {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_URLSAFE,
        sodium_base64_VARIANT_ORIGINAL_NO_PADDING, sodium_base64_VARIANT_URLSAFE_NO_PADDING})
    if (!read)
      read = sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr,
                               &length, nullptr, variant) == 0 &&
             length == size;
  if (!read) {
    sodium_memzero(bytes.data(), bytes.size());
    throw KeyProblem(where + std::string(form));
  }
  CredentialKey key(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

std::string CredentialKey::text() const {
  std::string text(sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes_.data(), size, sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // its zero
  return text;
}

void wipe(std::string& text) {
  sodium_memzero(text.data(), text.size());
  text.clear();
}

}  // namespace berth
