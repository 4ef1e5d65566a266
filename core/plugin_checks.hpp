// What can be checked of plugins and their settings without calling a cloud, and the conformance
// check of `berth plugins check`.
#pragma once

#include <string>
#include <vector>

#include "berth.hpp"
#include "config/settings.hpp"
#include "reach/open.hpp"
#include "world/world.hpp"

namespace berth {

/// Everything that the plugins' manifests say against the settings of accounts and notifiers, and
/// that the bundled providers' own vendors' rules say, one sentence each with file:line:column.
std::vector<std::string> plugin_setting_problems(const Configuration& config, Catalogue& catalogue);

/// The commands of deployments that could not be run, or that somebody else could have replaced.
std::vector<std::string> command_problems(const Configuration& config);

/// A secret that stands in the config itself, as "file:line:column: …"; "" if there is none.
std::string literal_secret(const Manifest& manifest, const PluginSettings& settings,
                           const Place& place);

/// Library shape (for a file), then calls, then with `walk` the life of one server.
std::vector<CheckLine> check_conformance(const CatalogueEntry& entry, const OpenedPlugin& opened,
                                   const std::string& settings_json, bool walk,
                                   const std::string& attempt_id, const Clock& clock,
                                   Journal& journal);

}  // namespace berth
