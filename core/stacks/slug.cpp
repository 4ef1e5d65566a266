#include "stacks/slug.hpp"

#include <uninorm.h>

#include <array>
#include <cstdlib>
#include <memory>

namespace berth {
namespace {

constexpr std::size_t longest_slug = 40;  // as the name of an application, which it may become
constexpr std::string_view before_digits = "project-";

/// Letters that are not made of another one and an accent.
std::string_view spelled(std::string_view letter) {
  static constexpr std::array<std::array<std::string_view, 2>, 15> letters{{
      {"\u00df", "ss"},
      {"\u1e9e", "ss"},
      {"\u00e6", "ae"},
      {"\u00c6", "ae"},
      {"\u0153", "oe"},
      {"\u0152", "oe"},
      {"\u00f8", "o"},
      {"\u00d8", "o"},
      {"\u0142", "l"},
      {"\u0141", "l"},
      {"\u0111", "d"},
      {"\u0110", "d"},
      {"\u00fe", "th"},
      {"\u00de", "th"},
      {"\u0131", "i"},
  }};
  for (const auto& [from, to] : letters)
    if (letter.starts_with(from)) return to;
  return {};
}

/// Letters and their accents apart, so that the accents can be left out.
std::string decomposed(std::string_view text) {
  std::size_t size = 0;
  const std::unique_ptr<uint8_t, void (*)(void*)> parts(
      u8_normalize(UNINORM_NFKD, reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                   nullptr, &size),
      std::free);
  if (parts == nullptr) return {};  // no UTF-8
  return {reinterpret_cast<const char*>(parts.get()), size};
}

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string slug_of(std::string_view name) {
  std::string slug;
  bool joint = false;
  const std::string text = decomposed(name);
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (static_cast<unsigned char>(c) >= 0x80) {  // an accent, or another script
      const std::string_view letters = spelled(std::string_view(text).substr(at));
      if (letters.empty()) continue;
      if (joint && !slug.empty()) slug += '-';
      joint = false;
      slug += letters;
      continue;
    }
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!is_letter(c) && !is_digit(c)) {
      joint = true;
      continue;
    }
    if (joint && !slug.empty()) slug += '-';
    joint = false;
    slug += c;
  }
  if (!slug.empty() && is_digit(slug.front())) slug.insert(0, before_digits);
  slug = slug.substr(0, longest_slug);
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

}  // namespace berth
