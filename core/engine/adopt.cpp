#include "engine/adopt.hpp"

#include <algorithm>
#include <charconv>

#include "berth/codec.hpp"
#include "engine/finish.hpp"
#include "engine/permit.hpp"
#include "engine/reap.hpp"
#include "engine/reconcile.hpp"
#include "engine/refresh.hpp"
#include "engine/requests.hpp"
#include "engine/standing.hpp"
#include "engine/tell.hpp"
#include "request/names.hpp"

namespace berth {
namespace {

std::string label_of(const CloudServer& server, const char* name) {
  const auto found = server.labels.find(name);
  return found == server.labels.end() ? std::string() : found->second;
}

/// "2000-4096-51200", as room_label has it.
std::optional<Room> room_of(const std::string& text) {
  Room room;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::int64_t* amount : {&room.millicores, &room.memory_mib, &room.disk_mib}) {
    const auto [next, problem] = std::from_chars(at, end, *amount);
    if (problem != std::errc() || *amount <= 0) return std::nullopt;
    at = next;
    if (at != end && *at == '-') ++at;
  }
  return at == end ? std::optional(room) : std::nullopt;
}

/// What it can hold: as the catalogue lists its type; at least what it was bought for.
std::optional<Room> capacity_of(const EngineParts& parts, const StrayRecord& stray,
                                const std::optional<Room>& room, std::string& arch) {
  if (const AccountPointer account = parts.accounts.find(stray.account))
    if (const auto catalogue = parts.catalogue.peek({account}))
      for (const AccountOffer& one : catalogue->offers) {
        const Offer& offer = one.offer;
        if (offer.instance_type != stray.instance_type || offer.region != stray.region) continue;
        arch = codec::to_word(offer.arch);
        return Room{offer.vcpu * 1000, offer.memory_mib,
                    std::max(offer.disk_mib, room ? room->disk_mib : 0)};
      }
  return room;
}

/// Takes it in; or says why not.
void take_in(const EngineParts& parts, LedgerTransaction& tx, const CloudServer& shown,
             const Caller& by, AdoptedServer& one) {
  const StrayRecord& stray = one.stray;
  const Moment now = parts.clock.now();
  const std::optional<Room> room = room_of(label_of(shown, room_label));
  Server server;
  const std::optional<Room> capacity = capacity_of(parts, stray, room, server.arch);
  server.id = parts.entropy.id();
  server.organization = one.organization;
  server.name = stray.name.empty() ? stray.vendor_id : stray.name;
  server.status = ServerStatus::ready;
  const bool off = shown.state == ServerState::stopped || shown.state == ServerState::stopping;
  if (off) server.status = ServerStatus::stopped;
  server.reachable = off || shown.state == ServerState::running;
  server.auto_provisioned = true;
  server.account = stray.account;
  server.region = stray.region;
  server.zone = shown.zone;
  server.instance_type = stray.instance_type;
  server.vendor_id = stray.vendor_id;
  server.capacity = capacity.value_or(Room{});
  server.public_ipv4 = shown.public_ipv4;
  server.private_ipv4 = shown.private_ipv4;
  server.monthly_nanos = stray.monthly.nanos;
  server.currency = stray.monthly.currency;
  server.created_unix_ms = stray.created_unix_ms > 0 ? stray.created_unix_ms : now.unix_ms;
  server.ready_unix_ms = now.unix_ms;
  if (const AccountPointer account = parts.accounts.find(stray.account)) {
    server.provider = account->plugin;
    if (!account->ssh_user.empty())
      server.ssh_user = account->ssh_user;
    else if (is_user_name(shown.ssh_user))
      server.ssh_user = shown.ssh_user;
    server.ssh_port = account->ssh_port;
  }
  AttemptRecord attempt;
  // Its label names it, unless this ledger has another server under that name.
  attempt.id = is_minted(stray.attempt_id) && !tx.attempt(stray.attempt_id) ? stray.attempt_id
                                                                            : parts.entropy.id();
  server.attempt_id = attempt.id;
  attempt.organization = server.organization;
  attempt.server_id = server.id;
  attempt.account = stray.account;
  attempt.status = AttemptStatus::ready;
  attempt.offers_json = "[]";
  attempt.vendor_id = stray.vendor_id;
  attempt.region = stray.region;
  attempt.phase = "reachable";
  attempt.created_unix_ms = attempt.accepted_unix_ms = server.created_unix_ms;
  attempt.expires_unix_ms = shown.expires_at_unix_ms;
  attempt.mark = label_of(shown, ledger_label);
  if (off) {
    attempt.failure_code = stopped_code;
    attempt.failure = "It was stopped when " + by.name + " adopted it.";
  }

  const std::string application = label_of(shown, application_label);
  const bool held = room && is_name(application) &&
                    tx.holds_of(one.organization, application).empty();
  DeploymentRecord deployment;
  if (held) {
    one.application = application;
    deployment.id = parts.entropy.id();
    deployment.organization = one.organization;
    deployment.application = application;
    deployment.requirements.room = *room;
    deployment.status = DeploymentStatus::succeeded;
    deployment.reason_code = "adopted";
    deployment.reason =
        "Found on " + server.name + " by its label when " + by.name + " adopted it.";
    deployment.requested_by = by.name;
    deployment.created_unix_ms = deployment.updated_unix_ms = deployment.finished_unix_ms =
        now.unix_ms;
    deployment.server_id = server.id;
    attempt.deployment_id = deployment.id;
    tx.save(deployment);
  }
  tx.save(server);
  tx.save(attempt);
  if (held) {
    HoldRecord hold;
    hold.id = parts.entropy.id();
    hold.organization = one.organization;
    hold.application = application;
    hold.server_id = server.id;
    hold.deployment_id = deployment.id;
    hold.room = *room;
    hold.active = true;
    hold.created_unix_ms = now.unix_ms;
    tx.save(hold);
  }
  // What else was placed there since nobody has written down: nothing new goes over it.
  Room other = server.capacity;
  if (held) {
    other.millicores = std::max<std::int64_t>(0, other.millicores - room->millicores);
    other.memory_mib = std::max<std::int64_t>(0, other.memory_mib - room->memory_mib);
    other.disk_mib = std::max<std::int64_t>(0, other.disk_mib - room->disk_mib);
  }
  tx.save_report(server.id, other, std::nullopt, std::nullopt, now.unix_ms);

  AuditRecord record;
  record.record_id = parts.entropy.id();
  record.at_unix_ms = record.started_unix_ms = record.completed_unix_ms = now.unix_ms;
  record.organization = one.organization;
  record.application = one.application;
  record.deployment_id = deployment.id;
  record.server_id = server.id;
  record.attempt_id = attempt.id;
  record.vendor_id = stray.vendor_id;
  record.trigger = "adopted";
  record.status = "succeeded";
  if (room) record.required = *room;
  record.estimated_monthly = stray.monthly_compared;
  record.approved_by = by.name;
  record.approved_unix_ms = now.unix_ms;
  tx.append(record);
  tx.remove_stray(stray.id);
  one.server_id = server.id;
  one.sentence = one.application.empty()
                     ? "what runs there is not known, so all of its room counts as used"
                     : "what else runs there is not known, so the rest of its room counts as used";
  one.sentence += "; `berth servers report " + server.name + "` says what is";
  tell(parts, tx, "server.adopted", one.organization, deployment.id,
       by.name + " took server " + server.name + " (" + stray.vendor_id + " at " + stray.account +
           ") into the fleet" +
           (one.application.empty() ? "." : " with application " + one.application + "."),
       signed_by(by, {{"server_id", server.id},
                      {"server_name", server.name},
                      {"account", stray.account},
                      {"vendor_id", stray.vendor_id},
                      {"application_id", one.application}}),
       admins_of(parts, one.organization));
}

/// What this ledger gave up in the older state that it was put back to, and which runs all the
/// same: since then it may have been kept, and have something on it.
std::vector<AttemptRecord> given_up_before(const LedgerView& view, const std::string& account,
                                           const Found& found) {
  std::vector<AttemptRecord> attempts = view.live_attempts(account);
  std::erase_if(attempts, [&](const AttemptRecord& attempt) {
    return attempt.status != AttemptStatus::destroying || attempt.vendor_id.empty() ||
           may_destroy(view, attempt) ||
           std::none_of(found.servers.begin(), found.servers.end(), [&](const CloudServer& one) {
             return one.server_id == attempt.vendor_id && one.state == ServerState::running;
           });
  });
  return attempts;
}

/// Its server is adopted like one that was never known.
void forget(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt) {
  attempt.status = AttemptStatus::gone;
  attempt.ended_unix_ms = parts.clock.now().unix_ms;
  tx.save(attempt);
  if (auto row = tx.server(attempt.server_id)) {
    row->status = ServerStatus::gone;
    tx.save(*row);
  }
}

AdoptedServer described(const AttemptRecord& attempt, const Found& found) {
  AdoptedServer one;
  one.stray.account = attempt.account;
  one.stray.vendor_id = attempt.vendor_id;
  one.stray.attempt_id = attempt.id;
  one.stray.region = attempt.region;
  one.organization = attempt.organization;
  for (const CloudServer& server : found.servers)
    if (server.server_id == attempt.vendor_id) {
      one.stray.name = server.name;
      one.stray.instance_type = server.instance_type;
      one.application = label_of(server, application_label);
    }
  return one;
}

}  // namespace

Adoption adopt(const EngineParts& parts, const std::string& organization, const Caller& by,
               bool only_look) {
  const auto require_admin = [&] { require(parts.settings(), Act::adopt, by); };
  if (!only_look) on_record(parts, require_admin);
  if (!organization.empty() && parts.settings().organization(organization) == nullptr)
    throw Refusal(Refused::usage, "there is no organization '" + organization + "' in " +
                                      parts.settings().file.string());
  Adoption result;
  std::vector<AccountQuestion> questions;
  parts.ledger.read([&](const LedgerView& view) {
    result.was_paused = view.identity().paused;
    for (const std::string& id : accounts_to_reap(parts, view))
      questions.push_back(question_about(parts, view, id));
  });
  std::vector<std::pair<AccountQuestion, Found>> answers;
  for (AccountQuestion& question : questions) {
    Result<Found> found = ask(parts, question);
    if (!found)
      result.problems.push_back(question.account + " could not be looked at: " +
                                parts.clouds.redacted(found.failure().message));
    else if (!found->complete)
      result.problems.push_back(question.account + " showed only a part of its list");
    if (found) answers.emplace_back(std::move(question), *std::move(found));
  }
  const auto seen_by = [&](const LedgerView& view, const AccountQuestion& question,
                           const Found& found, const std::vector<AttemptRecord>& forgotten,
                           const auto& each) {
    for (const SeenStray& seen : reconcile(parts, view, question, found).strays) {
      const bool was_given_up =
          std::any_of(forgotten.begin(), forgotten.end(), [&](const AttemptRecord& one) {
            return one.vendor_id == seen.record.vendor_id;
          });
      if (seen.record.code != "unknown" && seen.record.code != elsewhere_code && !was_given_up)
        continue;
      AdoptedServer one;
      one.stray = seen.record;
      one.organization = parts.settings().organization(seen.record.organization) != nullptr
                             ? seen.record.organization
                             : organization;
      const auto shown = std::find_if(
          found.servers.begin(), found.servers.end(),
          [&](const CloudServer& server) { return server.server_id == seen.record.vendor_id; });
      one.application = label_of(*shown, application_label);
      if (one.organization.empty())
        one.sentence = "no organization of the config is named in its labels; say whose it is with "
                       "--org";
      else if (shown->state == ServerState::pending)
        one.sentence = "it boots; adopt it when it runs";
      each(one, *shown);
      result.servers.push_back(std::move(one));
    }
  };
  if (only_look) {
    parts.ledger.read([&](const LedgerView& view) {
      for (const auto& [question, found] : answers) {
        seen_by(view, question, found, {}, [](AdoptedServer&, const CloudServer&) {});
        for (const AttemptRecord& attempt : given_up_before(view, question.account, found))
          result.servers.push_back(described(attempt, found));
      }
    });
    return result;
  }
  parts.ledger.write([&](LedgerTransaction& tx) {
    require_admin();  // by the config of just now
    result.servers.clear();
    bool left = !result.problems.empty();
    for (const auto& [question, found] : answers) {
      std::vector<AttemptRecord> given_up = given_up_before(tx, question.account, found);
      for (AttemptRecord& attempt : given_up) forget(parts, tx, attempt);
      seen_by(tx, question, found, given_up, [&](AdoptedServer& one, const CloudServer& shown) {
        if (one.sentence.empty())
          take_in(parts, tx, shown, by, one);
        else
          left = true;
      });
    }
    if (left) return;
    stand_by(tx);
    result.accepted = true;
    for (const auto& [question, found] : answers)
      tx.schedule(TaskKind::reap, question.account, parts.clock.now(), true);
  });
  return result;
}

}  // namespace berth
