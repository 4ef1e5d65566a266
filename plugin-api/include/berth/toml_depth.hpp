// How deep a TOML text nests, told without parsing it. Std-only, C++17.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace berth {

/// Parsers of TOML, and the destructors of what they make, call themselves once for each part of a
/// dotted key and for each bracket: a text of many is the end of their stack. No text that a person
/// writes comes near this.
inline constexpr int most_toml_depth = 16;

/// Where a text goes deeper than it may; lines and columns from 1.
struct TomlTooDeep {
  std::int64_t line = 0, column = 0;
};

/// Walks once over a TOML text. Not right TOML is for the parser to tell.
class TomlDepth {
 public:
  explicit TomlDepth(std::string_view text) : text_(text) {}

  /// nullopt: no key or header has more parts, and no bracket stands deeper, than `most`.
  std::optional<TomlTooDeep> beyond(int most = most_toml_depth) {
    int brackets = 0;
    int parts = 1;  // of what may be a key; where a value has dots, they are few
    for (at_ = 0; at_ < text_.size(); ++at_) {
      switch (text_[at_]) {
        case '#': skip_to_line_end(); break;
        case '"':
        case '\'': skip_string(text_[at_]); break;
        case '\n':
        case '=':
        case ',': parts = 1; break;
        case '[':
        case '{':
          parts = 1;
          if (++brackets > most) return place();
          break;
        case ']':
        case '}':
          parts = 1;
          if (brackets > 0) --brackets;
          break;
        case '.':
          if (++parts > most) return place();
          break;
        default: break;
      }
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] bool has(std::size_t at, char wanted) const {
    return at < text_.size() && text_[at] == wanted;
  }

  /// Leaves the line's end to be read next.
  void skip_to_line_end() {
    while (at_ + 1 < text_.size() && text_[at_ + 1] != '\n') ++at_;
  }

  /// From its first quote to its last one.
  void skip_string(char quote) {
    const bool escapes = quote == '"';
    if (!has(at_ + 1, quote) || !has(at_ + 2, quote)) {
      for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
        if (text_[at_] == '\n') return;  // it has no end: the parser will say so
        if (escapes && text_[at_] == '\\' && !has(at_ + 1, '\n')) ++at_;
      }
      return;
    }
    for (at_ += 3; at_ < text_.size(); ++at_) {
      if (escapes && text_[at_] == '\\') {
        ++at_;
      } else if (has(at_, quote) && has(at_ + 1, quote) && has(at_ + 2, quote)) {
        at_ += 2;
        // Up to two quotes more belong to the text.
        for (int more = 0; more < 2 && has(at_ + 1, quote); ++more) ++at_;
        return;
      }
    }
  }

  [[nodiscard]] TomlTooDeep place() const {
    TomlTooDeep found{1, 1};
    for (std::size_t i = 0; i < at_; ++i) {
      if (text_[i] == '\n') {
        ++found.line;
        found.column = 1;
      } else if ((static_cast<unsigned char>(text_[i]) & 0xC0U) != 0x80U) {  // letters, not bytes
        ++found.column;
      }
    }
    return found;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace berth
