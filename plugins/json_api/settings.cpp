#include "settings.hpp"

#include <algorithm>

#include "berth/config.hpp"

namespace berth::json_api {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_visible(char c) { return c > ' ' && c < 127; }

void check_region(const std::string& key, const std::string& region) {
  const bool fits = !region.empty() && region.size() <= 63 && region[0] >= 'a' &&
                    region[0] <= 'z' && std::all_of(region.begin(), region.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
                    });
  if (!fits)
    throw ConfigError("\"" + key + "\": \"" + region +
                      "\" is no region: lower-case letters, digits and '-', from a letter on");
}

}  // namespace

void check_token(const std::string& token) {
  if (token.empty()) throw ConfigError("\"token\" is empty");
  // The token itself is never quoted.
  if (!std::all_of(token.begin(), token.end(), is_visible))
    throw ConfigError("\"token\" must be one word of ASCII, without blanks or line breaks");
}

void check_endpoint(const std::string& endpoint) {
  const std::size_t scheme = endpoint.compare(0, 8, "https://") == 0  ? 8
                             : endpoint.compare(0, 7, "http://") == 0 ? 7
                                                                      : 0;
  if (scheme == 0) throw ConfigError("\"endpoint\" must begin with https:// (or http://)");
  const std::string rest = endpoint.substr(scheme);
  if (rest.empty() || rest[0] == '/' || !std::all_of(rest.begin(), rest.end(), is_visible) ||
      rest.find_first_of("?#@") != std::string::npos)
    throw ConfigError(
        "\"endpoint\" must be https://HOST/VERSION, without blanks, a user, a query or a fragment");
}

void check_regions(const std::string& default_region, const std::vector<std::string>& regions) {
  check_region("default_region", default_region);
  for (const std::string& region : regions) check_region("regions", region);
}

void check_image(const std::string& image) {
  if (image.empty() || image.size() > 255 || !std::all_of(image.begin(), image.end(), [](char c) {
        return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
      }))
    throw ConfigError("\"image\": \"" + image +
                      "\" is no name or id of an image: at most 255 of [A-Za-z0-9._-]");
}

void check_ssh_keys(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    if (key.empty()) throw ConfigError("\"ssh_keys\": a name must not be empty");
    if (key.compare(0, 4, "ssh-") == 0 && key.find(' ') != std::string::npos)
      throw ConfigError(
          "\"ssh_keys\" names keys that the vendor knows; this is a public key itself: register it "
          "there and give its name");
    if (std::any_of(key.begin(), key.end(), [](char c) { return c >= 0 && c < ' '; }))
      throw ConfigError("\"ssh_keys\": a name must have no line breaks");
  }
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace berth::json_api
