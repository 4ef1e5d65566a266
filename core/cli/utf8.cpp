#include "cli/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace berth::cli {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view ellipsis = "\xE2\x80\xA6";

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

/// REQUIRES: text is not empty. Refuses overlong forms, surrogates and what lies beyond U+10FFFF.
CodePoint first_code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t value = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80U) return {};
    value = (value << 6U) | (next & 0x3FU);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  if (value < least[length] || (value >= 0xD800 && value <= 0xDFFF) || value > 0x10FFFF) return {};
  return {value, length, true};
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }
/// Bidirectional overrides and isolates: they make a line read differently from what it says.
bool reorders(char32_t c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

int columns_of(char32_t c) {
  if ((c >= 0x0300 && c <= 0x036F) || (c >= 0x200B && c <= 0x200F) || c == 0xFE0F) return 0;
  const bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
                    (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
                    (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                    (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) ||
                    (c >= 0x20000 && c <= 0x3FFFD);
  return wide ? 2 : 1;
}

/// `replaced(c)` says what stands for a code point; "" leaves it.
template <class Replaced>
std::string rewritten(std::string_view text, const Replaced& replaced) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    const std::string_view instead = point.valid ? replaced(point.value) : replacement;
    out += instead.empty() ? text.substr(0, point.bytes) : instead;
    text.remove_prefix(point.bytes);
  }
  return out;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  return rewritten(text, [](char32_t) { return std::string_view(); });
}

std::string printable(std::string_view text) {
  return rewritten(text, [](char32_t c) -> std::string_view {
    if (c == '\n' || c == '\t' || c == '\r') return " ";
    return is_control(c) || reorders(c) ? replacement : std::string_view();
  });
}

std::string printable_lines(std::string_view text) {
  return rewritten(text, [](char32_t c) -> std::string_view {
    if (c == '\n' || c == '\t') return {};
    if (c == '\r') return " ";
    return is_control(c) || reorders(c) ? replacement : std::string_view();
  });
}

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    width += point.valid ? columns_of(point.value) : 1;
    text.remove_prefix(point.bytes);
  }
  return width;
}

std::string shortened(std::string_view text, int width) {
  if (display_width(text) <= width) return std::string(text);
  if (width <= 0) return {};
  std::string out;
  int used = 0;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    const int columns = point.valid ? columns_of(point.value) : 1;
    if (used + columns > width - 1) break;
    used += columns;
    out += text.substr(0, point.bytes);
    text.remove_prefix(point.bytes);
  }
  return out.append(ellipsis);
}

}  // namespace berth::cli
