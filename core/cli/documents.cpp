#include "cli/documents.hpp"

#include <cmath>

#include "cli/exits.hpp"
#include "cli/wording.hpp"

namespace berth::cli {
namespace {

namespace json = boost::json;

json::value text(const std::string& value) {
  return value.empty() ? json::value(nullptr) : json::value(value);
}

json::value amount(const Money& money) {
  return money.currency.empty() ? json::value(nullptr) : json::value(decimal_of_nanos(money.nanos));
}

json::value moment(std::int64_t unix_ms) {
  return unix_ms == 0 ? json::value(nullptr) : json::value(utc_text(unix_ms));
}

/// A whole number stays one: 4, not 4.0.
json::value number(std::int64_t kept, std::int64_t kept_per_unit) {
  if (kept % kept_per_unit == 0) return kept / kept_per_unit;
  const double exact = static_cast<double>(kept) / static_cast<double>(kept_per_unit);
  return std::round(exact * 1000) / 1000;
}

json::value list(const std::vector<std::string>& values) {
  json::array elements;
  for (const std::string& value : values) elements.emplace_back(value);
  return elements;
}

json::object room_members(const Room& room) {
  json::object members;
  members["cpu_cores"] = number(room.millicores, 1000);
  members["memory_gb"] = number(room.memory_mib, 1024);
  members["disk_gb"] = number(room.disk_mib, 1024);
  return members;
}

json::value room_or_null(const Room& room) {
  return room == Room{} ? json::value(nullptr) : json::value(room_members(room));
}

json::object requirements_members(const Requirements& requirements) {
  json::object members = room_members(requirements.room);
  members["arch"] = text(requirements.arch);
  return members;
}

/// What a deploy script needs of the server; `berth servers list --json` says more.
json::value address_of(const ServerReport& server) {
  json::object members;
  members["id"] = server.id;
  members["name"] = server.name;
  members["provider"] = text(server.provider);
  members["region"] = text(server.region);
  members["instance_type"] = text(server.instance_type);
  members["ip"] = text(server.ip);
  members["ssh_user"] = text(server.ssh_user);
  members["ssh_port"] = server.ssh_port;
  members["host_key"] = text(server.host_key);
  return members;
}

json::object row_members(const PlanRow& row) {
  const bool is_server = row.kind == "server";
  json::object members;
  members["kind"] = row.kind;
  members["id"] = row.id.empty() ? row.name : row.id;  // an offer's name is its id
  members["name"] = row.name;
  members["account"] = text(row.account);
  members["provider"] = text(row.provider);
  members["region"] = text(row.region);
  members["zone"] = text(row.zone);
  members["instance_type"] = text(row.instance_type);
  members["arch"] = text(row.arch);
  members["kept"] = row.kept;
  members["chosen"] = row.chosen;
  members["code"] = text(row.code);
  members["sentence"] = text(row.sentence);
  members["cpu_cores"] = number(row.millicores, 1000);
  members["memory_gb"] = number(row.memory_mib, 1024);
  members["disk_gb"] = number(row.disk_mib, 1024);
  members["estimated_cost"] = amount(row.monthly);
  members["currency"] = text(row.monthly.currency);
  members["compared_cost"] = amount(row.monthly_compared);
  members["compared_currency"] = text(row.monthly_compared.currency);
  members["score"] =
      is_server ? json::value(std::round(row.score * 10) / 10) : json::value(nullptr);
  members["score_breakdown"] = text(row.score_breakdown);
  members["includes"] = text(row.includes);
  members["excludes"] = list(row.excludes);
  return members;
}

}  // namespace

json::object requirements_document(const Room& room) { return room_members(room); }

json::value parsed_or_null(const std::string& json_text) {
  if (json_text.empty()) return nullptr;
  json::error_code error;
  json::value value = json::parse(json_text, error);
  return error ? json::value(nullptr) : value;
}

json::object document_of(const Plan& plan) {
  json::object document;
  document["action"] = plan.action;
  document["code"] = text(plan.code);
  document["sentence"] = text(plan.sentence);
  document["trigger"] = text(plan.trigger);
  document["stage"] = text(plan.stage);
  document["requirements"] = requirements_members(plan.requirements);
  document["required"] = room_or_null(plan.required);
  document["estimated_cost"] = amount(plan.estimate);
  document["currency"] = text(plan.estimate.currency);
  document["rates_as_of"] = text(plan.rates_as_of);
  document["decided_at"] = moment(plan.decided_unix_ms);
  json::array rows;
  for (const PlanRow& row : plan.rows) rows.emplace_back(row_members(row));
  document["rows"] = std::move(rows);
  return document;
}

json::object document_of(const DeploymentReport& deployment) {
  json::object document;
  document["deployment_id"] = deployment.id;
  document["status"] = deployment.status;
  document["reason"] = text(deployment.reason);
  document["reason_code"] = text(deployment.reason_code);
  document["server"] =
      deployment.server ? address_of(*deployment.server) : json::value(nullptr);
  document["estimated_cost"] = amount(deployment.estimate);
  document["currency"] = text(deployment.estimate.currency);
  document["plan"] =
      deployment.plan ? json::value(document_of(*deployment.plan)) : json::value(nullptr);
  document["organization"] = deployment.organization;
  document["application"] = deployment.application;
  document["final"] = deployment.final;
  document["requirements"] = requirements_members(deployment.requirements);
  document["strategy"] = text(deployment.strategy);
  document["requested_by"] = text(deployment.requested_by);
  document["approved_by"] = text(deployment.approved_by);
  document["command_output"] = text(deployment.command_output);
  document["created_at"] = moment(deployment.created_unix_ms);
  document["updated_at"] = moment(deployment.updated_unix_ms);
  document["finished_at"] = moment(deployment.finished_unix_ms);
  return document;
}

json::object document_of(const ServerReport& server) {
  json::object document = address_of(server).as_object();
  document["organization"] = server.organization;
  document["status"] = server.status;
  document["account"] = text(server.account);
  document["zone"] = text(server.zone);
  document["arch"] = text(server.arch);
  document["vendor_id"] = text(server.vendor_id);
  document["private_ip"] = text(server.private_ip);
  document["enabled"] = server.enabled;
  document["reachable"] = server.reachable;
  document["auto_provisioned"] = server.auto_provisioned;
  document["capacity"] = room_members(server.capacity);
  document["used"] = room_members(server.used);
  document["level"] = text(server.level);
  document["estimated_cost"] = amount(server.monthly);
  document["currency"] = text(server.monthly.currency);
  document["applications"] = list(server.applications);
  document["created_at"] = moment(server.created_unix_ms);
  document["ready_at"] = moment(server.ready_unix_ms);
  return document;
}

json::object document_of(const EventReport& event) {
  json::object document;
  document["seq"] = event.seq;
  document["event_id"] = event.event_id;
  document["at"] = moment(event.at_unix_ms);
  document["type"] = event.type;
  document["organization"] = text(event.organization);
  document["deployment_id"] = text(event.deployment_id);
  document["message"] = text(event.message);
  document["fields"] = parsed_or_null(event.fields_json);
  return document;
}

json::object document_of(const AuditReport& record) {
  json::object document;
  document["record_id"] = record.record_id;
  document["recorded_at"] = moment(record.at_unix_ms);
  document["organization"] = record.organization;
  document["application"] = text(record.application);
  document["deployment_id"] = text(record.deployment_id);
  document["server_id"] = text(record.server_id);
  document["attempt_id"] = text(record.attempt_id);
  document["vendor_id"] = text(record.vendor_id);
  document["trigger"] = text(record.trigger);
  document["status"] = record.status;
  document["required"] = room_or_null(record.required);
  document["selected_offer"] = parsed_or_null(record.offer_json);
  document["estimated_cost"] = amount(record.estimated_monthly);
  document["currency"] = text(record.estimated_monthly.currency);
  document["approved_by"] = text(record.approved_by);
  document["approved_at"] = moment(record.approved_unix_ms);
  document["started_at"] = moment(record.started_unix_ms);
  document["completed_at"] = moment(record.completed_unix_ms);
  document["duration_ms"] =
      record.duration_ms ? json::value(*record.duration_ms) : json::value(nullptr);
  document["failure_code"] = text(record.failure_code);
  document["failure_reason"] = text(record.failure_reason);
  return document;
}

json::object document_of(const OfferReport& offer) {
  json::object document = row_members(offer.row);
  for (const char* of_plans : {"kind", "chosen", "score", "score_breakdown"})
    document.erase(of_plans);
  document["availability"] = text(offer.availability);
  document["as_of"] = moment(offer.as_of_unix_ms);
  return document;
}

json::object document_of(const ReapReport& report) {
  json::array rows;
  for (const ReapRow& row : report.rows) {
    json::object members;
    members["kind"] = row.kind;
    members["action"] = row.action;
    members["account"] = text(row.account);
    members["vendor_id"] = text(row.vendor_id);
    members["server_id"] = text(row.server_id);
    members["name"] = text(row.name);
    members["organization"] = text(row.organization);
    members["attempt_id"] = text(row.attempt_id);
    members["region"] = text(row.region);
    members["instance_type"] = text(row.instance_type);
    members["code"] = text(row.code);
    members["sentence"] = text(row.sentence);
    members["since"] = moment(row.since_unix_ms);
    members["until"] = moment(row.until_unix_ms);
    members["estimated_cost"] = amount(row.monthly);
    members["currency"] = text(row.monthly.currency);
    members["compared_cost"] = amount(row.monthly_compared);
    members["compared_currency"] = text(row.monthly_compared.currency);
    rows.emplace_back(std::move(members));
  }
  json::object document;
  const bool well = report.problems.empty() && report.paused.empty();
  document["status"] = well ? "done" : report.paused.empty() ? "incomplete" : "paused";
  document["dry_run"] = report.dry_run;
  document["servers"] = std::move(rows);
  document["strays"] = report.strays;
  document["strays_cost"] = amount(report.strays_monthly);
  document["strays_currency"] = text(report.strays_monthly.currency);
  document["strays_without_price"] = report.strays_without_price;
  document["problems"] = list(report.problems);
  document["paused"] = list(report.paused);
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
  document["paused_until"] = moment(calls.paused_until_unix_ms);
  return document;
}

json::object document_of(const AccountReport& account) {
  const bool stored = account.source == "ledger";
  json::object document;
  document["account"] = account.id;
  document["source"] = account.source;
  document["plugin"] = account.plugin;
  document["organizations"] = list(account.organizations);
  document["status"] = account.status;
  document["default_region"] = text(account.default_region);
  document["regions"] = list(account.regions);
  document["problem"] = text(account.problem);
  document["servers"] = list(account.servers);
  document["image"] = text(account.image);
  document["ssh_user"] = text(account.ssh_user);
  document["ssh_port"] = account.ssh_port;
  document["settings"] = stored ? parsed_or_null(account.settings_json) : json::value(nullptr);
  document["secrets"] = stored ? list(account.secret_keys) : json::value(nullptr);
  document["key_id"] = text(account.key_id);
  document["validation"] = text(account.validation);
  document["validation_reason"] = text(account.validation_sentence);
  document["validated_at"] = moment(account.validated_unix_ms);
  document["created_by"] = text(account.created_by);
  document["created_at"] = moment(account.created_unix_ms);
  document["updated_by"] = text(account.updated_by);
  document["updated_at"] = moment(account.updated_unix_ms);
  return document;
}

json::object document_of(const PluginReport& plugin) {
  json::object document;
  document["id"] = plugin.id;
  document["name"] = text(plugin.name);
  document["version"] = text(plugin.version);
  document["file"] = text(plugin.file);
  document["how"] = text(plugin.how);
  document["interfaces"] = list(plugin.interfaces);
  document["problem"] = text(plugin.problem);
  document["manifest"] = parsed_or_null(plugin.manifest_json);
  return document;
}

json::object document_of(const CheckLine& line) {
  json::object document;
  document["outcome"] = line.outcome;
  document["name"] = line.name;
  document["reason"] = text(line.reason);
  return document;
}

}  // namespace berth::cli
