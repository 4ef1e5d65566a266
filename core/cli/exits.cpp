#include "cli/exits.hpp"

namespace berth::cli {

const std::vector<ExitMeaning>& exit_meanings() {
  static const std::vector<ExitMeaning> meanings{
      {0, "succeeded", "done; or accepted, with --no-wait"},
      {1, "error",
       "unexpected, or the ledger or a plugin failed, or nobody mended what was waited for; run "
       "--once left deployments that wait"},
      {2, "", "usage or config; no such deployment, server or offer"},
      {3, "awaiting_approval", "an admin has to approve"},
      {4, "denied", "by policy (quota, entitlement, rule), or you may not do that"},
      {5, "insufficient_capacity", "no server has room and no offer fits"},
      {6, "provisioning_failed",
       "no server became ready, or no cloud could be asked within the limit"},
      {7, "cancelled",
       "by whoever asked, by an admin, by a second Ctrl-C, or nobody approved in time"},
      {8, "timed_out", "no server was ready within the limit"},
      {9, "deploy_failed", "the deploy command, or the release command, failed; the server stays"},
      {130, "", "SIGINT: stopped waiting; the deployment goes on"},
      {143, "", "SIGTERM: stopped waiting; the deployment goes on"},
  };
  return meanings;
}

int exit_of(Problem problem) {
  switch (problem) {
    case Problem::usage:
    case Problem::config:
    case Problem::not_found: return 2;
    case Problem::refused: return 4;
    case Problem::ledger:
    case Problem::plugin:
    case Problem::unexpected: break;
  }
  return 1;
}

std::string_view reason_code_of(Problem problem) {
  switch (problem) {
    case Problem::usage: return "usage";
    case Problem::config: return "config";
    case Problem::not_found: return "not_found";
    case Problem::refused: return "refused";
    case Problem::ledger: return "ledger";
    case Problem::plugin: return "plugin";
    case Problem::unexpected: break;
  }
  return "unexpected";
}

int exit_of(const Plan& plan) {
  if (plan.action == "place" || plan.action == "provision") return 0;
  if (plan.action == "hold") return 3;
  // As the engine ends a wait that is over: core/engine/place.cpp, waited_too_long().
  if (plan.action == "wait")
    return exit_status(plan.code == "clouds_unreachable" ? "provisioning_failed" : "error");
  if (plan.action != "deny") return exit_status("error");
  // As the engine ends deployments: core/engine/place.cpp, deny().
  if (plan.code == "no_fitting_offer" || plan.code == "all_out_of_stock" ||
      plan.code == "all_refused" || plan.code == "dearer_than_shown" ||
      plan.code == "vendor_quota_reached")
    return exit_status("insufficient_capacity");
  if (plan.code == "tries_exhausted") return exit_status("provisioning_failed");
  return exit_status("denied");
}

int exit_of_signal(int signal) { return 128 + signal; }

}  // namespace berth::cli
