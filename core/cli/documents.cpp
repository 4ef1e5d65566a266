#include "cli/documents.hpp"

#include <cmath>

#include "cli/exits.hpp"
#include "cli/members.hpp"
#include "cli/wording.hpp"

namespace berth::cli {
namespace {

namespace json = boost::json;

json::value room_or_null(const Room& room) {
  return room == Room{} ? json::value(nullptr) : json::value(room_members(room));
}

json::object requirements_members(const Requirements& requirements) {
  json::object members = room_members(requirements.room);
  members["arch"] = text_or_null(requirements.arch);
  return members;
}

/// What a deploy script needs of the server; `berth servers list --json` says more.
json::value address_of(const ServerReport& server) {
  json::object members;
  members["id"] = server.id;
  members["name"] = server.name;
  members["provider"] = text_or_null(server.provider);
  members["region"] = text_or_null(server.region);
  members["instance_type"] = text_or_null(server.instance_type);
  members["ip"] = text_or_null(server.ip);
  members["ssh_user"] = text_or_null(server.ssh_user);
  members["ssh_port"] = server.ssh_port;
  members["host_key"] = text_or_null(server.host_key);
  return members;
}

json::object row_members(const PlanRow& row) {
  const bool is_server = row.kind == "server";
  json::object members;
  members["kind"] = row.kind;
  members["id"] = row.id.empty() ? row.name : row.id;  // an offer's name is its id
  members["name"] = row.name;
  members["account"] = text_or_null(row.account);
  members["provider"] = text_or_null(row.provider);
  members["region"] = text_or_null(row.region);
  members["zone"] = text_or_null(row.zone);
  members["instance_type"] = text_or_null(row.instance_type);
  members["arch"] = text_or_null(row.arch);
  members["kept"] = row.kept;
  members["chosen"] = row.chosen;
  members["code"] = text_or_null(row.code);
  members["sentence"] = text_or_null(row.sentence);
  members["cpu_cores"] = number(row.millicores, 1000);
  members["memory_gb"] = number(row.memory_mib, 1024);
  members["disk_gb"] = number(row.disk_mib, 1024);
  members["estimated_cost"] = amount_or_null(row.monthly);
  members["currency"] = text_or_null(row.monthly.currency);
  members["compared_cost"] = amount_or_null(row.monthly_compared);
  members["compared_currency"] = text_or_null(row.monthly_compared.currency);
  members["score"] =
      is_server ? json::value(std::round(row.score * 10) / 10) : json::value(nullptr);
  members["score_breakdown"] = text_or_null(row.score_breakdown);
  members["includes"] = text_or_null(row.includes);
  members["excludes"] = list_of(row.excludes);
  return members;
}

}  // namespace

json::value parsed_or_null(const std::string& json_text) {
  if (json_text.empty()) return nullptr;
  json::error_code error;
  json::value value = json::parse(json_text, error);
  return error ? json::value(nullptr) : value;
}

json::object document_of(const Plan& plan) {
  json::object document;
  document["action"] = plan.action;
  document["code"] = text_or_null(plan.code);
  document["sentence"] = text_or_null(plan.sentence);
  document["trigger"] = text_or_null(plan.trigger);
  document["stage"] = text_or_null(plan.stage);
  document["requirements"] = requirements_members(plan.requirements);
  document["required"] = room_or_null(plan.required);
  document["estimated_cost"] = amount_or_null(plan.estimate);
  document["currency"] = text_or_null(plan.estimate.currency);
  document["rates_as_of"] = text_or_null(plan.rates_as_of);
  document["decided_at"] = moment_or_null(plan.decided_unix_ms);
  json::array rows;
  for (const PlanRow& row : plan.rows) rows.emplace_back(row_members(row));
  document["rows"] = std::move(rows);
  return document;
}

json::value waits_for_members(const std::optional<WaitsFor>& waits) {
  if (!waits) return nullptr;
  return json::object{{"code", waits->code},
                      {"sentence", waits->sentence},
                      {"since", moment_or_null(waits->since_unix_ms)},
                      {"until", moment_or_null(waits->until_unix_ms)}};
}

json::value releasing_members(const std::optional<Releasing>& releasing) {
  if (!releasing) return nullptr;
  return json::object{{"code", releasing->code},
                      {"sentence", text_or_null(releasing->sentence)},
                      {"since", moment_or_null(releasing->since_unix_ms)},
                      {"tries", releasing->tries}};
}

json::object document_of(const ReleaseReport& report) {
  json::object document;
  document["status"] = report.status;
  json::array rooms;
  for (const ReleasedRoom& room : report.rooms)
    rooms.push_back(json::object{
        {"server_id", room.server_id},
        {"server", text_or_null(room.server)},
        {"ip", text_or_null(room.ip)},
        {"status", room.status},
        {"sentence", text_or_null(room.sentence)},
        {"still_runs", room.still_runs},
        {"exit", room.command_exit < 0 ? json::value(nullptr) : json::value(room.command_exit)},
        {"command_output", text_or_null(room.command_output)}});
  document["rooms"] = std::move(rooms);
  return document;
}

json::object document_of(const DeploymentReport& deployment) {
  json::object document;
  document["deployment_id"] = deployment.id;
  document["status"] = deployment.status;
  document["reason"] = text_or_null(deployment.reason);
  document["reason_code"] = text_or_null(deployment.reason_code);
  document["server"] =
      deployment.server ? address_of(*deployment.server) : json::value(nullptr);
  document["estimated_cost"] = amount_or_null(deployment.estimate);
  document["currency"] = text_or_null(deployment.estimate.currency);
  document["waits_for"] = waits_for_members(deployment.waits_for);
  document["config"] = text_or_null(deployment.config);
  document["plan"] =
      deployment.plan ? json::value(document_of(*deployment.plan)) : json::value(nullptr);
  document["organization"] = deployment.organization;
  document["application"] = deployment.application;
  document["final"] = deployment.final;
  document["requirements"] = requirements_members(deployment.requirements);
  document["strategy"] = text_or_null(deployment.strategy);
  document["requested_by"] = text_or_null(deployment.requested_by);
  document["approved_by"] = text_or_null(deployment.approved_by);
  document["command_output"] = text_or_null(deployment.command_output);
  document["created_at"] = moment_or_null(deployment.created_unix_ms);
  document["updated_at"] = moment_or_null(deployment.updated_unix_ms);
  document["finished_at"] = moment_or_null(deployment.finished_unix_ms);
  document["releasing"] = releasing_members(deployment.releasing);
  return document;
}

json::object document_of(const ServerReport& server) {
  json::object document = address_of(server).as_object();
  document["organization"] = server.organization;
  document["status"] = server.status;
  document["account"] = text_or_null(server.account);
  document["zone"] = text_or_null(server.zone);
  document["arch"] = text_or_null(server.arch);
  document["vendor_id"] = text_or_null(server.vendor_id);
  document["private_ip"] = text_or_null(server.private_ip);
  document["enabled"] = server.enabled;
  document["reachable"] = server.reachable;
  document["auto_provisioned"] = server.auto_provisioned;
  document["capacity"] = room_members(server.capacity);
  document["used"] = room_members(server.used);
  document["level"] = text_or_null(server.level);
  document["estimated_cost"] = amount_or_null(server.monthly);
  document["currency"] = text_or_null(server.monthly.currency);
  document["applications"] = list_of(server.applications);
  document["created_at"] = moment_or_null(server.created_unix_ms);
  document["ready_at"] = moment_or_null(server.ready_unix_ms);
  document["reason"] = text_or_null(server.reason);
  document["releasing"] = list_of(server.releasing);
  return document;
}

json::object document_of(const EventReport& event) {
  json::object document;
  document["seq"] = event.seq;
  document["event_id"] = event.event_id;
  document["at"] = moment_or_null(event.at_unix_ms);
  document["type"] = event.type;
  document["organization"] = text_or_null(event.organization);
  document["deployment_id"] = text_or_null(event.deployment_id);
  document["message"] = text_or_null(event.message);
  document["fields"] = parsed_or_null(event.fields_json);
  return document;
}

json::object document_of(const AuditReport& record) {
  json::object document;
  document["record_id"] = record.record_id;
  document["recorded_at"] = moment_or_null(record.at_unix_ms);
  document["organization"] = record.organization;
  document["application"] = text_or_null(record.application);
  document["deployment_id"] = text_or_null(record.deployment_id);
  document["server_id"] = text_or_null(record.server_id);
  document["attempt_id"] = text_or_null(record.attempt_id);
  document["vendor_id"] = text_or_null(record.vendor_id);
  document["trigger"] = text_or_null(record.trigger);
  document["status"] = record.status;
  document["required"] = room_or_null(record.required);
  document["selected_offer"] = parsed_or_null(record.offer_json);
  document["estimated_cost"] = amount_or_null(record.estimated_monthly);
  document["currency"] = text_or_null(record.estimated_monthly.currency);
  document["approved_by"] = text_or_null(record.approved_by);
  document["approved_at"] = moment_or_null(record.approved_unix_ms);
  document["started_at"] = moment_or_null(record.started_unix_ms);
  document["completed_at"] = moment_or_null(record.completed_unix_ms);
  document["duration_ms"] =
      record.duration_ms ? json::value(*record.duration_ms) : json::value(nullptr);
  document["failure_code"] = text_or_null(record.failure_code);
  document["failure_reason"] = text_or_null(record.failure_reason);
  document["note"] = text_or_null(record.note);
  document["config"] = text_or_null(record.config);
  return document;
}

json::object document_of(const OfferReport& offer) {
  json::object document = row_members(offer.row);
  for (const char* of_plans : {"kind", "chosen", "score", "score_breakdown"})
    document.erase(of_plans);
  document["availability"] = text_or_null(offer.availability);
  document["as_of"] = moment_or_null(offer.as_of_unix_ms);
  return document;
}

json::object document_of(const ReapReport& report) {
  json::array rows;
  for (const ReapRow& row : report.rows) {
    json::object members;
    members["kind"] = row.kind;
    members["action"] = row.action;
    members["account"] = text_or_null(row.account);
    members["vendor_id"] = text_or_null(row.vendor_id);
    members["server_id"] = text_or_null(row.server_id);
    members["name"] = text_or_null(row.name);
    members["organization"] = text_or_null(row.organization);
    members["attempt_id"] = text_or_null(row.attempt_id);
    members["region"] = text_or_null(row.region);
    members["instance_type"] = text_or_null(row.instance_type);
    members["code"] = text_or_null(row.code);
    members["sentence"] = text_or_null(row.sentence);
    members["since"] = moment_or_null(row.since_unix_ms);
    members["until"] = moment_or_null(row.until_unix_ms);
    members["estimated_cost"] = amount_or_null(row.monthly);
    members["currency"] = text_or_null(row.monthly.currency);
    members["compared_cost"] = amount_or_null(row.monthly_compared);
    members["compared_currency"] = text_or_null(row.monthly_compared.currency);
    rows.emplace_back(std::move(members));
  }
  json::object document;
  const bool well = report.problems.empty() && report.paused.empty();
  document["status"] = well ? "done" : report.paused.empty() ? "incomplete" : "paused";
  document["dry_run"] = report.dry_run;
  document["servers"] = std::move(rows);
  document["strays"] = report.strays;
  document["strays_cost"] = amount_or_null(report.strays_monthly);
  document["strays_currency"] = text_or_null(report.strays_monthly.currency);
  document["strays_without_price"] = report.strays_without_price;
  document["problems"] = list_of(report.problems);
  document["paused"] = list_of(report.paused);
  document["left"] = list_of(report.left);
  return document;
}

json::object document_of(const ApiCallsReport& calls) {
  json::object document;
  document["account"] = calls.account;
  document["credential"] = calls.credential;
  document["last_hour"] = calls.last_hour;
  document["last_day"] = calls.last_day;
  const bool limited = calls.limit > 0;
  document["limit"] = limited ? json::value(calls.limit) : json::value(nullptr);
  document["limit_per_s"] = limited ? number(calls.limit_per_ms, 1000) : json::value(nullptr);
  document["left"] = limited ? json::value(calls.left) : json::value(nullptr);
  document["paused_until"] = moment_or_null(calls.paused_until_unix_ms);
  return document;
}

json::object document_of(const AccountReport& account) {
  const bool stored = account.source == "ledger";
  json::object document;
  document["account"] = account.id;
  document["source"] = account.source;
  document["plugin"] = account.plugin;
  document["organizations"] = list_of(account.organizations);
  document["status"] = account.status;
  document["default_region"] = text_or_null(account.default_region);
  document["regions"] = list_of(account.regions);
  document["problem"] = text_or_null(account.problem);
  document["servers"] = list_of(account.servers);
  document["image"] = text_or_null(account.image);
  document["ssh_user"] = text_or_null(account.ssh_user);
  document["ssh_port"] = account.ssh_port;
  document["settings"] = stored ? parsed_or_null(account.settings_json) : json::value(nullptr);
  document["secrets"] = stored ? list_of(account.secret_keys) : json::value(nullptr);
  document["key_id"] = text_or_null(account.key_id);
  document["validation"] = text_or_null(account.validation);
  document["validation_reason"] = text_or_null(account.validation_sentence);
  document["validated_at"] = moment_or_null(account.validated_unix_ms);
  document["created_by"] = text_or_null(account.created_by);
  document["created_at"] = moment_or_null(account.created_unix_ms);
  document["updated_by"] = text_or_null(account.updated_by);
  document["updated_at"] = moment_or_null(account.updated_unix_ms);
  return document;
}

json::object document_of(const PluginReport& plugin) {
  json::object document;
  document["id"] = plugin.id;
  document["name"] = text_or_null(plugin.name);
  document["version"] = text_or_null(plugin.version);
  document["file"] = text_or_null(plugin.file);
  document["how"] = text_or_null(plugin.how);
  document["interfaces"] = list_of(plugin.interfaces);
  document["problem"] = text_or_null(plugin.problem);
  document["manifest"] = parsed_or_null(plugin.manifest_json);
  return document;
}

json::object document_of(const CheckLine& line) {
  json::object document;
  document["outcome"] = line.outcome;
  document["name"] = line.name;
  document["reason"] = text_or_null(line.reason);
  return document;
}

}  // namespace berth::cli
