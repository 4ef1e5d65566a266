// Reports as the stories of these tests need them.
#pragma once

#include "berth.hpp"

namespace berth {

inline ServerReport bought_server() {
  ServerReport server;
  server.id = "srv1";
  server.name = "auto-acme-att1";
  server.organization = "acme";
  server.status = "ready";
  server.account = "hetzner-main";
  server.provider = "hetzner";
  server.region = "nbg1";
  server.instance_type = "cx32";
  server.arch = "x86_64";
  server.ip = "203.0.113.7";
  server.ssh_user = "root";
  server.host_key = "ssh-ed25519 AAAA";
  server.auto_provisioned = true;
  server.capacity = {4000, 8192, 81920};
  server.used = {1500, 5120, 61440};
  server.level = "ok";
  server.monthly = {6'800'000'000, "EUR"};
  server.applications = {"web"};
  return server;
}

inline PlanRow server_row() {
  PlanRow row;
  row.kind = "server";
  row.id = "srv0";
  row.name = "web-1";
  row.code = "no_room";
  row.sentence = "needs 2.2 cores with the buffer, 1.5 are free";
  row.millicores = 1500;
  row.memory_mib = 4096;
  row.disk_mib = 40960;
  return row;
}

inline PlanRow offer_row(const std::string& type, std::int64_t cents) {
  PlanRow row;
  row.kind = "offer";
  row.id = row.name = "hetzner-main/nbg1//" + type + "/on_demand";
  row.account = "hetzner-main";
  row.provider = "hetzner";
  row.region = "nbg1";
  row.instance_type = type;
  row.arch = "x86_64";
  row.kept = true;
  row.code = "fits";
  row.millicores = 4000;
  row.memory_mib = 8192;
  row.disk_mib = 81920;
  row.monthly = {cents * 10'000'000, "EUR"};
  row.monthly_compared = {cents * 11'000'000, "USD"};
  row.includes = "disk and IPv4";
  row.excludes = {"traffic above 20 TB"};
  return row;
}

inline PlanRow dropped_row(const std::string& type) {
  PlanRow row = offer_row(type, 379);
  row.kept = false;
  row.code = "too_small";
  row.sentence = "has 2 of 3 cores";
  row.millicores = 2000;
  return row;
}

inline Plan provision_plan() {
  Plan plan;
  plan.action = "provision";
  plan.code = "proceed";
  plan.sentence = "hetzner-main/nbg1//cx32/on_demand is the cheapest of 2 offers that fit.";
  plan.trigger = "insufficient_capacity";
  plan.stage = "selection";
  plan.requirements = {{2000, 4096, 51200}, "x86_64"};
  plan.required = {3000, 5120, 61440};
  plan.rows = {server_row(), offer_row("cx32", 680), offer_row("cpx31", 1310), dropped_row("cx22")};
  plan.rows[1].chosen = true;
  plan.estimate = {7'480'000'000, "USD"};
  plan.rates_as_of = "2026-11-01";
  plan.decided_unix_ms = 1'795'280'465'120;
  return plan;
}

inline DeploymentReport deployment_in(const std::string& status) {
  DeploymentReport deployment;
  deployment.id = "dep1";
  deployment.organization = "acme";
  deployment.application = "web";
  deployment.status = status;
  deployment.final = status != "placing" && status != "awaiting_approval" &&
                     status != "provisioning" && status != "deploying";
  deployment.requirements = {{2000, 4096, 51200}, "x86_64"};
  deployment.strategy = "standard";
  deployment.requested_by = "ada";
  deployment.created_unix_ms = 1'795'280'400'000;
  deployment.updated_unix_ms = 1'795'280'465'000;
  if (deployment.final) deployment.finished_unix_ms = 1'795'280'465'000;
  return deployment;
}

inline DeploymentReport succeeded() {
  DeploymentReport deployment = deployment_in("succeeded");
  deployment.server = bought_server();
  deployment.estimate = {7'480'000'000, "USD"};
  return deployment;
}

inline EventReport event(std::int64_t seq, const std::string& type, const std::string& message) {
  EventReport event;
  event.seq = seq;
  event.at_unix_ms = 1'795'280'465'000;
  event.event_id = "evt" + std::to_string(seq);
  event.type = type;
  event.organization = "acme";
  event.deployment_id = "dep1";
  event.message = message;
  event.fields_json = "{}";
  return event;
}

}  // namespace berth
