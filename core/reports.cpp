#include "reports.hpp"

#include <algorithm>

#include "engine/attempt.hpp"
#include "engine/hindrance.hpp"
#include "engine/reconcile.hpp"
#include "plan_reader.hpp"

namespace berth {
namespace {

/// The fullest dimension, in percent.
int fullest(const Server& server) {
  const auto share = [](std::int64_t used, std::int64_t capacity) {
    return capacity > 0 ? static_cast<int>(used * 100 / capacity) : 100;
  };
  return std::max({share(server.used.millicores, server.capacity.millicores),
                   share(server.used.memory_mib, server.capacity.memory_mib),
                   share(server.used.disk_mib, server.capacity.disk_mib),
                   server.load_percent.value_or(0)});
}

std::string worst_of(const std::vector<ReleasedRoom>& rooms) {
  for (const char* status : {"release_failed", "releasing"})
    for (const ReleasedRoom& room : rooms)
      if (room.status == status) return status;
  return "released";
}

}  // namespace

ServerReport report_of(const LedgerView& view, const Server& server,
                       const PlacementRules& rules) {
  ServerReport report;
  report.id = server.id;
  report.name = server.name;
  report.organization = server.organization;
  report.status = to_word(server.status);
  report.account = server.account;
  report.provider = server.provider;
  report.region = server.region;
  report.zone = server.zone;
  report.instance_type = server.instance_type;
  report.arch = server.arch;
  report.vendor_id = server.vendor_id;
  report.ip = server.public_ipv4;
  report.private_ip = server.private_ipv4;
  report.ssh_user = server.ssh_user;
  report.ssh_port = server.ssh_port;
  report.host_key = server.host_key;
  report.enabled = server.enabled;
  report.reachable = server.reachable;
  report.auto_provisioned = server.auto_provisioned;
  report.capacity = server.capacity;
  report.used = server.used;
  const int full = fullest(server);
  report.level = full >= rules.critical_percent ? "critical"
                 : full >= rules.warning_percent ? "warning"
                                                 : "ok";
  report.monthly = {server.monthly_nanos, server.currency};
  report.created_unix_ms = server.created_unix_ms;
  report.ready_unix_ms = server.ready_unix_ms;
  if (const auto attempt = view.attempt(server.attempt_id)) {
    if (server.status == ServerStatus::destroying) report.reason = why_it_goes(*attempt);
    if (server.status == ServerStatus::stopped || is_lost(*attempt))
      report.reason = attempt->failure;
  }
  for (const HoldRecord& hold : view.holds_on(server.id)) {
    if (!hold.releasing.empty()) report.releasing.push_back(hold.application);
    if (std::find(report.applications.begin(), report.applications.end(), hold.application) ==
        report.applications.end())
      report.applications.push_back(hold.application);
  }
  return report;
}

DeploymentReport report_of(const LedgerView& view, const DeploymentRecord& deployment,
                           const PlacementRules& rules) {
  DeploymentReport report;
  report.id = deployment.id;
  report.organization = deployment.organization;
  report.application = deployment.application;
  report.status = to_word(deployment.status);
  report.final = is_final(deployment.status);
  report.reason_code = deployment.reason_code;
  report.reason = deployment.reason;
  report.requirements = deployment.requirements;
  report.strategy = to_word(deployment.strategy);
  report.requested_by = deployment.requested_by;
  report.approved_by = deployment.approved_by;
  if (const auto server = view.server(deployment.server_id))
    report.server = report_of(view, *server, rules);
  report.estimate = deployment.estimate;
  std::string bought_by = deployment.attempt_id;
  if (const auto server = view.server(deployment.server_id)) bought_by = server->attempt_id;
  if (const auto attempt = view.attempt(bought_by)) report.config = attempt->config;
  if (!deployment.waits_code.empty())
    report.waits_for = {deployment.waits_code, deployment.waits_sentence,
                        deployment.waits_since_unix_ms,
                        deployment.waits_until ? deployment.waits_until->unix_ms : 0};
  if (deployment.status == DeploymentStatus::provisioning)
    if (const auto attempt = view.attempt(deployment.attempt_id))
      if (std::string why = hindrance_of(*attempt); !why.empty()) {
        if (report.reason.find(why) == std::string::npos) report.reason += " " + why;
        report.waits_for = {attempt->failure_code, std::move(why), deployment.updated_unix_ms,
                            deployment.provisioning_deadline
                                ? deployment.provisioning_deadline->unix_ms
                                : 0};
      }
  const std::string decision = view.decision_json(deployment.id);
  if (!decision.empty()) report.plan = read_plan(decision);
  report.command_output = deployment.command_tail;
  report.created_unix_ms = deployment.created_unix_ms;
  report.updated_unix_ms = deployment.updated_unix_ms;
  report.finished_unix_ms = deployment.finished_unix_ms;
  for (const HoldRecord& hold : view.holds_of_deployment(deployment.id))
    if (!hold.releasing.empty())
      report.releasing = {hold.releasing, hold.release_problem, hold.releasing_since_unix_ms,
                          hold.release_tries};
  return report;
}

ReleaseReport report_of_release(const LedgerView& view, const std::vector<AskedRelease>& asked) {
  ReleaseReport report;
  for (const AskedRelease& one : asked) {
    ReleasedRoom room;
    room.hold_id = one.hold.id;
    room.deployment_id = one.hold.deployment_id;
    room.server_id = one.hold.server_id;
    if (const auto server = view.server(one.hold.server_id)) {
      room.server = server->name;
      room.ip = server->public_ipv4;
    }
    room.tries = one.hold.release_tries;
    room.status = one.released.given_back ? "released" : "releasing";
    room.sentence = one.released.sentence;
    room.still_runs = one.released.still_runs;
    report.rooms.push_back(std::move(room));
  }
  report.status = worst_of(report.rooms);
  return report;
}

void bring_up_to_date(const LedgerView& view, std::int64_t after_seq, ReleaseReport& report) {
  for (ReleasedRoom& room : report.rooms) {
    if (room.status != "releasing") continue;
    const auto hold = view.hold(room.hold_id);
    if (!hold) {
      room.status = "released";
      for (const EventRecord& event : view.events(room.deployment_id, after_seq))
        if (event.type == "application.released") room.sentence = event.message;
    } else if (hold->release_tries > room.tries) {
      room.status = "release_failed";
      room.sentence = hold->release_problem;
      room.command_exit = hold->command_exit;
      room.command_output = hold->command_tail;
    }
  }
  report.status = worst_of(report.rooms);
}

EventReport report_of(const EventRecord& event) {
  return {event.seq,          event.at_unix_ms,    event.event_id, event.type,
          event.organization, event.deployment_id, event.message,  event.fields_json};
}

AuditReport report_of(const LedgerView& view, const AuditRecord& audit) {
  AuditReport report;
  if (const auto attempt = view.attempt(audit.attempt_id)) report.config = attempt->config;
  report.record_id = audit.record_id;
  report.organization = audit.organization;
  report.application = audit.application;
  report.deployment_id = audit.deployment_id;
  report.server_id = audit.server_id;
  report.attempt_id = audit.attempt_id;
  report.vendor_id = audit.vendor_id;
  report.trigger = audit.trigger;
  report.status = audit.status;
  report.offer_json = audit.offer_json;
  report.approved_by = audit.approved_by;
  report.failure_code = audit.failure_code;
  report.failure_reason = audit.failure_reason;
  report.note = audit.note;
  report.required = audit.required;
  report.estimated_monthly = audit.estimated_monthly;
  report.at_unix_ms = audit.at_unix_ms;
  report.approved_unix_ms = audit.approved_unix_ms;
  report.started_unix_ms = audit.started_unix_ms;
  report.completed_unix_ms = audit.completed_unix_ms;
  if (audit.completed_unix_ms != 0)
    report.duration_ms = audit.completed_unix_ms - audit.started_unix_ms;
  return report;
}

}  // namespace berth
