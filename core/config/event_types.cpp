#include "config/event_types.hpp"

#include <algorithm>

namespace berth {

const std::vector<std::string>& event_types() {
  static const std::vector<std::string> types{
      "account.added", "account.changed",
      "account.removed", "account.sealed_anew",
      "account.validated", "application.release_failed",
      "application.released", "application.releasing",
      "approval.given", "approval.required",
      "deployment.accepted", "deployment.cancelled",
      "deployment.cancelling", "deployment.deploying",
      "deployment.failed", "deployment.placed",
      "deployment.retried", "deployment.succeeded",
      "deployment.waiting", "project.created",
      "project.removed", "provisioning.account_missing",
      "provisioning.failed", "provisioning.failover",
      "provisioning.progress", "provisioning.started",
      "reap.confirmed", "reap.paused",
      "server.added", "server.address_changed",
      "server.adopted", "server.auto-provisioned",
      "server.destroyed", "server.draining",
      "server.emptied", "server.forgotten",
      "server.found", "server.host_key_seen",
      "server.host_key_trusted", "server.lost",
      "server.not_as_asked", "server.reaped",
      "server.removed", "server.removing",
      "server.reported", "server.running",
      "server.stopped", "server.stray_found",
      "server.undestroyable", "server.undrained",
      "stack.credentials_read", "stack.failed",
      "stack.provisioned", "stack.saved",
      "stack.start_failed", "stack.started"};
  return types;
}

bool names_an_event(std::string_view filter) {
  const bool open_end = !filter.empty() && filter.back() == '*';
  if (open_end) filter.remove_suffix(1);
  const auto& types = event_types();
  return std::any_of(types.begin(), types.end(), [&](const std::string& type) {
    return open_end ? type.compare(0, filter.size(), filter) == 0 : type == filter;
  });
}

}  // namespace berth
