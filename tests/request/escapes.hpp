// The corpus of escapes, and what no outlet may let through.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "request/plain_text.hpp"

namespace berth {

/// Each text of tests/request/corpus/escapes.txt, with its bytes.
inline std::vector<std::string> escapes() {
  std::ifstream file(BERTH_ESCAPES);
  std::vector<std::string> texts;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool byte = line[i] == '\\' && i + 3 < line.size() && line[i + 1] == 'x';
      text += byte ? static_cast<char>(std::stoi(line.substr(i + 2, 2), nullptr, 16)) : line[i];
      if (byte) i += 3;
    }
    texts.push_back(text);
  }
  if (texts.size() < 10) throw std::runtime_error("no corpus at " BERTH_ESCAPES);
  return texts;
}

/// All of them in one text, as one foreign text may have them.
inline std::string every_escape() {
  std::string all = "evil ";
  for (const std::string& text : escapes()) all += text + " ";
  return all;
}

/// "" where nothing in `text` obeys or deceives; else what was found. Says on its own what that is,
/// without the functions that clean.
inline std::string what_escapes(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    const char32_t c = point.value;
    const bool bad = !point.valid || (c < 0x20 && c != '\n') || (c >= 0x7F && c < 0xA0) ||
                     c == 0x061C || c == 0x200B || c == 0x200E || c == 0x200F ||
                     (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF ||
                     (c >= 0xE0000 && c <= 0xE007F);
    if (bad) return "U+" + std::to_string(static_cast<unsigned>(c)) + " before: " +
                    plain_line(text.substr(0, 40));
    text.remove_prefix(point.bytes);
  }
  return {};
}

}  // namespace berth
