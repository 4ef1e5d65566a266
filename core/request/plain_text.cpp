#include "request/plain_text.hpp"

#include <algorithm>
#include <array>

namespace berth {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

/// Marks, embeddings, overrides and isolates: with them a line reads differently from what it says.
bool reorders(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x206F);
}

/// Two names that differ in these only look like one.
bool hides(char32_t c) {
  return c == 0x200B || (c >= 0x2060 && c <= 0x2065) || c == 0xFEFF ||
         (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

bool breaks_line(char32_t c) {
  return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool is_plain_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

enum class Keeps { nothing, lines, lines_and_tabs };

std::string plain(std::string_view text, Keeps keeps) {
  const bool many_lines = keeps != Keeps::nothing;
  if (is_plain_ascii(text)) return std::string(text);  // as nearly all are
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    const std::string_view spelled = text.substr(0, point.bytes);
    text.remove_prefix(point.bytes);
    if (!point.valid)
      out += replacement;
    else if (many_lines && point.value == '\n')
      out += '\n';
    else if (many_lines && point.value == '\r' && text.starts_with('\n'))
      continue;
    else if (keeps == Keeps::lines_and_tabs && point.value == '\t')
      out += '\t';
    else if (breaks_line(point.value) || point.value == '\t')
      out += ' ';
    else if (is_control(point.value) || reorders(point.value) || hides(point.value))
      out += replacement;
    else
      out += spelled;
  }
  return out;
}

}  // namespace

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

std::string plain_line(std::string_view text) { return plain(text, Keeps::nothing); }
std::string plain_lines(std::string_view text) { return plain(text, Keeps::lines); }
std::string plain_page(std::string_view text) { return plain(text, Keeps::lines_and_tabs); }
bool is_plain_line(std::string_view text) { return plain_line(text) == text; }

std::string one_line(std::string_view text, std::size_t bytes) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  if (text.size() <= bytes) return plain_line(text);
  std::size_t end = bytes;
  // No character is cut in half: its continuation bytes go with it.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return plain_line(text.substr(0, end)) + "…";
}

}  // namespace berth
