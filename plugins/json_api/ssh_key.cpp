#include "ssh_key.hpp"

#include <array>
#include <cstdint>

#include <openssl/evp.h>

namespace berth::json_api {
namespace {

std::optional<std::string> base64_decoded(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  for (const char c : text) {
    std::uint32_t six = 0;
    if (c >= 'A' && c <= 'Z') six = static_cast<std::uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z') six = static_cast<std::uint32_t>(c - 'a') + 26;
    else if (c >= '0' && c <= '9') six = static_cast<std::uint32_t>(c - '0') + 52;
    else if (c == '+') six = 62;
    else if (c == '/') six = 63;
    else return std::nullopt;
    bits = bits << 6U | six;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> static_cast<unsigned>(count) & 255U);
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> md5_fingerprint(std::string_view openssh_line) {
  const std::size_t space = openssh_line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view type = openssh_line.substr(0, space);
  std::string_view rest = openssh_line.substr(space + 1);
  rest = rest.substr(0, rest.find_first_of(" \t\r\n"));
  const std::optional<std::string> blob = base64_decoded(rest);
  // The blob begins with its own type, behind a four-byte length: what shows a cut key.
  if (!blob || blob->size() < 4 + type.size() + 4 || blob->compare(4, type.size(), type) != 0)
    return std::nullopt;

  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(blob->data(), blob->size(), digest.data(), &size, EVP_md5(), nullptr) != 1)
    return std::nullopt;
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    if (i > 0) text += ':';
    text += digits[digest[i] >> 4U];
    text += digits[digest[i] & 15U];
  }
  return text;
}

std::string key_name_of(std::string_view fingerprint) {
  std::string name = "berth-";
  for (const char c : fingerprint)
    if (c != ':') name += c;
  return name;
}

}  // namespace berth::json_api
