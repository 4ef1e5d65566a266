#include "webhook/signature.hpp"

#include <array>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace berth::notifiers {
namespace {

constexpr std::string_view base64_prefix = "whsec_";

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// "" for what is no base64 with its padding.
std::string from_base64(std::string_view text) {
  // OpenSSL skips blanks and line breaks, and reads '=' anywhere as 0: neither is base64.
  if (text.empty() || text.size() % 4 != 0) return {};
  std::size_t padding = 0;
  while (padding < 2 && text[text.size() - 1 - padding] == '=') ++padding;
  for (const char c : text.substr(0, text.size() - padding))
    if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
          c == '/'))
      return {};
  std::string out(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(text),
                                   static_cast<int>(text.size()));
  if (size < 0) return {};
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

std::string base64(const unsigned char* bytes, unsigned size) {
  std::string out(4 * ((size + 2) / 3) + 1, '\0');  // OpenSSL ends it with a zero
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes,
                                     static_cast<int>(size));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::string signature_of(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(),
           digest.data(), &size) == nullptr)
    throw std::runtime_error("OpenSSL could not compute an HMAC-SHA256");
  return "v1," + base64(digest.data(), size);
}

}  // namespace

std::string key_of(std::string_view secret) {
  if (secret.substr(0, base64_prefix.size()) != base64_prefix) return std::string(secret);
  return from_base64(secret.substr(base64_prefix.size()));
}

std::string signatures_of(const std::vector<std::string>& keys, std::string_view id,
                          std::string_view timestamp, std::string_view body) {
  std::string text(id);
  text.append(".").append(timestamp).append(".").append(body);
  std::string all;
  for (const std::string& key : keys) all += (all.empty() ? "" : " ") + signature_of(key, text);
  return all;
}

}  // namespace berth::notifiers
