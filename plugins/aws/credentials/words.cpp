#include "words.hpp"

#include <cstddef>

namespace berth::aws {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

std::optional<std::vector<std::string>> shell_words(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = '\0';
  const auto put = [&](char c) {
    if (!in_word) words.emplace_back();
    in_word = true;
    words.back() += c;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'') {
      if (i + 1 == text.size()) return std::nullopt;
      const char next = text[++i];
      // Within double quotes a backslash is one of the text but before these two.
      if (quote == '"' && next != '"' && next != '\\') put('\\');
      put(next);
    } else if (quote != '\0') {
      if (c == quote)
        quote = '\0';
      else
        put(c);
    } else if (c == '"' || c == '\'') {
      quote = c;
      if (!in_word) words.emplace_back();  // "" is a word
      in_word = true;
    } else if (is_blank(c)) {
      in_word = false;
    } else {
      put(c);
    }
  }
  if (quote != '\0') return std::nullopt;
  return words;
}

}  // namespace berth::aws
