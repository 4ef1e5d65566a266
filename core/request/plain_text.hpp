// The one place that makes text from outside (vendors, plugins, servers, users) fit to be kept and
// shown: nothing in it moves a cursor, forges a line, or reads differently from what it says.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace berth {

/// One line of valid UTF-8. Line breaks and tabs become a space. Every other control character
/// (C0, DEL, C1), what changes the direction of text, and what cannot be seen at all (zero-width
/// space, byte order mark, tag characters) becomes U+FFFD, as does each byte that is no UTF-8.
/// Joiners stay: scripts and emoji need them. Applied twice it changes nothing more.
std::string plain_line(std::string_view text);

/// The same for text of many lines: "\n" stays, and "\r\n" becomes one.
std::string plain_lines(std::string_view text);

/// plain_lines in which tabs stay too: for what shows files, such as a diff.
std::string plain_page(std::string_view text);

/// plain_line of at most `bytes`; line breaks at its end are dropped, what is cut off becomes "…".
std::string one_line(std::string_view text, std::size_t bytes);

/// Would plain_line leave `text` as it is?
bool is_plain_line(std::string_view text);

/// A character of UTF-8. `valid` is false for overlong forms, surrogates, what lies beyond
/// U+10FFFF, and what is cut; then it is one byte.
struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

/// REQUIRES: text is not empty.
CodePoint first_code_point(std::string_view text);

}  // namespace berth
