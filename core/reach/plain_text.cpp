#include "reach/plain_text.hpp"

#include "berth/codec.hpp"

namespace berth {

std::string one_line(std::string_view text, std::size_t bytes) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const bool cut = text.size() > bytes;
  std::string line = codec::valid_utf8(codec::clipped(text, bytes));
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto c = static_cast<unsigned char>(line[i]);
    if (c < 0x20 || c == 0x7f) line[i] = ' ';
    // U+0080 to U+009F are control characters too: C2 80 to C2 9F.
    if (c == 0xc2 && i + 1 < line.size() && static_cast<unsigned char>(line[i + 1]) < 0xa0)
      line.replace(i, 2, "  ");
  }
  return cut ? line + "…" : line;
}

}  // namespace berth
