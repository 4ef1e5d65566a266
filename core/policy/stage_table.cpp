#include "policy/stages/stages.hpp"

namespace berth {

const std::vector<StageKind>& stage_table() {
  static const std::vector<StageKind> table{
      {"entitlement", "may servers be bought for this organization at all", make_entitlement},
      {"sizing", "strategy, minimum, then headroom_percent, rounded up", make_sizing},
      {"quota", "fewer servers than max_servers", make_quota},
      {"selection", "the offers that do, cheapest first", make_selection},
      {"approval", "an admin's yes, unless auto_approve_provisioning", make_approval},
  };
  return table;
}

}  // namespace berth
