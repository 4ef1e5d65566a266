#include "user_data.hpp"

#include <algorithm>
#include <string_view>

#include "encoding.hpp"
#include "errors.hpp"

namespace berth::aws {
namespace {

bool begins(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

bool is_key_line(const std::string& key) {
  if (key.empty() || key.find(' ') == std::string::npos) return false;
  for (const char c : key)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  return true;
}

// Single quotes: YAML takes everything between them as it is, but for the quote itself.
std::string yaml_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

// The same keys give the same bytes: a retry with one client token must not differ.
std::string keys_config(const std::vector<std::string>& keys) {
  std::string text = "#cloud-config\n";
  // cloud-init lets the first part's lists win unless a later part says to append.
  text += "merge_how: 'list(append)+dict(recurse_list)+str()'\n";
  text += "ssh_authorized_keys:\n";
  for (const std::string& key : keys) text += "  - " + yaml_quoted(key) + "\n";
  return text;
}

std::string unused_boundary(const std::string& user_data) {
  std::string boundary = "berth-part";
  while (user_data.find(boundary) != std::string::npos) boundary += "-x";
  return boundary;
}

std::string part(const std::string& boundary, const std::string& content) {
  // cloud-init 22.4 reads an 8bit part as Latin-1, so what is not ASCII travels as base64.
  const bool ascii = std::all_of(content.begin(), content.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  // text/plain lets cloud-init tell a script from a #cloud-config by its first line.
  return "--" + boundary + "\nContent-Type: text/plain; charset=\"utf-8\"\n" +
         "Content-Transfer-Encoding: " + (ascii ? "7bit" : "base64") + "\nMIME-Version: 1.0\n\n" +
         (ascii ? content : base64(content)) + "\n";
}

}  // namespace

Result<std::string> boot_user_data(const std::string& user_data,
                                   const std::vector<std::string>& ssh_public_keys) {
  for (const std::string& key : ssh_public_keys)
    if (!is_key_line(key))
      return invalid_request(
          "An SSH public key is not one line of OpenSSH's format (ssh-ed25519 AAAA...).");

  std::string text = user_data;
  if (!ssh_public_keys.empty()) {
    const std::string keys = keys_config(ssh_public_keys);
    if (user_data.empty()) {
      text = keys;
    } else if (begins(user_data, "\x1f\x8b") || begins(user_data, "Content-Type:") ||
               begins(user_data, "MIME-Version:") || begins(user_data, "From ")) {
      return invalid_request(
          "User-data that is MIME or gzip already cannot take SSH keys: put them into it, or use "
          "key_name.");
    } else {
      const std::string boundary = unused_boundary(user_data);
      text = "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\nMIME-Version: 1.0\n\n" +
             part(boundary, user_data) + part(boundary, keys) + "--" + boundary + "--\n";
    }
  }
  if (text.size() > most_user_data)
    return invalid_request(
        "User-data of " + std::to_string(text.size()) +
        " bytes, SSH keys included, is over EC2's 16384. Let it fetch its larger part.");
  return text;
}

}  // namespace berth::aws
