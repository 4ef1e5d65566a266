// Hetzner's servers in berth's words, and berth's labels in Hetzner's. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "berth/cloud_provider.hpp"

namespace berth::hetzner {

inline constexpr const char* installation_label = "installation";

/// Hetzner's rule for label values: at most 63 of [A-Za-z0-9_.-], alphanumeric at both ends.
bool is_label_value(std::string_view text);

/// Hetzner's rule for label keys: as a value, not empty; before it a DNS name and '/', if wanted.
bool is_label_key(std::string_view text);

/// The labels a server (or a key) of `request` carries. Ownership is refused (nullopt) rather than
/// respelled when an id does not fit the vendor's rule: a changed id would be somebody else's. The
/// host's other labels are respelled: what does not fit becomes '-'. expires-at is in Unix
/// milliseconds, because a time's ':' is not allowed.
std::optional<std::map<std::string, std::string>> labels_of(const CreateRequest& request);

/// nullopt: no id, so not a server.
std::optional<CloudServer> server_of(const boost::json::value& server);

}  // namespace berth::hetzner
