// Inputs are texts, so that a person can read and write them: parts, each after a line "%%".
#pragma once

#include <string_view>
#include <vector>

namespace fuzz {

/// The first line of `text`, which loses it.
inline std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

/// What stands between the lines "%%".
inline std::vector<std::string_view> parts_of(std::string_view text) {
  constexpr std::string_view between = "\n%%\n";
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(between);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + between.size());
  }
}

}  // namespace fuzz
