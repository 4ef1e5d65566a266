#include "quote.hpp"

#include <boost/json.hpp>

namespace berth::stacks {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

/// Each of `special` with a backslash before it.
std::string backslashed(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (is_control(c)) c = ' ';
  return out;
}

std::string json_quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(text.data(), text.size()));
}

std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : one_line(text)) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string php_quoted(std::string_view text) {
  return "'" + backslashed(one_line(text), "\\'") + "'";
}

std::string python_quoted(std::string_view text) {
  return "\"" + backslashed(one_line(text), "\\\"") + "\"";
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : one_line(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string markdown_escaped(std::string_view text) {
  return backslashed(one_line(text), "\\`*_{}[]()<>#+-.!|~");
}

std::string env_quoted(std::string_view text) {
  // Double quotes would let '$' be replaced, and how to prevent that differs between readers;
  // single quotes are read alike by all, but hold no single quote, and of a backslash before one or
  // another each reader thinks its own.
  std::string out;
  for (const char c : one_line(text)) {
    if (c == '\'')
      out += "\u2019";
    else if (c == '\\')
      out += "\u2216";
    else
      out += c;
  }
  return "'" + out + "'";
}

}  // namespace berth::stacks
