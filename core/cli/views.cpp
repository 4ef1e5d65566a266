#include "cli/views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "cli/progress.hpp"
#include "cli/table.hpp"
#include "cli/utf8.hpp"
#include "cli/wording.hpp"
#include "request/names.hpp"
#include "request/request.hpp"

namespace berth::cli {
namespace {

constexpr std::size_t offers_shown = 25;

/// "1.5/4": what is used of what is there.
std::string share(std::string used, std::string capacity) {
  return std::move(used) + "/" + std::move(capacity);
}

std::string where(const ServerReport& server) {
  std::string text = server.provider;
  for (const std::string& part : {server.region, server.instance_type})
    if (!part.empty()) text += (text.empty() ? "" : " ") + part;
  return text;
}

std::string ssh_command(const ServerReport& server) {
  if (server.ip.empty()) return {};
  std::string command = "ssh ";
  if (server.ssh_port != 22) command += fmt::format("-p {} ", server.ssh_port);
  // It is there to be pasted, and an older ledger may hold anything.
  if (server.ssh_user.starts_with('-')) command += "-- ";  // no option
  return command + shell_word(server.ssh_user + "@" + server.ip);
}

Tone tone_of_level(std::string_view level) {
  return level == "critical" ? Tone::bad : level == "warning" ? Tone::warning : Tone::plain;
}

std::string state_of(const ServerReport& server) {
  std::string state = server.status;
  if (!server.enabled) state += ", disabled";
  if (!server.reachable) state += ", unreachable";
  return state;
}

/// "web", or "web (releasing)" while its room is being given back.
std::vector<std::string> applications_of(const ServerReport& server) {
  std::vector<std::string> names = server.applications;
  for (std::string& name : names)
    if (std::find(server.releasing.begin(), server.releasing.end(), name) != server.releasing.end())
      name += " (releasing)";
  return names;
}

/// What a person does next; "" where nothing is to be done.
std::string next_step(const DeploymentReport& deployment) {
  const std::string& id = deployment.id;
  const std::string& status = deployment.status;
  if (deployment.reason.find("`berth retry") != std::string::npos) return {};  // it says so itself
  if (status == "awaiting_approval")
    return fmt::format("An admin of {0} says `berth approve {1}` or `berth cancel {1}`.",
                       deployment.organization, id);
  if (status == "insufficient_capacity" || status == "provisioning_failed")
    return fmt::format(
        "Add a server (`berth servers add`) or buy one (`berth offers`, `berth servers buy OFFER "
        "--org {}`), then `berth retry {}`.",
        deployment.organization, id);
  if (status == "deploy_failed")
    return fmt::format("The server stays. When the command is mended: `berth retry {}`.", id);
  if (status == "denied" || status == "timed_out")
    return fmt::format("`berth plan --org {} --app {}` shows every reason; then `berth retry {}`.",
                       deployment.organization, deployment.application, id);
  if (status == "error" && deployment.reason_code == "account_unusable")
    return fmt::format("When it is mended: `berth retry {}`.", id);
  if (status == "error")
    return fmt::format("Please report this as a bug, with what `berth status {} --json` says.", id);
  if (!deployment.final)
    return fmt::format("`berth run` carries it on; `berth status {}` shows how it stands.", id);
  return {};
}

}  // namespace

Tone tone_of_status(std::string_view status) {
  if (status == "succeeded" || status == "ready") return Tone::good;
  if (status == "awaiting_approval" || status == "cancelled" || status == "user_cancelled" ||
      status == "draining" || status == "stopped")
    return Tone::warning;
  if (status == "denied" || status == "insufficient_capacity" || status == "timed_out" ||
      status == "error" || status == "quota_exceeded" || status.ends_with("failed"))
    return Tone::bad;
  return Tone::plain;
}

std::string outcome_text(const Terminal& terminal, const DeploymentReport& deployment) {
  std::string text = terminal.painted(tone_of_status(deployment.status), deployment.status) + " " +
                     printable(deployment.application) + " (" + deployment.id + ")";
  if (!deployment.reason.empty()) text += ": " + printable(deployment.reason);
  text += '\n';
  if (deployment.server && deployment.status == "succeeded") {
    const ServerReport& server = *deployment.server;
    text += printable(fmt::format("  on {}{}{}", server.name,
                                  server.ip.empty() ? "" : ", " + server.ip,
                                  where(server).empty() ? "" : ", " + where(server))) +
            '\n';
    const std::string ssh = ssh_command(server);
    if (!ssh.empty()) text += "  " + printable(ssh) + '\n';
  }
  if (deployment.plan && deployment.status == "awaiting_approval") {
    const std::string estimate = estimate_text(*deployment.plan);
    if (!estimate.empty()) text += "  estimate " + estimate + '\n';
  }
  if (deployment.status == "deploy_failed" && !deployment.command_output.empty())
    text += printable_lines(deployment.command_output) +
            (deployment.command_output.ends_with('\n') ? "" : "\n");
  const std::string next = next_step(deployment);
  if (!next.empty()) text += "  " + printable(next) + '\n';
  return text;
}

std::string deployment_text(const Terminal& terminal, const DeploymentReport& deployment,
                            const std::vector<EventReport>& events) {
  const std::int64_t now = terminal.now_unix_ms();
  Facts facts;
  facts.add("deployment", deployment.id);
  facts.add("application", deployment.application + " of " + deployment.organization);
  facts.add("status", deployment.status, tone_of_status(deployment.status));
  if (!deployment.reason.empty()) {
    const std::string code =
        deployment.reason_code.empty() || deployment.reason_code == deployment.status
            ? ""
            : " (" + deployment.reason_code + ")";
    facts.add(deployment.final ? "reason" : "waits for", deployment.reason + code);
  }
  if (deployment.waits_for && deployment.waits_for->until_unix_ms != 0)
    facts.add("until", local_text(deployment.waits_for->until_unix_ms));
  if (!deployment.final && deployment.updated_unix_ms != 0)
    facts.add("since", fmt::format("{} ({})", local_text(deployment.updated_unix_ms),
                                   duration_text(now - deployment.updated_unix_ms)));
  if (deployment.releasing)
    facts.add("gives back", deployment.releasing->sentence.empty()
                                ? "its room, as soon as its release command has succeeded"
                                : deployment.releasing->sentence,
              deployment.releasing->tries > 0 ? Tone::bad : Tone::warning);
  facts.add("next", next_step(deployment));
  facts.add("asked", room_text(deployment.requirements.room) +
                         (deployment.requirements.arch.empty()
                              ? ""
                              : ", " + deployment.requirements.arch));
  if (deployment.strategy != "standard") facts.add("strategy", deployment.strategy);
  if (deployment.server) {
    const ServerReport& server = *deployment.server;
    facts.add("server", fmt::format("{} ({}), {}", server.name, server.id, state_of(server)));
    facts.add("", where(server));
    facts.add("", ssh_command(server));
  }
  if (deployment.plan) {
    const Plan& plan = *deployment.plan;
    facts.add("plan", plan.action + (plan.code.empty() ? "" : " (" + plan.code + ")"));
    if (plan.sentence != deployment.reason) facts.add("", plan.sentence);
    if (plan.required != deployment.requirements.room)
      facts.add("required", room_text(plan.required));
    facts.add("estimate", estimate_text(plan));
  } else if (!deployment.estimate.currency.empty()) {
    facts.add("estimate", money_text(deployment.estimate) + " a month");
  }
  facts.add("requested by", deployment.requested_by);
  facts.add("approved by", deployment.approved_by);
  facts.add("created", local_text(deployment.created_unix_ms));
  if (deployment.finished_unix_ms != 0)
    facts.add("finished",
              fmt::format("{} (after {})", local_text(deployment.finished_unix_ms),
                          duration_text(deployment.finished_unix_ms - deployment.created_unix_ms)));
  std::string text = facts.drawn(terminal);
  if (!deployment.command_output.empty()) {
    text += '\n' + terminal.painted(Tone::strong, "output of the deploy command (its end)") + '\n' +
            printable_lines(deployment.command_output);
    if (!deployment.command_output.ends_with('\n')) text += '\n';
  }
  if (!events.empty())
    text += '\n' + terminal.painted(Tone::strong, "events") + '\n' + events_text(terminal, events);
  return text;
}

std::string deployments_text(const Terminal& terminal,
                             const std::vector<DeploymentReport>& deployments) {
  Table table({{"DEPLOYMENT"}, {"ORG", false, true}, {"APP", false, true}, {"STATUS"},
               {"SERVER", false, true}, {"CREATED"}, {"REASON", false, true}});
  for (const DeploymentReport& deployment : deployments)
    table.add({{deployment.id},
               {deployment.organization},
               {deployment.application},
               {deployment.status, tone_of_status(deployment.status)},
               {deployment.server ? deployment.server->name : ""},
               {local_text(deployment.created_unix_ms)},
               {deployment.releasing && !deployment.releasing->sentence.empty()
                    ? deployment.releasing->sentence
                    : deployment.reason}});
  return table.drawn(terminal);
}

std::string servers_text(const Terminal& terminal, const std::vector<ServerReport>& servers) {
  Table table({{"SERVER", false, true},
               {"ID"},
               {"ORG", false, true},
               {"STATUS", false, true},
               {"IP"},
               {"CPU", true},
               {"MEMORY GB", true},
               {"DISK GB", true},
               {"LEVEL"},
               {"WHERE", false, true},
               {"A MONTH", true},
               {"APPS", false, true}});
  for (const ServerReport& server : servers) {
    const Tone state = server.enabled && server.reachable ? tone_of_status(server.status)
                                                          : Tone::bad;
    table.add({{server.name},
               {server.id},
               {server.organization},
               {state_of(server), state},
               {server.ip},
               {share(cores_text(server.used.millicores), cores_text(server.capacity.millicores))},
               {share(gigabytes_text(server.used.memory_mib),
                      gigabytes_text(server.capacity.memory_mib))},
               {share(gigabytes_text(server.used.disk_mib),
                      gigabytes_text(server.capacity.disk_mib))},
               {server.level, tone_of_level(server.level)},
               {where(server)},
               {money_text(server.monthly)},
               {joined(applications_of(server))}});
  }
  std::string text = table.drawn(terminal);
  for (const ServerReport& server : servers)
    if (!server.reason.empty()) text += printable(server.name + ": " + server.reason) + '\n';
  return text;
}

std::string offers_text(const Terminal& terminal, const OfferListing& listing, bool all) {
  const std::int64_t now = terminal.now_unix_ms();
  Table table({{"OFFER", false, true}, {"ARCH"}, {"CPU", true}, {"MEMORY", true}, {"DISK", true},
               {"A MONTH", true}, {"COMPARED", true}, {"AVAILABLE"}, {"PRICE READ", true},
               {"NOTE", false, true}});
  std::size_t shown = 0;
  std::size_t left_out = 0;
  for (const OfferReport& offer : listing.offers) {
    const PlanRow& row = offer.row;
    if (!all && (!row.kept || shown == offers_shown)) {
      ++left_out;
      continue;
    }
    ++shown;
    const Tone tone = row.kept ? Tone::plain : Tone::faint;
    table.add({{row.id.empty() ? row.name : row.id, tone},
               {row.arch, tone},
               {cores_text(row.millicores), tone},
               {gigabytes_text(row.memory_mib) + " GB", tone},
               {row.disk_mib == 0 ? "" : gigabytes_text(row.disk_mib) + " GB", tone},
               {money_text(row.monthly), tone},
               {row.monthly == row.monthly_compared ? "" : money_text(row.monthly_compared), tone},
               {offer.availability, tone},
               {offer.as_of_unix_ms == 0 ? "" : duration_text(now - offer.as_of_unix_ms) + " ago",
                tone},
               {row.kept || !row.sentence.empty() ? row.sentence : row.code, tone}});
  }
  std::string text = table.drawn(terminal);
  if (left_out > 0)
    text += terminal.painted(Tone::faint,
                             fmt::format("{} not shown; --all shows them.\n",
                                         counted(left_out, "more offer is", "more offers are")));
  return text;
}

std::string api_calls_text(const Terminal& terminal, const std::vector<ApiCallsReport>& calls) {
  Table table({{"API CALLS OF", false, true}, {"LAST HOUR", true}, {"LAST DAY", true}, {"LIMIT"},
               {"LEFT", true}, {"PAUSED UNTIL"}});
  for (const ApiCallsReport& one : calls) {
    const bool limited = one.limit > 0;
    table.add({{one.account},
               {std::to_string(one.last_hour)},
               {std::to_string(one.last_day)},
               {limited ? fmt::format("{} in {}", one.limit, duration_text(one.limit_per_ms)) : ""},
               {limited ? std::to_string(one.left) : ""},
               {local_text(one.paused_until_unix_ms), Tone::warning}});
  }
  return table.drawn(terminal);
}

std::string audit_text(const Terminal& terminal, const std::vector<AuditReport>& records) {
  Table table({{"RECORD"}, {"WHEN"}, {"ORG", false, true}, {"APP", false, true}, {"STATUS"},
               {"TRIGGER"}, {"A MONTH", true}, {"TOOK", true}, {"APPROVED BY", false, true},
               {"FAILURE", false, true}});
  for (const AuditReport& record : records)
    table.add({{record.record_id},
               {local_text(record.at_unix_ms)},
               {record.organization},
               {record.application},
               {record.status, tone_of_status(record.status)},
               {record.trigger},
               {money_text(record.estimated_monthly)},
               {record.duration_ms ? duration_text(*record.duration_ms) : ""},
               {record.approved_by},
               {record.failure_reason.empty() ? record.failure_code : record.failure_reason}});
  return table.drawn(terminal);
}

std::string audit_history_text(const Terminal& terminal, const std::vector<AuditReport>& states) {
  Table table({{"WHEN"}, {"STATUS"}, {"SERVER"}, {"ATTEMPT"}, {"VENDOR ID", false, true},
               {"A MONTH", true}, {"APPROVED BY", false, true}, {"FAILURE", false, true}});
  for (const AuditReport& state : states)
    table.add({{local_text(state.at_unix_ms)},
               {state.status, tone_of_status(state.status)},
               {state.server_id},
               {state.attempt_id},
               {state.vendor_id},
               {money_text(state.estimated_monthly)},
               {state.approved_by},
               {state.failure_reason.empty() ? state.failure_code : state.failure_reason}});
  return table.drawn(terminal);
}

std::string events_text(const Terminal& terminal, const std::vector<EventReport>& events) {
  std::string text;
  for (const EventReport& event : events) text += event_line(terminal, event) + '\n';
  return text;
}

}  // namespace berth::cli
