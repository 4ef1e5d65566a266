#include "credentials/chance.hpp"

#include <sodium.h>

#include <string_view>
#include <vector>

#include "credentials/key.hpp"

namespace berth {
namespace {

void need_sodium() {
  if (sodium_init() < 0) throw KeyProblem("libsodium cannot be used on this machine");
}

}  // namespace

std::string alphanumeric_by_chance(std::size_t length) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  need_sodium();
  std::string text;
  while (text.size() < length)
    text += letters[randombytes_uniform(static_cast<std::uint32_t>(letters.size()))];
  return text;
}

std::string base64_by_chance(std::size_t bytes) {
  need_sodium();
  std::vector<unsigned char> raw(bytes);
  randombytes_buf(raw.data(), raw.size());
  std::string text(sodium_base64_ENCODED_LEN(bytes, sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), raw.data(), raw.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // its zero
  return text;
}

}  // namespace berth
