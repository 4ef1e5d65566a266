#include "engine/readiness.hpp"

#include <algorithm>

#include "engine/attempt.hpp"
#include "engine/boots.hpp"
#include "engine/finish.hpp"
#include "engine/host_key.hpp"
#include "engine/ready_check.hpp"
#include "engine/record.hpp"
#include "engine/tell.hpp"
#include "request/plain_text.hpp"

namespace berth {
namespace {

constexpr std::int64_t probe_timeout_ms = 2000;
constexpr std::int64_t login_timeout_ms = 30'000;
constexpr std::int64_t most_between_checks_ms = 2000;

bool logs_in(const ProvisioningSettings& rules) {
  return rules.ready == ReadyWhen::marker || rules.ready == ReadyWhen::command || rules.docker;
}

ReadyRules rules_for(const ProvisioningSettings& settings, const AttemptRecord& attempt) {
  ReadyRules rules;
  if (settings.ready == ReadyWhen::marker) rules.marker = attempt.id;
  if (settings.ready == ReadyWhen::command) rules.command = settings.ready_command;
  rules.docker = settings.docker;
  return rules;
}

void tell_waiting(const EngineParts& parts, LedgerTransaction& tx, const AttemptRecord& attempt,
                  const std::string& sentence) {
  for (const DeploymentRecord& waiting : tx.waiting_for(attempt.id))
    tell(parts, tx, "provisioning.progress", waiting, sentence,
         {{"phase", attempt.phase}, {"attempt_id", attempt.id}});
}

/// The server joins the fleet, and who waited for it goes on.
void join(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
          std::optional<Server> server, const std::string& host_key) {
  const Moment now = parts.clock.now();
  attempt.status = AttemptStatus::ready;
  attempt.phase = "ready";
  attempt.failure.clear();
  attempt.ended_unix_ms = now.unix_ms;
  tx.save(attempt);
  remember_boot(parts, attempt);
  if (!server) return;
  server->status = ServerStatus::ready;
  if (server->host_key.empty()) server->host_key = host_key;
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
        {"ip", server->public_ipv4},
        {"ssh_user", server->ssh_user},
        {"ssh_port", std::to_string(server->ssh_port)}},
       admins_of(parts, attempt.organization));
  for (const DeploymentRecord& waiting : tx.waiting_for(attempt.id))
    tx.schedule(TaskKind::deployment, waiting.id, now, true);
  tx.settle(TaskKind::attempt, attempt.id, std::nullopt);
}

/// Another key than the one that its user-data gives it is the reason, or what ssh says.
std::string why_no_login(const EngineParts& parts, const Server& server, const std::string& said) {
  const HostKeyLook look = look_at_host_key(parts, server);
  return look.changed.empty() ? said : "its host key is another one. " + look.changed;
}

/// What one check found.
struct Checked {
  std::string unreachable;            // "": its port answers
  std::optional<ShellAnswer> answer;  // of the ready script; empty: not asked
};

void conclude(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
              const Server& server, const Checked& checked) {
  const Moment now = parts.clock.now();
  const ProvisioningSettings& settings = parts.settings().provisioning;
  const auto wait = [&](std::string why) {
    attempt.failure = parts.clouds.redacted(std::move(why));
    tx.save(attempt);
    const std::int64_t pause = std::min(settings.look_interval_ms, most_between_checks_ms);
    const Moment next = now.after(pause), deadline = stage_deadline(attempt);
    tx.settle(TaskKind::attempt, attempt.id, deadline.passed(next) ? deadline : next);
  };
  if (!checked.unreachable.empty()) return wait("Not reachable: " + checked.unreachable + ".");
  if (attempt.phase == "running") {
    attempt.phase = "reachable";
    attempt.stage_deadline.reset();  // what is left of ready_timeout is for the last stage
    if (logs_in(settings))
      tell_waiting(parts, tx, attempt, "It answers at " + server.public_ipv4 + ":" +
                                           std::to_string(server.ssh_port) + ".");
  }
  if (!checked.answer) return join(parts, tx, attempt, tx.server(attempt.server_id), "");
  if (!checked.answer->logged_in)
    return wait("Cannot log in as " + server.ssh_user + ": " + checked.answer->problem + ".");
  const Readiness readiness = readiness_of(rules_for(settings, attempt), server.capacity,
                                           checked.answer->output_tail);
  if (readiness.ready)
    return join(parts, tx, attempt, tx.server(attempt.server_id), checked.answer->host_key);
  if (!readiness.hopeless) return wait(readiness.why);
  give_up(parts, tx, attempt, "not_as_offered",
          "Server " + attempt.vendor_id + " at " + attempt.account + ": " + readiness.why, true);
}

}  // namespace

bool runs(const CloudServer& server) {
  return server.state == ServerState::running && !server.public_ipv4.empty();
}

void runs_now(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
              const CloudServer& server) {
  if (attempt.phase != "accepted" || !runs(server)) return;
  const ProvisioningSettings& settings = parts.settings().provisioning;
  const Moment now = parts.clock.now();
  attempt.phase = "running";
  attempt.failure.clear();
  attempt.stage_deadline = now.after(settings.reachable_timeout_ms);
  std::optional<Server> row = tx.server(attempt.server_id);
  if (row) {
    row->vendor_id = attempt.vendor_id;
    row->public_ipv4 = server.public_ipv4;
    row->private_ipv4 = server.private_ipv4;
    if (!server.zone.empty()) row->zone = server.zone;
  }
  if (settings.ready == ReadyWhen::running) return join(parts, tx, attempt, row, "");
  if (row) tx.save(*row);
  tx.save(attempt);
  tell_waiting(parts, tx, attempt, "It runs at " + server.public_ipv4 + ".");
  tx.schedule(TaskKind::attempt, attempt.id, now, true);
}

Work check_readiness(const EngineParts& parts, const LedgerView& view,
                     const AttemptRecord& attempt) {
  const Server server = view.server(attempt.server_id).value_or(Server{});
  std::string script;
  if (logs_in(parts.settings().provisioning))
    script = ready_script(rules_for(parts.settings().provisioning, attempt));
  // No key is held to be known before cloud-init, which may make new ones, has ended: unless the
  // account's user-data brings one.
  return [&parts, id = attempt.id, server, script = std::move(script),
          login = login_to(parts, server)]() -> Apply {
    Checked checked;
    checked.unreachable = parts.probe.reach(login.address, login.port, probe_timeout_ms);
    if (checked.unreachable.empty() && !script.empty())
      checked.answer = parts.shell.run(login, script, login_timeout_ms,
                                       [&parts] { return parts.stopping.load(); });
    if (checked.answer) {  // banners and boot logs: the server's words
      if (!checked.answer->logged_in && !login.host_key.empty())
        checked.answer->problem = why_no_login(parts, server, checked.answer->problem);
      checked.answer->problem = plain_line(checked.answer->problem);
      checked.answer->output_tail = plain_lines(checked.answer->output_tail);
    }
    return [&parts, id, server, checked](LedgerTransaction& tx) {
      std::optional<AttemptRecord> now = tx.attempt(id);
      // Given up meanwhile: whoever did that has seen to its task.
      if (!now || now->status != AttemptStatus::booting) return;
      conclude(parts, tx, *now, server, checked);
    };
  };
}

Moment stage_deadline(const AttemptRecord& attempt) {
  const Moment whole = attempt.ready_deadline.value_or(Moment{});
  if (!attempt.stage_deadline) return whole;
  return whole.passed(*attempt.stage_deadline) ? whole : *attempt.stage_deadline;
}

std::string missed_stage(const EngineParts& parts, const AttemptRecord& attempt) {
  const ProvisioningSettings& settings = parts.settings().provisioning;
  const auto within = [&](const char* what, std::int64_t stage_ms) {
    return std::string(what) + " within " +
           std::to_string(std::min(stage_ms, settings.ready_timeout_ms) / 1000) + " s";
  };
  if (attempt.phase == "accepted") return within("did not run", settings.running_timeout_ms);
  if (attempt.phase == "running") return within("was not reachable", settings.reachable_timeout_ms);
  return within("was not ready", settings.ready_timeout_ms);
}

}  // namespace berth
