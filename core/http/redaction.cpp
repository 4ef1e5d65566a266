#include "http/redaction.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace berth {
namespace {

constexpr std::size_t shortest_secret = 4;
constexpr std::string_view marker = "[redacted]";

std::string url_encoded(std::string_view text, const char* digits, bool plus_for_space) {
  std::string out;
  for (const unsigned char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += static_cast<char>(c);
    } else if (c == ' ' && plus_for_space) {
      out += '+';
    } else {
      out += '%';
      out += digits[c >> 4U];
      out += digits[c & 15U];
    }
  }
  return out;
}

std::string json_escaped(std::string_view text, bool slash) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '/': out += slash ? "\\/" : "/"; break;
      default: out += c;
    }
  }
  return out;
}

// The characters of base64 that depend on `text` alone, where `skip` bytes (0..2) precede it in the
// encoded stream: "user:secret" in a Basic header has the secret at any alignment.
std::string base64_core(std::string_view text, std::size_t skip, bool for_urls) {
  static constexpr std::string_view standard =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  const std::size_t bits = (skip + text.size()) * 8;
  const auto bit_at = [&](std::size_t bit) {
    const auto byte = static_cast<unsigned char>(text[bit / 8 - skip]);
    return static_cast<unsigned>(byte >> (7 - bit % 8)) & 1U;
  };
  std::size_t first = (skip * 8 + 5) / 6 * 6;  // the first character made of our bits only
  for (std::size_t at = first; at + 6 <= bits; at += 6) {
    unsigned index = 0;
    for (std::size_t bit = at; bit < at + 6; ++bit) index = index << 1U | bit_at(bit);
    char c = standard[index];
    if (for_urls && c == '+') c = '-';
    if (for_urls && c == '/') c = '_';
    out += c;
  }
  return out;
}

}  // namespace

Redaction::Redaction(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (secret.size() < shortest_secret) continue;
    forms_.push_back(secret);
    for (const char* digits : {"0123456789ABCDEF", "0123456789abcdef"})
      for (const bool plus : {false, true}) forms_.push_back(url_encoded(secret, digits, plus));
    for (const bool slash : {false, true}) forms_.push_back(json_escaped(secret, slash));
    for (std::size_t skip = 0; skip < 3; ++skip)
      for (const bool for_urls : {false, true}) {
        std::string core = base64_core(secret, skip, for_urls);
        // Fewer characters would match by chance.
        if (core.size() >= 6) forms_.push_back(std::move(core));
      }
  }
  std::sort(forms_.begin(), forms_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  forms_.erase(std::unique(forms_.begin(), forms_.end()), forms_.end());
}

std::string Redaction::apply(std::string_view text) const {
  std::string out(text);
  for (const std::string& form : forms_)
    for (std::size_t at = out.find(form); at != std::string::npos;
         at = out.find(form, at + marker.size()))
      out.replace(at, form.size(), marker);
  return out;
}

}  // namespace berth
