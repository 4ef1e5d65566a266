// Whose server it is: berth's ownership labels as AWS tags, and back.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "api.hpp"
#include "berth/cloud_provider.hpp"

namespace berth::aws {

inline constexpr const char* installation_tag = "installation";
inline constexpr const char* attempt_tag = "attempt";
inline constexpr const char* organization_tag = "organization_id";
inline constexpr const char* login_tag = "ssh-user";  // of the image, where it is known
inline constexpr const char* expires_tag = "expires-at";  // Unix ms, decimal

/// The tags of everything that `request` makes: its labels, then berth's own, which win.
std::map<std::string, std::string> tags_of(const CreateRequest& request);

/// As a tag's value may be spelled: letters, digits, space and + - = . _ : / @, at most 256; others
/// become '_'. https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
std::string tag_text(std::string_view text, std::size_t most = 256);

CloudServer server_of(const Instance& instance, const std::string& region);

}  // namespace berth::aws
