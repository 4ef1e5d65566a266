// Text from anywhere (vendors, commands' output) made fit for JSON and for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace berth::cli {

/// Bytes that are no UTF-8 become U+FFFD, one for each byte.
std::string valid_utf8(std::string_view text);

/// plain_line and plain_lines of request/plain_text.hpp, by what the program uses them for.
std::string printable(std::string_view text);
std::string printable_lines(std::string_view text);

/// Columns on a terminal: combining marks take none, CJK and emoji two.
int display_width(std::string_view text);

/// At most `width` columns; what was cut ends with an ellipsis.
std::string shortened(std::string_view text, int width);

}  // namespace berth::cli
