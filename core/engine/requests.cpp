#include "engine/requests.hpp"

#include <algorithm>
#include <functional>

#include "berth/codec.hpp"
#include "berth/did_you_mean.hpp"
#include "engine/attempt.hpp"
#include "engine/finish.hpp"
#include "engine/host_key.hpp"
#include "engine/intent.hpp"
#include "engine/leaving.hpp"
#include "engine/permit.hpp"
#include "engine/place.hpp"
#include "engine/record.hpp"
#include "engine/release.hpp"
#include "engine/taking_back.hpp"
#include "engine/tell.hpp"
#include "policy/ranking.hpp"
#include "request/names.hpp"
#include "request/plain_text.hpp"

namespace berth {
namespace {

const OrganizationSettings& organization_of(const EngineParts& parts, std::string_view id) {
  if (const auto* organization = parts.settings().organization(id)) return *organization;
  std::vector<std::string> known;
  for (const OrganizationSettings& organization : parts.settings().organizations)
    known.push_back(organization.id);
  throw Refusal(Refused::usage, "there is no organization '" + std::string(id) + "' in " +
                                    parts.settings().file.string() + did_you_mean(id, known));
}

DeploymentRecord deployment_of(const LedgerView& view, std::string_view id) {
  if (auto deployment = view.deployment(id)) return *std::move(deployment);
  throw Refusal(Refused::not_found, "there is no deployment '" + std::string(id) +
                                        "'; `berth status` lists the newest");
}

Server server_of(const LedgerView& view, std::string_view name) {
  if (auto server = view.server(name)) return *std::move(server);
  throw Refusal(Refused::not_found, "there is no server '" + std::string(name) +
                                        "' (or several have this name: use the id); "
                                        "`berth servers list` shows them");
}

/// Nobody is an admin of an organization that left the config: who may take away what it has
/// (engine/permit.hpp) says that it is meant.
void want_confirmation(const EngineParts& parts, const std::string& organization, bool confirmed) {
  if (confirmed || !organization_left(parts.settings(), organization)) return;
  throw Refusal(Refused::not_allowed,
                "organization '" + organization + "' is not in " + parts.settings().file.string() +
                    " any more: --confirm says that you mean what it has here all the same");
}

[[noreturn]] void refuse_host_key(const std::string& text) {
  constexpr std::size_t shown = 60;
  throw Refusal(Refused::usage,
                "'" + one_line(text, shown) +
                    "' is no host key (--host-key): one line with its type and the key, as "
                    "`ssh-keyscan` prints it after the name: ssh-ed25519 AAAA…");
}

const ApplicationSettings* application_of(const OrganizationSettings& organization,
                                          std::string_view name) {
  for (const ApplicationSettings& application : organization.applications)
    if (application.name == name) return &application;
  return nullptr;
}

std::int64_t needed(const std::optional<std::int64_t>& asked,
                    const std::optional<std::int64_t>& fallback, const char* option,
                    const std::string& application) {
  const std::int64_t amount = asked ? *asked : fallback.value_or(0);
  if (amount > 0) return amount;
  throw Refusal(Refused::usage, asked ? std::string(option) + " must be more than zero"
                                      : std::string(option) +
                                            " is missing, and [[organization.application]] \"" +
                                            application + "\" sets no default");
}

Concerns about(const DeploymentRecord& deployment) {
  return {deployment.organization, deployment.application, deployment.id};
}

Concerns about(const Server& server) {
  return {.organization = server.organization, .target = server.name};
}

/// A write of one caller's; a no is recorded.
void write_for(const EngineParts& parts, const std::function<void(LedgerTransaction&)>& body) {
  on_record(parts, [&] { parts.ledger.write(body); });
}

bool same_request(const DeploymentRecord& one, const DeploymentRecord& other) {
  return one.application == other.application && one.requirements == other.requirements &&
         one.strategy == other.strategy && one.ttl_ms == other.ttl_ms &&
         one.project == other.project;
}

}  // namespace

DeploymentRecord resolve(const EngineParts& parts, const DeployRequest& request) {
  const OrganizationSettings& organization = organization_of(parts, request.organization);
  if (!is_name(request.application))
    throw Refusal(Refused::usage, "'" + request.application +
                                      "' cannot name an application: 1 to 40 of a-z, 0-9 and '-', "
                                      "beginning with a letter");
  const ApplicationSettings* defaults = application_of(organization, request.application);
  const ApplicationSettings none;
  if (defaults == nullptr) defaults = &none;
  DeploymentRecord deployment;
  deployment.organization = organization.id;
  deployment.application = request.application;
  Room& room = deployment.requirements.room;
  room.millicores = needed(request.millicores, defaults->millicores, "--cpu", request.application);
  room.memory_mib =
      needed(request.memory_mib, defaults->memory_mib, "--memory", request.application);
  room.disk_mib = needed(request.disk_mib, defaults->disk_mib, "--disk", request.application);
  deployment.requirements.arch = request.arch.empty() ? defaults->arch : request.arch;
  const std::string& arch = deployment.requirements.arch;
  if (!arch.empty() && arch != "x86_64" && arch != "arm64")
    throw Refusal(Refused::usage, "--arch is x86_64 or arm64, not '" + arch + "'");
  deployment.strategy =
      request.strategy ? *request.strategy : defaults->strategy.value_or(Strategy::standard);
  if (request.ttl_ms && *request.ttl_ms <= 0)
    throw Refusal(Refused::usage, "--ttl must be more than zero");
  deployment.ttl_ms = request.ttl_ms.value_or(0);
  constexpr std::size_t longest_key = 200;
  if (request.idempotency_key.size() > longest_key || !is_plain_line(request.idempotency_key))
    throw Refusal(Refused::usage, "--idempotency-key is at most 200 bytes on one line");
  if (!request.requested_by.empty() && !is_person(request.requested_by))
    throw Refusal(Refused::usage, "'" + one_line(request.requested_by, 40) +
                                      "' cannot name who asks: at most 128 bytes on one line, "
                                      "without a blank at either end");
  deployment.idempotency_key = request.idempotency_key;
  deployment.requested_by = request.requested_by;
  deployment.project = request.project;
  deployment.created_unix_ms = deployment.updated_unix_ms = parts.clock.now().unix_ms;
  deployment.reason_code = "accepted";
  deployment.reason = "Looks for room.";
  return deployment;
}

std::string submit(const EngineParts& parts, const DeployRequest& request, std::int64_t uid) {
  const Caller by{request.requested_by, uid};
  DeploymentRecord deployment = resolve(parts, request);
  write_for(parts, [&](LedgerTransaction& tx) {
    if (!deployment.idempotency_key.empty())
      if (const auto earlier =
              tx.deployment_by_key(deployment.organization, deployment.idempotency_key)) {
        if (!same_request(*earlier, deployment))
          throw Refusal(Refused::usage, "the idempotency key '" + deployment.idempotency_key +
                                            "' belongs to deployment " + earlier->id +
                                            ", which asked for something else");
        deployment.id = earlier->id;
        return;
      }
    require(parts, tx, Act::redeploy, {deployment.organization, deployment.application}, by);
    deployment.id = parts.entropy.id();
    tx.save(deployment);
    tx.schedule(TaskKind::deployment, deployment.id, parts.clock.now());
    tell(parts, tx, "deployment.accepted", deployment,
         deployment.application + " needs " + cores_text(deployment.requirements.room.millicores) +
             (deployment.requirements.room.millicores == 1000 ? " core, " : " cores, ") +
             gigabytes_text(deployment.requirements.room.memory_mib) + " GB memory, " +
             gigabytes_text(deployment.requirements.room.disk_mib) + " GB disk.",
         signed_by(by));
  });
  return deployment.id;
}

void approve(const EngineParts& parts, std::string_view deployment_id, const Caller& by) {
  write_for(parts, [&](LedgerTransaction& tx) {
    DeploymentRecord deployment = deployment_of(tx, deployment_id);
    require(parts, tx, Act::approve, about(deployment), by);
    if (deployment.status != DeploymentStatus::awaiting_approval)
      throw Refusal(Refused::not_allowed, "deployment " + deployment.id +
                                              " does not wait for an approval; it is " +
                                              std::string(to_word(deployment.status)));
    const Moment now = parts.clock.now();
    deployment.status = DeploymentStatus::placing;  // the pipeline decides again, knowing of this
    deployment.approved_by = by.name;
    deployment.approved_unix_ms = now.unix_ms;
    deployment.approved_limit = deployment.estimate;
    deployment.approval_deadline.reset();
    deployment.reason_code = "approved";
    deployment.reason = "Approved by " + by.name + ".";
    deployment.updated_unix_ms = now.unix_ms;
    tx.save(deployment);
    extend_record(parts, tx, tx.audit_record(deployment.audit_id), [&](AuditRecord& record) {
      record.approved_by = by.name;
      record.approved_unix_ms = now.unix_ms;
    });
    tell(parts, tx, "approval.given", deployment, deployment.reason,
         signed_by(by, {{"approved_by", by.name}}),
         admins_of(parts, deployment.organization));
    tx.schedule(TaskKind::deployment, deployment.id, now, true);
  });
}

void cancel(const EngineParts& parts, std::string_view deployment_id, const Caller& by) {
  write_for(parts, [&](LedgerTransaction& tx) {
    DeploymentRecord deployment = deployment_of(tx, deployment_id);
    require(parts, tx, Act::cancel, about(deployment), by);
    if (is_final(deployment.status))
      throw Refusal(Refused::not_allowed, "deployment " + deployment.id + " has ended: it is " +
                                              std::string(to_word(deployment.status)));
    const auto task = tx.task(TaskKind::deployment, deployment.id);
    const bool in_flight = task && !task->owner.empty();
    if (in_flight || deployment.command_pid != 0) {
      deployment.cancel_requested_by = by.name;
      tx.save(deployment);
      tell(parts, tx, "deployment.cancelling", deployment, by.name + " cancels it.",
           signed_by(by));
      tx.schedule(TaskKind::deployment, deployment.id, parts.clock.now(), true);
      return;
    }
    finish(parts, tx, deployment, DeploymentStatus::cancelled, "cancelled",
           "Cancelled by " + by.name + ".", signed_by(by));
  });
}

void retry(const EngineParts& parts, std::string_view deployment_id, const Caller& by) {
  write_for(parts, [&](LedgerTransaction& tx) {
    DeploymentRecord deployment = deployment_of(tx, deployment_id);
    require(parts, tx, Act::retry, about(deployment), by);
    if (!is_final(deployment.status) || deployment.status == DeploymentStatus::succeeded)
      throw Refusal(Refused::not_allowed,
                    "only a deployment that ended without success can be "
                    "tried again; " +
                        deployment.id + " is " + std::string(to_word(deployment.status)));
    const Moment now = parts.clock.now();
    deployment.status = DeploymentStatus::placing;
    deployment.tries = 0;
    deployment.excluded_offers.clear();
    deployment.refusals_json = "[]";
    deployment.last_refusal.clear();
    deployment.first_estimate = {};
    waits_no_more(deployment);
    deployment.provisioning_deadline.reset();
    deployment.approved_by.clear();
    deployment.audit_id.clear();
    deployment.server_id.clear();
    deployment.finished_unix_ms = 0;
    deployment.estimate = {};
    deployment.command_exit = -1;
    deployment.command_tail.clear();
    deployment.reason_code = "retried";
    deployment.reason = "Tried again by " + by.name + ".";
    deployment.updated_unix_ms = now.unix_ms;
    tx.save(deployment);
    tell(parts, tx, "deployment.retried", deployment, deployment.reason, signed_by(by));
    tx.schedule(TaskKind::deployment, deployment.id, now);
  });
}

std::vector<AskedRelease> release(const EngineParts& parts, std::string_view organization,
                                  std::string_view application, const Caller& by, bool confirmed,
                                  Force force) {
  std::vector<AskedRelease> asked;
  write_for(parts, [&](LedgerTransaction& tx) {
    asked.clear();
    const auto holds = tx.holds_of(organization, application);
    if (holds.empty()) organization_of(parts, organization);
    if (holds.empty())
      throw Refusal(Refused::not_found, "'" + std::string(application) + "' of " +
                                            std::string(organization) + " holds no room");
    require(parts, tx, Act::release,
            {std::string(organization), std::string(application), holds.front().deployment_id},
            by);
    want_confirmation(parts, std::string(organization), confirmed);
    for (const HoldRecord& hold : holds)
      if (!hold.active)
        throw Refusal(Refused::not_allowed,
                      "deployment " + hold.deployment_id + " of '" + std::string(application) +
                          "' is under way; `berth cancel " + hold.deployment_id + "` first");
    for (const HoldRecord& hold : holds) {
      const ReleaseReason reason{"released", hold.application + " gave its room back.", by};
      Released released;
      if (force == Force::yes)
        released = force_release(parts, tx, hold, reason);
      else if (hold.releasing.empty())
        released = begin_release(parts, tx, hold, reason);
      else
        released = hurry_release(parts, tx, hold, by);
      asked.push_back({hold, released});
    }
  });
  return asked;
}

std::string add_server(const EngineParts& parts, Server server, const Caller& by) {
  organization_of(parts, server.organization);
  if (!is_name(server.name))
    throw Refusal(Refused::usage, "'" + server.name +
                                      "' cannot name a server: 1 to 40 of a-z, 0-9 and '-', "
                                      "beginning with a letter");
  if (server.capacity.millicores <= 0 || server.capacity.memory_mib <= 0 ||
      server.capacity.disk_mib <= 0)
    throw Refusal(Refused::usage, "a server needs cores, memory and disk of more than zero");
  if (server.public_ipv4.empty()) throw Refusal(Refused::usage, "a server needs an address (--ip)");
  constexpr std::size_t shown = 60;  // of what cannot be used
  if (!is_address(server.public_ipv4))
    throw Refusal(Refused::usage, "'" + one_line(server.public_ipv4, shown) +
                                      "' is no address (--ip): an IPv4 address or a host name, "
                                      "as in 203.0.113.7");
  if (!is_user_name(server.ssh_user))
    throw Refusal(Refused::usage, "'" + one_line(server.ssh_user, shown) +
                                      "' is no user's name (--ssh-user): 1 to 32 of a-z, 0-9, '_' "
                                      "and '-', not beginning with '-'");
  if (!server.host_key.empty() && !is_host_key(server.host_key)) refuse_host_key(server.host_key);
  if (server.arch != "x86_64" && server.arch != "arm64")
    throw Refusal(Refused::usage, "--arch is x86_64 or arm64, not '" +
                                      one_line(server.arch, shown) + "'");
  write_for(parts, [&](LedgerTransaction& tx) {
    require(parts, tx, Act::add_server, about(server), by);
    for (const Server& other : tx.servers(server.organization))
      if (other.name == server.name)
        throw Refusal(Refused::usage, "there is a server '" + server.name + "' already");
    const Moment now = parts.clock.now();
    server.id = parts.entropy.id();
    server.status = ServerStatus::ready;
    server.provider = "manual";
    server.created_unix_ms = server.ready_unix_ms = now.unix_ms;
    tx.save(server);
    tell(parts, tx, "server.added", server.organization, "",
         "Server " + server.name + " joined the fleet.",
         signed_by(by, {{"server_id", server.id}, {"server_name", server.name}}));
  });
  return server.id;
}

std::string buy_server(const EngineParts& parts, std::string_view organization,
                       std::string_view offer_name, const Caller& by) {
  const OrganizationSettings& settings = organization_of(parts, organization);
  on_record(parts, [&] {
    parts.ledger.read([&](const LedgerView& now) {
      require(parts, now, Act::buy_server, {settings.id}, by);
    });
  });
  const auto refuse_by_config = [&parts] {
    if (const std::string why = parts.configuration.problem(); !why.empty())
      throw Refusal(Refused::not_allowed,
                    "the config was changed and cannot be used: nothing is bought until it is "
                    "mended (`berth config check`). " + why);
  };
  refuse_by_config();
  const auto view = parts.catalogue.peek(parts.accounts.of(organization));
  if (!view) throw Refusal(Refused::not_allowed, "the catalogues could not be read");
  std::vector<const AccountOffer*> matches;
  for (const AccountOffer& offer : view->offers)
    if (offer.key() == offer_name) matches = {&offer};
  if (matches.empty())
    throw Refusal(Refused::not_found, "no account of " + settings.id + " offers '" +
                                          std::string(offer_name) + "'; `berth offers --org " +
                                          settings.id + "` lists the names");
  const AccountOffer offer = *matches.front();
  std::string server_id;
  write_for(parts, [&](LedgerTransaction& tx) {
    parts.accounts.refresh(tx);
    const AccountPointer account = parts.accounts.find(offer.account);
    if (account == nullptr || !account->active || !account->set_aside.empty())
      throw Refusal(Refused::not_allowed, "account " + offer.account + " is not used any more" +
                                              (account == nullptr || account->set_aside.empty()
                                                   ? std::string()
                                                   : ": " + account->set_aside));
    refuse_by_config();
    require(parts, tx, Act::buy_server, {settings.id}, by);  // by the config of just now
    const Decision decision = decide_purchase(parts, tx, settings.id, offer, by.name);
    if (decision.outcome.kind != VerdictKind::proceed)
      throw Refusal(Refused::not_allowed,
                    decision.dropped.empty()
                        ? decision.outcome.sentence
                        : "'" + std::string(offer_name) +
                              "' cannot be bought just now: " + decision.dropped.front().sentence);
    const std::vector<RankedOffer>& ranked = decision.ranked;
    const Server server = begin_attempt(parts, tx, settings.id, "", "", ranked);
    AuditRecord record;
    record.record_id = server.attempt_id;
    record.at_unix_ms = record.started_unix_ms = parts.clock.now().unix_ms;
    record.organization = settings.id;
    record.attempt_id = server.attempt_id;
    record.server_id = server.id;
    record.trigger = "manual";
    record.status = "provisioning";
    record.required = server.capacity;
    record.offer_json = codec::encode(ranked.front().offer.offer);
    record.estimated_monthly = ranked.front().monthly_compared;
    record.approved_by = by.name;
    record.approved_unix_ms = record.at_unix_ms;
    tx.append(record);
    tell(parts, tx, "provisioning.started", settings.id, "",
         by.name + " buys " + offer_text(ranked.front()) + " for " +
             monthly_text(ranked.front().monthly_compared) + ".",
         signed_by(by, {{"server_id", server.id}, {"server_name", server.name}}));
    server_id = server.id;
  });
  return server_id;
}

void drain_server(const EngineParts& parts, std::string_view name, bool drain,
                  const Caller& by, bool confirmed) {
  write_for(parts, [&](LedgerTransaction& tx) {
    Server server = server_of(tx, name);
    require(parts, tx, drain ? Act::drain_server : Act::undrain_server, about(server), by);
    want_confirmation(parts, server.organization, confirmed);
    const ServerStatus from = drain ? ServerStatus::ready : ServerStatus::draining;
    const ServerStatus to = drain ? ServerStatus::draining : ServerStatus::ready;
    if (server.status == to) return;
    if (server.status != from)
      throw Refusal(Refused::not_allowed,
                    "server " + server.name + " is " + std::string(to_word(server.status)));
    server.status = to;
    tx.save(server);
    tell(parts, tx, drain ? "server.draining" : "server.undrained", server.organization, "",
         by.name + (drain ? " drains server " : " lets deployments onto server ") + server.name +
             (drain ? ": it takes no new deployments." : " again."),
         signed_by(by, {{"server_id", server.id}, {"server_name", server.name}}));
    if (!server.auto_provisioned) return;
    if (!drain) return tx.remove_drain(server.id);
    tx.save(DrainRecord{server.id, parts.clock.now(), "drained", "Drained by " + by.name});
    tx.schedule(TaskKind::scale_down, server.organization, parts.clock.now(), true);
  });
}

void trust_host_key(const EngineParts& parts, std::string_view name, const std::string& host_key,
                    const Caller& by) {
  if (!is_host_key(host_key)) refuse_host_key(host_key);
  const std::string fingerprint = parts.shell.fingerprint(host_key);
  write_for(parts, [&](LedgerTransaction& tx) {
    Server server = server_of(tx, name);
    require(parts, tx, Act::trust_host_key, about(server), by);
    if (same_host_key(server.host_key, host_key)) return;
    server.host_key = host_key;
    tx.save(server);
    tell(parts, tx, "server.host_key_trusted", server.organization, "",
         by.name + " trusts the host key " + fingerprint + " of server " + server.name + ".",
         signed_by(by, {{"server_id", server.id},
                        {"server_name", server.name},
                        {"fingerprint", fingerprint}}),
         admins_of(parts, server.organization));
    // What failed for want of it need not wait for its next turn.
    for (const HoldRecord& hold : tx.holds_on(server.id))
      if (!hold.releasing.empty()) hurry_release(parts, tx, hold, {});
  });
}

std::string remove_server(const EngineParts& parts, std::string_view name, const Removal& how,
                          const Caller& by) {
  std::string left_to_do;
  write_for(parts, [&](LedgerTransaction& tx) {
    left_to_do.clear();
    Server server = server_of(tx, name);
    require(parts, tx, Act::remove_server, about(server), by);
    want_confirmation(parts, server.organization, how.confirmed);
    auto attempt = tx.attempt(server.attempt_id);
    const bool out_of_reach = attempt && attempt->status != AttemptStatus::gone &&
                              account_left(parts.settings(), tx, attempt->account);
    if (attempt && is_on_its_way(*attempt) && !out_of_reach && !how.forget) {
      if (const std::string who = who_waits(tx, *attempt); !how.force && !who.empty())
        throw Refusal(Refused::not_allowed, "server " + server.name + " is still booting: " + who +
                                                "; --force takes it back all the same");
      take_back(parts, tx, *attempt, by);
      return;
    }
    const auto holds = tx.holds_on(server.id);
    for (const HoldRecord& hold : holds) {
      if (!hold.active)
        throw Refusal(Refused::not_allowed, "deployment " + hold.deployment_id +
                                                " is under way on server " + server.name +
                                                "; `berth cancel` it first");
      if (!how.force)
        throw Refusal(Refused::not_allowed, "application '" + hold.application +
                                                "' holds room on server " + server.name +
                                                "; `berth release` it, or use --force");
    }
    if (out_of_reach && !how.forget)
      throw Refusal(Refused::not_allowed, way_out(parts.settings(), attempt->account, server.name,
                                                  attempt->vendor_id));
    if (how.forget && !out_of_reach)
      throw Refusal(Refused::usage,
                    "--forget is for a server whose account is not known any more; " + server.name +
                        " can be removed without it");
    for (const HoldRecord& hold : holds) {
      tx.remove_hold(hold.id);
      tx.settle(TaskKind::expiry, hold.id, std::nullopt);
    }
    if (out_of_reach) {
      left_to_do = forget_server(parts, tx, *attempt, server, by.name);
      return;
    }
    if (attempt) {
      if (attempt->status == AttemptStatus::ready) {
        tell(parts, tx, "server.removing", server.organization, "",
             by.name + " removes server " + server.name + "; it is destroyed.",
             signed_by(by, {{"server_id", server.id}, {"server_name", server.name}}));
        give_up(parts, tx, *attempt, "removed", "Removed by " + by.name + ".", false);
        return;
      }
      throw Refusal(Refused::not_allowed, "server " + server.name + " is " +
                                              std::string(to_word(server.status)) + " already");
    }
    server.status = ServerStatus::gone;
    tx.save(server);
    tell(parts, tx, "server.removed", server.organization, "",
         "Server " + server.name + " left the fleet.",
         signed_by(by, {{"server_id", server.id}, {"server_name", server.name}}));
  });
  return left_to_do;
}

void report_server(const EngineParts& parts, std::string_view name, const ServerNews& news,
                   const Caller& by) {
  write_for(parts, [&](LedgerTransaction& tx) {
    Server server = server_of(tx, name);
    require(parts, tx, Act::report_server, about(server), by);
    if (news.reachable) server.reachable = *news.reachable;
    if (news.enabled) server.enabled = *news.enabled;
    tx.save_report(server.id, news.other_use, news.network_percent, news.load_percent,
                   parts.clock.now().unix_ms);
    if (!news.reachable && !news.enabled) return;  // a monitor's figures, every minute: no event
    tx.save(server);
    std::string what;
    if (news.enabled) what = *news.enabled ? "enabled" : "disabled";
    if (news.reachable)
      what += (what.empty() ? "" : " and ") +
              std::string(*news.reachable ? "reachable" : "not reachable");
    tell(parts, tx, "server.reported", server.organization, "",
         by.name + " says that server " + server.name + " is " + what + ".",
         signed_by(by, {{"server_id", server.id}, {"server_name", server.name}}));
  });
}

}  // namespace berth
