#include "engine/refresh.hpp"

#include <algorithm>
#include <boost/json/object.hpp>

#include "engine/finish.hpp"
#include "engine/tell.hpp"

namespace berth {
namespace {

boost::json::object fields_of(const Server& server, const AttemptRecord& attempt) {
  boost::json::object fields{{"server_id", server.id},
                             {"server_name", server.name},
                             {"account", attempt.account},
                             {"vendor_id", attempt.vendor_id},
                             {"ip", server.public_ipv4},
                             {"ssh_user", server.ssh_user},
                             {"ssh_port", std::to_string(server.ssh_port)}};
  if (!server.currency.empty()) {
    fields["monthly_cost"] = decimal_of_nanos(server.monthly_nanos);
    fields["currency"] = server.currency;
  }
  return fields;
}

std::string name_of(const Server& server, const AttemptRecord& attempt) {
  return "Server " + server.name + " (" + attempt.vendor_id + " at " + attempt.account + ")";
}

void stop(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt, Server& server,
          const std::string& detail) {
  server.status = ServerStatus::stopped;
  tx.save(server);
  attempt.failure_code = stopped_code;
  attempt.failure = attempt.account + " shows it as " + (detail.empty() ? "stopped" : detail) +
                    ". It takes nothing new, and is billed all the same.";
  tx.save(attempt);
  std::string cost;
  if (!server.currency.empty())
    cost = ", for " + monthly_text({server.monthly_nanos, server.currency});
  const std::string sentence =
      name_of(server, attempt) + " does not run any more: " + attempt.account + " shows it as " +
      (detail.empty() ? "stopped" : detail) +
      ". Nothing new is placed there; it counts and is billed all the same" + cost +
      ". Start it at the vendor, or `berth servers remove " + server.name + " --force`.";
  tell(parts, tx, "server.stopped", server.organization, "", sentence, fields_of(server, attempt),
       admins_of(parts, server.organization));
  for (const HoldRecord& hold : tx.holds_on(server.id)) {
    const auto deployment = tx.deployment(hold.deployment_id);
    boost::json::object fields = fields_of(server, attempt);
    fields["application_id"] = hold.application;
    tell(parts, tx, "server.stopped", hold.organization, hold.deployment_id,
         hold.application + " is on " + server.name + ", which does not run any more.",
         std::move(fields),
         deployment ? std::vector<std::string>{deployment->requested_by}
                    : std::vector<std::string>{});
  }
  parts.journal.write(LogLevel::warning, sentence);
}

void start(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
           Server& server) {
  // What somebody wanted to see empty before it stopped is still to be so.
  server.status = tx.drain(server.id) ? ServerStatus::draining : ServerStatus::ready;
  tx.save(server);
  attempt.failure_code.clear();
  attempt.failure.clear();
  tx.save(attempt);
  tell(parts, tx, "server.running", server.organization, "",
       name_of(server, attempt) + " runs again at " + server.public_ipv4 +
           (server.status == ServerStatus::ready ? ", and takes deployments." : "."),
       fields_of(server, attempt), admins_of(parts, server.organization));
}

void move(const EngineParts& parts, LedgerTransaction& tx, const AttemptRecord& attempt,
          Server& server, const CloudServer& shown) {
  const bool moved = !shown.public_ipv4.empty() && shown.public_ipv4 != server.public_ipv4;
  const bool moved_inside =
      !shown.private_ipv4.empty() && shown.private_ipv4 != server.private_ipv4;
  if (!moved && !moved_inside) return;
  const std::string before = server.public_ipv4;
  if (moved) server.public_ipv4 = shown.public_ipv4;
  if (moved_inside) server.private_ipv4 = shown.private_ipv4;
  tx.save(server);
  if (!moved) return;
  boost::json::object fields = fields_of(server, attempt);
  fields["ip_before"] = before;
  tell(parts, tx, "server.address_changed", server.organization, "",
       name_of(server, attempt) + " is at " + server.public_ipv4 + " now" +
           (before.empty() ? "." : ", and not at " + before + " any more."),
       std::move(fields), admins_of(parts, server.organization));
}

void refresh(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord attempt,
             const CloudServer& shown) {
  std::optional<Server> server = tx.server(attempt.server_id);
  if (!server) return;
  const bool off = server->status == ServerStatus::stopped;
  if (!off && server->status != ServerStatus::ready && server->status != ServerStatus::draining)
    return;
  move(parts, tx, attempt, *server, shown);
  switch (shown.state) {
    case ServerState::stopping:
    case ServerState::stopped:
    case ServerState::failed:
      if (!off || attempt.failure_code != stopped_code)
        stop(parts, tx, attempt, *server, shown.detail);
      return;
    case ServerState::running:
      if (off) start(parts, tx, attempt, *server);
      return;
    case ServerState::pending:  // on its way: up, or once around
    case ServerState::unknown:
    case ServerState::gone: return;
  }
}

}  // namespace

void refresh_ready(const EngineParts& parts, LedgerTransaction& tx, const AccountQuestion& question,
                   const Found& found) {
  for (AttemptRecord& attempt : tx.live_attempts(question.account)) {
    const auto& ready = question.ready;
    if (attempt.status != AttemptStatus::ready || is_lost(attempt) ||
        std::find(ready.begin(), ready.end(), attempt.id) == ready.end())
      continue;
    for (const CloudServer& shown : found.servers)
      if (shown.server_id == attempt.vendor_id) {
        refresh(parts, tx, std::move(attempt), shown);
        break;
      }
  }
}

}  // namespace berth
