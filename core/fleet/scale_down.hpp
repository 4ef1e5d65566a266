// Which bought servers are given back: why, and until when they stay. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace berth {

/// The organization's wish, [scale_down]. 0: that rule is off.
struct ScaleDownRules {
  std::int64_t idle_ms = 0;     // nothing was held there for so long
  std::int64_t max_age_ms = 0;  // since it was bought
  int max_uses = 0;             // deployments it ever took
  std::int64_t drain_ms = 0;    // so long may stay what runs on an old or used-up one; 0: for ever
  int keep = 0;                 // servers of an organization that idleness leaves it

  [[nodiscard]] bool any() const { return idle_ms > 0 || max_age_ms > 0 || max_uses > 0; }
};

/// One server of one organization, as the decision needs it. Times are Unix ms; 0: not.
struct ServerInUse {
  std::string id, name;
  bool bought = false;         // else it was added by hand: it counts for `keep`, and stays
  bool ready = false;          // and enabled, reachable, not draining: it takes deployments
  bool left_alone = false;     // it boots, is off or lost, or an operator took it out
  std::int64_t bought_unix_ms = 0;   // when paying began
  std::int64_t billing_step_ms = 0;  // what is paid for at a time; 0: nothing to mind
  std::int64_t monthly_nanos = 0;    // comparison currency; 0: not known
  std::vector<std::string> applications;  // that hold room there
  bool under_way = false;      // a deployment waits for it, or was just placed on it
  bool other_use = false;      // something that berth did not place runs there
  std::int64_t idle_since_unix_ms = 0;
  int uses = 0;
  std::int64_t draining_since_unix_ms = 0;
  std::string draining_code;   // "expired" "used_up" "drained" (by a person)

  [[nodiscard]] bool empty() const { return applications.empty() && !under_way && !other_use; }
};

enum class ScaleDownAction { keep, drain, destroy };

struct ScaleDownDecision {
  std::string server_id;
  ScaleDownAction action = ScaleDownAction::keep;
  /// destroy: "idle" "expired" "used_up" "drained"; drain: "expired" "used_up"; keep: "by_hand"
  /// "left_alone" "under_way" "in_use" "used_by_others" "not_idle_yet" "kept" "paid_for" "draining"
  /// "no_rule"
  std::string code;
  std::string sentence;
  std::int64_t since_unix_ms = 0;  // of what the code says; 0: not known
  std::int64_t until_unix_ms = 0;  // when it will be decided otherwise, as things stand; 0: never
};

/// The rest of a paid step in which an idle server may go: its last sixth, ten minutes of an hour.
/// 0: now; else how many ms until then.
std::int64_t until_end_of_step(std::int64_t paid_since_unix_ms, std::int64_t step_ms,
                               std::int64_t now_unix_ms);

/// What becomes of a server on which nothing runs from now on: `until_unix_ms` is when it goes,
/// with the code of why; 0: nothing destroys it. `keep` is left out of account.
ScaleDownDecision end_of_an_empty_one(ServerInUse server, const ScaleDownRules& rules,
                                      std::int64_t now_unix_ms);

/// Decides for all servers of one organization at once, in the order given. A server with a
/// deployment under way is never destroyed, nor is one that was added by hand. Of more idle servers
/// than may go, the dearest go first, then those that have been idle for longest.
std::vector<ScaleDownDecision> scale_down(const std::vector<ServerInUse>& servers,
                                          const ScaleDownRules& rules, std::int64_t now_unix_ms);

}  // namespace berth
