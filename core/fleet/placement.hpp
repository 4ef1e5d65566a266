// Which server takes a deployment. Pure.
#pragma once

#include <string>
#include <vector>

#include "fleet/server.hpp"
#include "request/request.hpp"

namespace berth {

enum class PlacementStyle { spread, pack };

/// Percent; they sum to 100.
struct ScoreWeights {
  int cpu = 30, memory = 30, disk = 20, network = 10, load = 10;
};

struct PlacementRules {
  PlacementStyle style = PlacementStyle::spread;
  ScoreWeights weights;
  int buffer_percent = 10;  // a deployment must fit with so much to spare
  int warning_percent = 80;
  int critical_percent = 90;  // a server that is this full before the deployment is not chosen
};

/// The free share of each dimension after this deployment, 0 to 100, and their weighted sum.
struct Score {
  double cpu = 0, memory = 0, disk = 0, network = 0, load = 0;
  double total = 0;
};

/// One server in the decision table.
struct PlacementRow {
  std::string server_id, server_name;
  bool eligible = false;  // may take deployments at all (enabled, reachable, right state and arch)
  bool fits = false;
  /// "chosen" "fits" "critical" "no_room" "arch" "unreachable" "disabled" "draining" "stopped"
  /// "destroying" "gone"
  std::string code;
  std::string sentence;  // "needs 2.2 cores with the buffer, 1.5 are free"
  Score score;
};

struct Placement {
  std::vector<PlacementRow> rows;  // every server given, best first, then the dropped ones
  std::string chosen_server_id;    // "": none
  /// Why none: "no_servers_available" (none eligible), "insufficient_capacity" (none fits),
  /// "load_balancing" (only critical ones fit). "" when one was chosen.
  std::string trigger;
};

/// `current_server_id`: where the application runs now, "" if nowhere; it stays there when that
/// still fits, its own `current_room` counting as free there; where it asks for no more than it
/// has, neither the buffer nor `critical_percent` can move it. Ready servers come before booting
/// ones. Ties are broken by name, then id, so the answer does not depend on the fleet's order.
Placement place(const std::vector<Server>& fleet, const Requirements& requirements,
                const PlacementRules& rules, const std::string& current_server_id = {},
                const Room& current_room = {});

/// May it take any deployment of this arch ("" for either), however full it is?
bool takes_deployments(const Server& server, const std::string& arch);

}  // namespace berth
