#include "engine/look.hpp"

#include <algorithm>

#include "engine/answer_check.hpp"
#include "engine/at_cloud.hpp"
#include "engine/attempt.hpp"
#include "engine/boots.hpp"
#include "engine/hindrance.hpp"
#include "engine/leaving.hpp"
#include "engine/readiness.hpp"
#include "engine/standing.hpp"

namespace berth {
namespace {

void follow_boot(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
                 const CloudServer& server) {
  if (is_anothers(tx, attempt, server)) return disown(parts, tx, attempt, server);
  if (server.state != ServerState::failed && !take_as_it_is(parts, tx, attempt, server)) return;
  if (note_lack(tx, attempt, server)) return;
  switch (server.state) {
    case ServerState::failed:
    case ServerState::gone:
    case ServerState::stopped:
    case ServerState::stopping:
      give_up(parts, tx, attempt, "boot_failed",
              "Server " + attempt.vendor_id + " at " + attempt.account + " did not boot" +
                  reason_of(server) + ".",
              true);
      return;
    case ServerState::pending:
    case ServerState::unknown: return;
    case ServerState::running: break;
  }
  runs_now(parts, tx, attempt, server);
}

/// A cloud that does not show the server: believed after two complete looks, a settling time apart.
/// True: it is absent for good.
bool settled_absence(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt) {
  const ProvisioningSettings& rules = parts.settings().provisioning;
  // A create whose outcome was unknown may succeed late; that one is watched for longer.
  const std::int64_t wait = attempt.unknown_outcome
                                ? std::max(2 * rules.settle_ms, rules.call_timeout_ms)
                                : rules.settle_ms;
  const bool settled = absent_again(parts, attempt, wait);
  tx.save(attempt);
  return settled;
}

void follow(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
            const Found& found) {
  const CloudServer* own = nullptr;
  bool only_anothers = false;  // what carries its name is not its own
  for (const CloudServer& server : found.servers) {
    const bool same = attempt.vendor_id.empty() ? server.attempt_id == attempt.id
                                                : server.server_id == attempt.vendor_id;
    // Also a second server of one create, which a paused ledger does not destroy.
    const bool twin = !same && !attempt.vendor_id.empty() && server.attempt_id == attempt.id;
    if (twin || (same && attempt.vendor_id.empty() && is_anothers(tx, attempt, server)))
      only_anothers = true;
    else if (same)
      own = &server;
  }
  const bool destroying = attempt.status == AttemptStatus::destroying;
  if (own != nullptr && own->state != ServerState::gone) {
    if (attempt.absent_looks > 0) {  // only looks in a row count
      attempt.absent_looks = 0;
      attempt.absent_since_unix_ms = 0;
      tx.save(attempt);
    }
    if (!destroying) return follow_boot(parts, tx, attempt, *own);
    if (attempt.vendor_id.empty()) came_late(parts, tx, attempt, *own);
    return;
  }
  const auto& absent = found.absent;
  const bool known_absent =
      (own != nullptr && own->state == ServerState::gone) ||
      (found.complete &&
       ((only_anothers && own == nullptr) ||
        std::find(absent.begin(), absent.end(), attempt.id) != absent.end()));
  if (!known_absent) return;
  if (destroying) {
    // A list may hide a server that runs and is paid for: whatever lists show, one whose id is
    // known is gone only after the cloud has answered a destroy of that id.
    if (!attempt.vendor_id.empty() && !attempt.destroy_answered &&
        !(attempt.destroy_asked && own != nullptr)) {
      tx.schedule(TaskKind::attempt, attempt.id,
                  parts.clock.now().after(back_off_ms(parts, attempt.errors + 1)), true);
      return;
    }
    // The vendor's own word "terminated" is the end. One list that does not show it is not: it may
    // be stale.
    if ((own != nullptr && !attempt.unknown_outcome) || settled_absence(parts, tx, attempt))
      gone(parts, tx, attempt);
    return;
  }
  // The vendor's own word, for a server whose id is known: there is nothing to wait for.
  if (own != nullptr && !attempt.vendor_id.empty()) {
    give_up(parts, tx, attempt, "boot_failed",
            "Server " + attempt.vendor_id + " at " + attempt.account + " was terminated" +
                reason_of(*own) + ".",
            true);
    return;
  }
  if (settled_absence(parts, tx, attempt))
    give_up(
        parts, tx, attempt, "vanished",
        "Server " + attempt.vendor_id + " at " + attempt.account + " is not listed there any more.",
        true);
}

/// The answer leaves it open how one of them is.
bool leaves_open(const Found& found, const std::vector<AttemptRecord>& attempts) {
  return !found.complete &&
         std::any_of(attempts.begin(), attempts.end(), [&](const AttemptRecord& attempt) {
           const auto is_it = [&](const CloudServer& server) {
             return attempt.vendor_id.empty() ? server.attempt_id == attempt.id
                                              : server.server_id == attempt.vendor_id;
           };
           return std::none_of(found.servers.begin(), found.servers.end(), is_it) &&
                  std::find(found.absent.begin(), found.absent.end(), attempt.id) ==
                      found.absent.end();
         });
}

/// A list that hides what berth knows costs a call for each of them, so it is read more and more
/// seldom until it is whole again. 0: as usual.
std::int64_t back_off_of_partial(const EngineParts& parts, LedgerTransaction& tx,
                                 const std::string& account, bool open) {
  constexpr int most_doublings = 6;
  constexpr std::int64_t slowest_ms = 60'000;
  ReapPassRecord pass = tx.reap_pass(account);
  if (!open && pass.partial_looks == 0) return 0;
  pass.id = account;
  pass.partial_looks = open ? std::min(pass.partial_looks + 1, most_doublings) : 0;
  tx.save(pass);
  if (!open) return 0;
  return std::min(slowest_ms,
                  parts.settings().provisioning.look_interval_ms << pass.partial_looks);
}

/// A second server of one attempt (a vendor's duplicate) is an intent to destroy of its own.
void destroy_duplicates(const EngineParts& parts, LedgerTransaction& tx,
                        const std::string& account,
                        const std::vector<AttemptRecord>& sought, const Found& found) {
  for (const CloudServer& server : found.servers) {
    if (server.state == ServerState::gone || server.attempt_id.empty()) continue;
    const auto is_known_in = [&](const std::vector<AttemptRecord>& attempts) {
      return std::any_of(attempts.begin(), attempts.end(), [&](const AttemptRecord& one) {
        return one.vendor_id == server.server_id;
      });
    };
    if (is_known_in(sought)) continue;
    const auto original = tx.attempt(server.attempt_id);
    if (!original || original->account != account || original->status == AttemptStatus::gone ||
        original->vendor_id.empty() || is_anothers(tx, *original, server) ||
        is_known_in(tx.live_attempts(account)))
      continue;
    if (!tx.identity().paused.empty() || bought_elsewhere(server, original)) continue;
    AttemptRecord extra;
    extra.organization = original->organization;
    extra.deployment_id = original->deployment_id;
    extra.account = original->account;
    extra.vendor_id = server.server_id;
    extra.region = server.region;
    extra.failure_code = "duplicate";
    extra.failure = "A second server of attempt " + original->id + ".";
    destroy_unowned(parts, tx, extra);
    parts.journal.write(LogLevel::warning, original->account + " made a second server, " +
                                               server.server_id +
                                               ", for one create; it is destroyed");
  }
}

}  // namespace

std::optional<Work> prepare_look(const EngineParts& parts, LedgerTransaction& tx,
                                 const TaskRecord& task) {
  const std::string& account = task.subject;
  if (account_left(parts.settings(), tx, account)) {  // nobody can be asked
    tx.settle(task.kind, account, parts.clock.now().after(parts.settings().reap.every_ms));
    return std::nullopt;
  }
  FindRequest request;
  request.installation_id = tx.installation_id();
  for (const AttemptRecord& attempt : tx.unsettled_attempts(account))
    request.sought.push_back(sought_of(attempt));
  if (request.sought.empty()) {
    tx.settle(task.kind, account, std::nullopt);
    return std::nullopt;
  }
  return [&parts, account, request]() -> Apply {
    const Result<Found> found = find_at(parts, account, request);
    return [&parts, account, found](LedgerTransaction& tx2) {
      const Moment now = parts.clock.now();
      if (!found) {
        const Failure& failure = found.failure();
        parts.journal.write(LogLevel::warning, account + " cannot be looked at: " +
                                                   parts.clouds.redacted(failure.message));
        tx2.settle(TaskKind::look, account,
                   now.after(std::max({failure.retry_after_ms.value_or(0),
                                       parts.settings().provisioning.look_interval_ms,
                                       back_off_ms(parts, 2)})));
        for (AttemptRecord& attempt : tx2.unsettled_attempts(account))
          note_unseen(parts, tx2, attempt, failure);
        return;
      }
      std::vector<AttemptRecord> fresh = tx2.unsettled_attempts(account);
      destroy_duplicates(parts, tx2, account, fresh, *found);
      const std::int64_t back_off =
          back_off_of_partial(parts, tx2, account, leaves_open(*found, fresh));
      for (AttemptRecord& attempt : fresh) follow(parts, tx2, attempt, *found);
      tx2.settle(TaskKind::look, account,
                 now.after(std::max(next_look_ms(parts, fresh), back_off)));
    };
  };
}

}  // namespace berth
