#include "request/names.hpp"

#include <algorithm>
#include <array>

#include "request/plain_text.hpp"

namespace berth {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view small_letters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view large_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool consists_of(std::string_view text, std::initializer_list<std::string_view> kinds) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) {
      return kind.find(c) != std::string_view::npos;
    });
  });
}

/// The part before the next `end`; `text` loses both.
std::string_view taken(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

bool is_ipv4(std::string_view text) {
  if (std::count(text.begin(), text.end(), '.') != 3 || text.back() == '.') return false;
  while (!text.empty()) {
    const std::string_view part = taken(text, '.');
    if (part.empty() || part.size() > 3 || !consists_of(part, {digits})) return false;
    int value = 0;
    for (const char c : part) value = value * 10 + (c - '0');
    if (value > 255) return false;
  }
  return true;
}

bool is_host_name(std::string_view text) {
  if (text.back() == '.') return false;
  std::string_view label;
  while (!text.empty()) {
    label = taken(text, '.');
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-' ||
        !consists_of(label, {digits, small_letters, large_letters, "-"}))
      return false;
  }
  return !consists_of(label, {digits});  // else it is an address that is none
}

}  // namespace

bool is_user_name(std::string_view text) {
  constexpr std::size_t longest = 32;
  return !text.empty() && text.size() <= longest && text.front() != '-' &&
         consists_of(text, {small_letters, digits, "_-"});
}

bool is_address(std::string_view text) {
  constexpr std::size_t longest = 253;
  return !text.empty() && text.size() <= longest && (is_ipv4(text) || is_host_name(text));
}

bool is_host_key(std::string_view text) {
  constexpr std::size_t longest = std::size_t{16} * 1024;
  constexpr std::array<std::string_view, 7> types{
      "ssh-ed25519",         "ecdsa-sha2-nistp256",        "ecdsa-sha2-nistp384",
      "ecdsa-sha2-nistp521", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
      "ssh-rsa"};
  if (text.size() > longest || !is_plain_line(text)) return false;
  const std::string_view type = taken(text, ' ');
  const std::string_view key = taken(text, ' ');
  return std::find(types.begin(), types.end(), type) != types.end() && key.starts_with("AAAA") &&
         consists_of(key, {digits, small_letters, large_letters, "+/="});
}

bool is_person(std::string_view text) {
  constexpr std::size_t longest = 128;
  return !text.empty() && text.size() <= longest && text.front() != ' ' && text.back() != ' ' &&
         is_plain_line(text);
}

std::string shell_word(std::string_view word) {
  if (!word.empty() && consists_of(word, {digits, small_letters, large_letters, "@%+=:,./_-"}))
    return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace berth
