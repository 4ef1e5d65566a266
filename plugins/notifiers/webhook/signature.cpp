#include "webhook/signature.hpp"

#include <array>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace berth::notifiers {

std::string signature_of(std::string_view secret, std::string_view timestamp,
                         std::string_view body) {
  const std::string text = std::string(timestamp) + "." + std::string(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
           &size) == nullptr)
    throw std::runtime_error("OpenSSL could not compute an HMAC-SHA256");
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "v1=";
  for (unsigned i = 0; i < size; ++i) {
    out += digits[digest.at(i) >> 4U];
    out += digits[digest.at(i) & 15U];
  }
  return out;
}

}  // namespace berth::notifiers
