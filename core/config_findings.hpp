// What is wrong or risky in a config that can be read, and would show only when berth works.
#pragma once

#include "berth.hpp"
#include "config/settings.hpp"
#include "engine/parts.hpp"
#include "offers/clouds.hpp"

namespace berth {

/// Asks nobody outside. `state_dir` is the one in use. Nothing stays of its tries to make files.
ConfigReport config_findings(const Configuration& config, const std::filesystem::path& state_dir);

/// Asks the vendor of each active account: do the credentials work, does it sell in each of its
/// regions, and has [currency] a rate for what it asks? Buys and changes nothing.
ConfigReport online_findings(const Configuration& config, Clouds& clouds, const Clock& clock,
                             Journal& journal);

}  // namespace berth
