#include "ledger/text_list.hpp"

#include <cstdint>

namespace berth {
namespace {

constexpr std::string_view hex = "0123456789abcdef";

/// Reads what json_of_texts() writes, with spaces and the short escapes that people use.
class Reader {
 public:
  explicit Reader(std::string_view json) : rest_(json) {}

  bool array(std::vector<std::string>& texts) {
    if (!take('[')) return false;
    if (take(']')) return at_end();
    do {
      std::string text;
      if (!string(text)) return false;
      texts.push_back(std::move(text));
    } while (take(','));
    return take(']') && at_end();
  }

 private:
  void skip_spaces() {
    while (!rest_.empty() && std::string_view(" \t\r\n").find(rest_.front()) != rest_.npos) {
      rest_.remove_prefix(1);
    }
  }
  bool at_end() {
    skip_spaces();
    return rest_.empty();
  }
  bool take(char wanted) {
    skip_spaces();
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool string(std::string& text) {
    if (!take('"')) return false;
    for (;;) {
      const auto end = rest_.find_first_of("\"\\");
      if (end == rest_.npos) return false;
      text += rest_.substr(0, end);
      const bool ended = rest_[end] == '"';
      rest_.remove_prefix(end + 1);
      if (ended) return true;
      if (!escape(text)) return false;
    }
  }
  bool escape(std::string& text) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    constexpr std::string_view short_ones = "\"\\/bfnrt";
    if (const auto at = short_ones.find(c); at != short_ones.npos) {
      text += "\"\\/\b\f\n\r\t"[at];
      return true;
    }
    if (c != 'u' || rest_.size() < 4) return false;
    std::uint32_t code = 0;
    for (const char digit : rest_.substr(0, 4)) {
      const auto value = hex.find(digit);
      if (value == hex.npos) return false;
      code = code * 16 + static_cast<std::uint32_t>(value);
    }
    if (code >= 0x80) return false;  // never written here
    rest_.remove_prefix(4);
    text += static_cast<char>(code);
    return true;
  }

  std::string_view rest_;
};

}  // namespace

std::string json_of_texts(const std::vector<std::string>& texts) {
  std::string json = "[";
  for (const std::string& text : texts) {
    if (json.size() > 1) json += ',';
    json += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') {
        json += '\\';
        json += c;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        json += "\\u00";
        json += hex[static_cast<unsigned char>(c) >> 4];
        json += hex[static_cast<unsigned char>(c) & 15];
      } else {
        json += c;
      }
    }
    json += '"';
  }
  return json + "]";
}

std::optional<std::vector<std::string>> texts_of_json(std::string_view json) {
  std::vector<std::string> texts;
  if (!Reader(json).array(texts)) return std::nullopt;
  return texts;
}

}  // namespace berth
