#include "engine/look.hpp"

#include <algorithm>
#include <map>
#include <thread>

#include "engine/attempt.hpp"
#include "engine/boots.hpp"
#include "engine/finish.hpp"
#include "engine/record.hpp"
#include "engine/tell.hpp"
#include "offers/call.hpp"

namespace berth {
namespace {

constexpr std::int64_t probe_timeout_ms = 2000;
constexpr std::size_t probes_at_once = 16;

/// What a look found: the cloud's answer, and which running servers could be reached.
struct Seen {
  Result<Found> found;
  std::map<std::string, std::string> unreachable;  // server id at the vendor -> why
};

bool is_looked_at(const AttemptRecord& attempt) {
  return attempt.status == AttemptStatus::booting || attempt.status == AttemptStatus::destroying;
}

/// Tries the SSH port of every server that runs, several at a time.
std::map<std::string, std::string> probe(const EngineParts& parts, const Found& found,
                                         const std::vector<AttemptRecord>& attempts, int port) {
  std::vector<const CloudServer*> running;
  for (const CloudServer& server : found.servers)
    if (server.state == ServerState::running && !server.public_ipv4.empty() &&
        std::any_of(attempts.begin(), attempts.end(), [&](const AttemptRecord& attempt) {
          return attempt.status == AttemptStatus::booting && attempt.vendor_id == server.server_id;
        }))
      running.push_back(&server);
  std::vector<std::string> why(running.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < running.size(); i = next++)
      why[i] = parts.probe.reach(running[i]->public_ipv4, port, probe_timeout_ms);
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < std::min(running.size(), probes_at_once); ++i)
    others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  std::map<std::string, std::string> unreachable;
  for (std::size_t i = 0; i < running.size(); ++i)
    if (!why[i].empty()) unreachable[running[i]->server_id] = why[i];
  return unreachable;
}

void tell_waiting(const EngineParts& parts, LedgerTransaction& tx, const AttemptRecord& attempt,
                  const std::string& sentence) {
  for (const DeploymentRecord& waiting : tx.waiting_for(attempt.id))
    tell(parts, tx, "provisioning.progress", waiting, sentence,
         {{"phase", attempt.phase}, {"attempt_id", attempt.id}});
}

/// The server joins the fleet, and who waited for it goes on.
void join(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
          const CloudServer& seen) {
  const Moment now = parts.clock.now();
  attempt.status = AttemptStatus::ready;
  attempt.phase = "ready";
  attempt.ended_unix_ms = now.unix_ms;
  tx.save(attempt);
  remember_boot(parts, attempt);
  std::optional<Server> server = tx.server(attempt.server_id);
  if (!server) return;
  server->status = ServerStatus::ready;
  server->public_ipv4 = seen.public_ipv4;
  server->private_ipv4 = seen.private_ipv4;
  if (!seen.zone.empty()) server->zone = seen.zone;
  server->ready_unix_ms = now.unix_ms;
  tx.save(*server);
  close_record(parts, tx, record_of(tx, attempt), "succeeded");
  const auto deployment = tx.deployment(attempt.deployment_id);
  tell(parts, tx, "server.auto-provisioned", attempt.organization, attempt.deployment_id,
       "Server " + server->name + " (" + server->instance_type + " in " + server->region + " at " +
           server->account + ", " + server->public_ipv4 + ") is ready.",
       {{"server_id", server->id},
        {"server_name", server->name},
        {"application_id", deployment ? deployment->application : std::string()},
        {"ip", server->public_ipv4}},
       admins_of(parts, attempt.organization));
  for (const DeploymentRecord& waiting : tx.waiting_for(attempt.id))
    tx.schedule(TaskKind::deployment, waiting.id, now, true);
  tx.settle(TaskKind::attempt, attempt.id, std::nullopt);
}

void follow_boot(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
                 const CloudServer& server, const Seen& seen) {
  switch (server.state) {
    case ServerState::failed:
    case ServerState::gone:
    case ServerState::stopped:
    case ServerState::stopping:
      give_up(parts, tx, attempt, "boot_failed",
              "Server " + attempt.vendor_id + " at " + attempt.account + " did not boot" +
                  (server.detail.empty() ? std::string(".") : ": " + server.detail + "."),
              true);
      return;
    case ServerState::pending:
    case ServerState::unknown: return;
    case ServerState::running: break;
  }
  if (server.public_ipv4.empty()) return;
  if (attempt.phase == "accepted") {
    attempt.phase = "running";
    tx.save(attempt);
    if (parts.settings.provisioning.probe != "none")
      tell_waiting(parts, tx, attempt, "It runs at " + server.public_ipv4 + ".");
  }
  const auto unreachable = seen.unreachable.find(server.server_id);
  if (unreachable != seen.unreachable.end()) {
    attempt.failure = "Not reachable: " + unreachable->second + ".";
    tx.save(attempt);
    return;
  }
  attempt.failure.clear();
  join(parts, tx, attempt, server);
}

/// A cloud that does not show the server: believed after two complete looks, a settling time apart.
/// True: it is absent for good.
bool settled_absence(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt) {
  const std::int64_t now = parts.clock.now().unix_ms;
  if (++attempt.absent_looks == 1) attempt.absent_since_unix_ms = now;
  tx.save(attempt);
  if (attempt.absent_looks < 2) return false;
  const ProvisioningSettings& rules = parts.settings.provisioning;
  // A create whose outcome was unknown may succeed late; that one is watched for longer.
  const std::int64_t wait = attempt.unknown_outcome
                                ? std::max(2 * rules.settle_ms, rules.call_timeout_ms)
                                : rules.settle_ms;
  return now - attempt.absent_since_unix_ms >= wait;
}

void follow(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
            const Seen& seen) {
  const CloudServer* own = nullptr;
  for (const CloudServer& server : seen.found->servers) {
    const bool same = attempt.vendor_id.empty() ? server.attempt_id == attempt.id
                                                : server.server_id == attempt.vendor_id;
    if (same) own = &server;
  }
  const bool destroying = attempt.status == AttemptStatus::destroying;
  if (own != nullptr && own->state != ServerState::gone) {
    attempt.absent_looks = 0;
    if (!destroying) return follow_boot(parts, tx, attempt, *own, seen);
    if (attempt.vendor_id.empty()) {
      attempt.vendor_id = own->server_id;  // it came late
      tx.save(attempt);
      tx.schedule(TaskKind::attempt, attempt.id, parts.clock.now(), true);
    }
    return;
  }
  const auto& absent = seen.found->absent;
  const bool known_absent =
      (own != nullptr && own->state == ServerState::gone) ||
      (seen.found->complete && std::find(absent.begin(), absent.end(), attempt.id) != absent.end());
  if (!known_absent) return;
  if (destroying) {
    // The vendor's own word "terminated", or a destroyed one that is not listed, is the end.
    if ((own != nullptr && !attempt.unknown_outcome) || settled_absence(parts, tx, attempt) ||
        (!attempt.vendor_id.empty() && !attempt.unknown_outcome))
      gone(parts, tx, attempt);
    return;
  }
  if (settled_absence(parts, tx, attempt))
    give_up(
        parts, tx, attempt, "vanished",
        "Server " + attempt.vendor_id + " at " + attempt.account + " is not listed there any more.",
        true);
}

/// A second server of one attempt (a vendor's duplicate) is an intent to destroy of its own.
void destroy_duplicates(const EngineParts& parts, LedgerTransaction& tx,
                        const std::vector<AttemptRecord>& attempts, const Found& found) {
  for (const CloudServer& server : found.servers) {
    if (server.state == ServerState::gone || server.attempt_id.empty()) continue;
    const auto original =
        std::find_if(attempts.begin(), attempts.end(), [&](const AttemptRecord& attempt) {
          return attempt.id == server.attempt_id && !attempt.vendor_id.empty() &&
                 attempt.vendor_id != server.server_id;
        });
    const bool known = std::any_of(attempts.begin(), attempts.end(), [&](const AttemptRecord& one) {
      return one.vendor_id == server.server_id;
    });
    if (original == attempts.end() || known) continue;
    const Moment now = parts.clock.now();
    AttemptRecord extra;
    extra.id = parts.entropy.id();
    extra.organization = original->organization;
    extra.deployment_id = original->deployment_id;
    extra.account = original->account;
    extra.status = AttemptStatus::destroying;
    extra.offers_json = "[]";
    extra.vendor_id = server.server_id;
    extra.region = server.region;
    extra.created_unix_ms = now.unix_ms;
    extra.failure_code = "duplicate";
    extra.failure = "A second server of attempt " + original->id + ".";
    tx.save(extra);
    tx.schedule(TaskKind::attempt, extra.id, now);
    parts.journal.write(LogLevel::warning, original->account + " made a second server, " +
                                               server.server_id +
                                               ", for one create; it is destroyed");
  }
}

}  // namespace

std::optional<Work> prepare_look(const EngineParts& parts, LedgerTransaction& tx,
                                 const TaskRecord& task) {
  const std::string& account = task.subject;
  std::vector<AttemptRecord> attempts = tx.live_attempts(account);
  FindRequest request;
  request.installation_id = tx.installation_id();
  for (const AttemptRecord& attempt : attempts)
    if (is_looked_at(attempt)) request.sought.push_back(sought_of(attempt));
  if (request.sought.empty()) {
    tx.settle(task.kind, account, std::nullopt);
    return std::nullopt;
  }
  return [&parts, account, request, attempts = std::move(attempts)]() -> Apply {
    Seen seen{[&]() -> Result<Found> {
                Result<Cloud> cloud = parts.clouds.open(account);
                if (!cloud) return cloud.failure();
                HostCall call(parts.clock, parts.journal, account + " find",
                              parts.settings.provisioning.call_timeout_ms, &parts.stopping);
                return cloud->provider->find(request, call);
              }(),
              {}};
    const AccountSettings* settings = parts.settings.account(account);
    if (seen.found && parts.settings.provisioning.probe == "tcp")
      seen.unreachable =
          probe(parts, *seen.found, attempts, settings != nullptr ? settings->ssh_port : 22);
    return [&parts, account, seen](LedgerTransaction& tx2) {
      const Moment now = parts.clock.now();
      if (!seen.found) {
        const Failure& failure = seen.found.failure();
        parts.journal.write(LogLevel::warning, account + " cannot be looked at: " +
                                                   parts.clouds.redacted(failure.message));
        tx2.settle(TaskKind::look, account,
                   now.after(std::max({failure.retry_after_ms.value_or(0),
                                       parts.settings.provisioning.look_interval_ms,
                                       back_off_ms(parts, 2)})));
        return;
      }
      std::vector<AttemptRecord> fresh = tx2.live_attempts(account);
      destroy_duplicates(parts, tx2, fresh, *seen.found);
      for (AttemptRecord& attempt : fresh)
        if (is_looked_at(attempt)) follow(parts, tx2, attempt, seen);
      tx2.settle(TaskKind::look, account, now.after(next_look_ms(parts, fresh)));
    };
  };
}

}  // namespace berth
