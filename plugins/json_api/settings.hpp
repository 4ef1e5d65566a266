// What the settings of both vendors have in common, checked before anything is asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::json_api {

// Each throws ConfigError with a sentence that begins with the setting's name and says the rule.

/// A bearer token goes into a header: no blanks, no line breaks.
void check_token(const std::string& token);
/// "https://host/path": no credentials, query or blanks, and no other scheme.
void check_endpoint(const std::string& endpoint);
/// Lower-case letters, digits and '-', from a letter on: "nbg1".
void check_regions(const std::string& default_region, const std::vector<std::string>& regions);
/// A slug or id: letters, digits, '.', '_' and '-'.
void check_image(const std::string& image);
/// Names at the vendor: not empty, and not a public key itself.
void check_ssh_keys(const std::vector<std::string>& keys);

/// "nbg1, fsn1", for a sentence.
std::string joined(const std::vector<std::string>& names);

}  // namespace berth::json_api
