// The documents of --json, whole: who changes a name here breaks somebody's script.
#include <gtest/gtest.h>

#include <limits>

#include "cli/documents.hpp"
#include "cli/json_text.hpp"
#include "fake_berth.hpp"
#include "reports.hpp"

namespace berth::cli {
namespace {

TEST(Documents, ADeploymentThatSucceeded) {
  EXPECT_EQ(R"({
  "deployment_id": "dep1",
  "status": "succeeded",
  "reason": null,
  "reason_code": null,
  "server": {
    "id": "srv1",
    "name": "auto-acme-att1",
    "provider": "hetzner",
    "region": "nbg1",
    "instance_type": "cx32",
    "ip": "203.0.113.7",
    "ssh_user": "root",
    "ssh_port": 22,
    "host_key": "ssh-ed25519 AAAA"
  },
  "estimated_cost": "7.48",
  "currency": "USD",
  "waits_for": null,
  "config": null,
  "plan": null,
  "organization": "acme",
  "application": "web",
  "final": true,
  "requirements": {
    "cpu_cores": 2,
    "memory_gb": 4,
    "disk_gb": 50,
    "arch": "x86_64"
  },
  "strategy": "standard",
  "requested_by": "ada",
  "approved_by": null,
  "command_output": null,
  "created_at": "2026-11-21T17:00:00.000Z",
  "updated_at": "2026-11-21T17:01:05.000Z",
  "finished_at": "2026-11-21T17:01:05.000Z",
  "releasing": null
})",
            json_text(document_of(succeeded()), true));
}

TEST(Documents, ADeploymentWithoutAServerHasNoCost) {
  DeploymentReport deployment = deployment_in("insufficient_capacity");
  deployment.reason_code = "auto_provisioning_disabled";
  deployment.reason = "acme may not buy servers.";
  const boost::json::object document = document_of(deployment);
  EXPECT_TRUE(document.at("server").is_null());
  EXPECT_TRUE(document.at("estimated_cost").is_null());
  EXPECT_TRUE(document.at("currency").is_null());
  EXPECT_EQ("acme may not buy servers.", document.at("reason").as_string());
  EXPECT_EQ("auto_provisioning_disabled", document.at("reason_code").as_string());
}

TEST(Documents, APlanWithItsRows) {
  Plan plan = provision_plan();
  plan.rows.resize(2);
  EXPECT_EQ(R"({
  "action": "provision",
  "code": "proceed",
  "sentence": "hetzner-main/nbg1//cx32/on_demand is the cheapest of 2 offers that fit.",
  "trigger": "insufficient_capacity",
  "stage": "selection",
  "requirements": {
    "cpu_cores": 2,
    "memory_gb": 4,
    "disk_gb": 50,
    "arch": "x86_64"
  },
  "required": {
    "cpu_cores": 3,
    "memory_gb": 5,
    "disk_gb": 60
  },
  "estimated_cost": "7.48",
  "currency": "USD",
  "rates_as_of": "2026-11-01",
  "decided_at": "2026-11-21T17:01:05.120Z",
  "rows": [
    {
      "kind": "server",
      "id": "srv0",
      "name": "web-1",
      "account": null,
      "provider": null,
      "region": null,
      "zone": null,
      "instance_type": null,
      "arch": null,
      "kept": false,
      "chosen": false,
      "code": "no_room",
      "sentence": "needs 2.2 cores with the buffer, 1.5 are free",
      "cpu_cores": 1.5,
      "memory_gb": 4,
      "disk_gb": 40,
      "estimated_cost": null,
      "currency": null,
      "compared_cost": null,
      "compared_currency": null,
      "score": 0,
      "score_breakdown": null,
      "includes": null,
      "excludes": []
    },
    {
      "kind": "offer",
      "id": "hetzner-main/nbg1//cx32/on_demand",
      "name": "hetzner-main/nbg1//cx32/on_demand",
      "account": "hetzner-main",
      "provider": "hetzner",
      "region": "nbg1",
      "zone": null,
      "instance_type": "cx32",
      "arch": "x86_64",
      "kept": true,
      "chosen": true,
      "code": "fits",
      "sentence": null,
      "cpu_cores": 4,
      "memory_gb": 8,
      "disk_gb": 80,
      "estimated_cost": "6.80",
      "currency": "EUR",
      "compared_cost": "7.48",
      "compared_currency": "USD",
      "score": null,
      "score_breakdown": null,
      "includes": "disk and IPv4",
      "excludes": [
        "traffic above 20 TB"
      ]
    }
  ]
})",
            json_text(document_of(plan), true));
}

TEST(Documents, AnAuditRecordKeepsWhatIsNotThereApartFromZero) {
  AuditReport record;
  record.record_id = "aud1";
  record.at_unix_ms = 1'795'280'465'000;
  record.organization = "acme";
  record.application = "web";
  record.deployment_id = "dep1";
  record.trigger = "no_servers_available";
  record.status = "pending";
  record.required = {3000, 5120, 61440};
  record.offer_json = R"({"instance_type":"cx32"})";
  EXPECT_EQ(
      R"({"record_id":"aud1","recorded_at":"2026-11-21T17:01:05.000Z","organization":"acme",)"
      R"("application":"web","deployment_id":"dep1","server_id":null,"attempt_id":null,)"
      R"("vendor_id":null,"trigger":"no_servers_available","status":"pending",)"
      R"("required":{"cpu_cores":3,"memory_gb":5,"disk_gb":60},)"
      R"("selected_offer":{"instance_type":"cx32"},"estimated_cost":null,"currency":null,)"
      R"("approved_by":null,"approved_at":null,"started_at":null,"completed_at":null,)"
      R"("duration_ms":null,"failure_code":null,"failure_reason":null,"note":null,"config":null})",
      json_text(document_of(record), false));
}

TEST(Documents, AServerOfTheFleet) {
  EXPECT_EQ(
      R"({"id":"srv1","name":"auto-acme-att1","provider":"hetzner","region":"nbg1",)"
      R"("instance_type":"cx32","ip":"203.0.113.7","ssh_user":"root","ssh_port":22,)"
      R"("host_key":"ssh-ed25519 AAAA","organization":"acme","status":"ready",)"
      R"("account":"hetzner-main","zone":null,"arch":"x86_64","vendor_id":null,"private_ip":null,)"
      R"("enabled":true,"reachable":true,"auto_provisioned":true,)"
      R"("capacity":{"cpu_cores":4,"memory_gb":8,"disk_gb":80},)"
      R"("used":{"cpu_cores":1.5,"memory_gb":5,"disk_gb":60},"level":"ok",)"
      R"("estimated_cost":"6.80","currency":"EUR","applications":["web"],"created_at":null,)"
      R"("ready_at":null,"reason":null,"releasing":[]})",
      json_text(document_of(bought_server()), false));
}

TEST(Documents, AreValidWhateverAVendorSends) {
  EventReport broken = event(1, "attempt.failed", "caf\xE9 \x1b[31m \xF0\x9F\x92\xA9 \xC0\x80");
  broken.fields_json = "no json";
  const std::string text = json_text(document_of(broken), false);
  boost::json::error_code error;
  const boost::json::value read = boost::json::parse(text, error);
  ASSERT_FALSE(error) << text;
  EXPECT_EQ("caf\uFFFD \uFFFD[31m \U0001F4A9 \uFFFD\uFFFD",
            std::string(read.at("message").as_string()));
  EXPECT_TRUE(read.at("fields").is_null());
}

TEST(JsonText, WritesNumbersAsPeopleDo) {
  EXPECT_EQ("[2.5,0.1,3,null,18446744073709551615]",
            json_text(boost::json::array{2.5, 0.1, 3, std::numeric_limits<double>::quiet_NaN(),
                                         18446744073709551615ULL},
                      false));
  EXPECT_EQ("{}", json_text(boost::json::object(), true));
  EXPECT_EQ("[]", json_text(boost::json::array(), true));
}

}  // namespace
}  // namespace berth::cli
