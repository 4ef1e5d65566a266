// Droplets in berth's words, and berth's labels as tags. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "berth/cloud_provider.hpp"

namespace berth::digitalocean {

/// Tags are shared by everything that carries them and have no values, so the value is part of the
/// tag: "berth-attempt:ID". They are for looking, never for deleting by.
std::string installation_tag(std::string_view installation_id);
std::string attempt_tag(std::string_view attempt_id);

/// The vendor's rule: at most 255 of [A-Za-z0-9_:-].
bool is_tag(std::string_view text);

/// The tags a droplet of `request` carries. nullopt: an id does not fit a tag (a respelled id would
/// be somebody else's). The host's other labels are respelled: what does not fit becomes '-'.
std::optional<std::vector<std::string>> tags_of(const CreateRequest& request);

/// nullopt: no id, so not a droplet.
std::optional<CloudServer> server_of(const boost::json::value& droplet);

/// Tags appear a little after the droplet, all at once; until then its name,
/// auto-{organization}-{attempt}, is what it is known by. True for a droplet without any tag whose
/// name ends with the attempt's id, which is random and minted once.
bool is_named_after(const boost::json::value& droplet, std::string_view attempt_id);

}  // namespace berth::digitalocean
