// Every field of every record comes back as it went in. The structured bindings name all fields: a
// new one stops the build here until it has a value below.
#include <gtest/gtest.h>

#include <tuple>

#include "story.hpp"

namespace berth {
namespace {

auto flat(const std::optional<Moment>& moment) {
  using Parts = std::tuple<std::int64_t, std::int64_t, std::string>;
  return moment ? std::optional(Parts(moment->unix_ms, moment->boot_ms, moment->boot_id))
                : std::nullopt;
}

auto fields(const DeploymentRecord& record) {
  const auto& [id, organization, application, requirements, strategy, status, reason_code, reason,
               requested_by, idempotency_key, created, updated, finished, ttl, server_id,
               attempt_id, tries, excluded_offers, provisioning_deadline, approval_deadline,
               approved_by, approved, approved_limit, estimate, audit_id, cancel_requested_by,
               command_pid, command_start_ticks, command_boot_id, command_exit, command_tail,
               project, refusals, last_refusal, first_estimate, waits_code, waits_sentence,
               waits_passing, waits_looks, waits_since, waits_until] = record;
  return std::make_tuple(
      id, organization, application, requirements.room.millicores, requirements.room.memory_mib,
      requirements.room.disk_mib, requirements.arch, strategy, status, reason_code, reason,
      requested_by, idempotency_key, created, updated, finished, ttl, server_id, attempt_id, tries,
      excluded_offers, flat(provisioning_deadline), flat(approval_deadline), approved_by, approved,
      approved_limit.nanos, approved_limit.currency, estimate.nanos, estimate.currency, audit_id,
      cancel_requested_by, command_pid, command_start_ticks, command_boot_id, command_exit,
      command_tail, project, refusals, last_refusal, first_estimate.nanos, first_estimate.currency,
      waits_code, waits_sentence, waits_passing, waits_looks, waits_since, flat(waits_until));
}

auto fields(const AttemptRecord& record) {
  const auto& [id, organization, deployment_id, server_id, account, status, offers_json, candidate,
               vendor_id, note, region, unknown_outcome, absent_looks, absent_since,
               absence_sure, phase, created, requested, accepted, ended, ready_deadline,
               stage_deadline, expires, errors, failure_code, failure, mark, destroy_asked,
               destroy_answered, destroy_refusals, destroy_problem, config] = record;
  return std::make_tuple(id, organization, deployment_id, server_id, account, status, offers_json,
                         candidate, vendor_id, note, region, unknown_outcome, absent_looks,
                         absent_since, flat(absence_sure), phase, created, requested, accepted,
                         ended, flat(ready_deadline), flat(stage_deadline), expires, errors,
                         failure_code, failure, mark, destroy_asked, destroy_answered,
                         destroy_refusals, destroy_problem, config);
}

auto fields(const Server& record) {
  const auto& [id, organization, name, status, enabled, reachable, auto_provisioned, attempt_id,
               account, provider, region, zone, instance_type, vendor_id, arch, capacity, used,
               network_percent, load_percent, public_ipv4, private_ipv4, ssh_user, host_key,
               ssh_port, monthly_nanos, currency, created, ready] = record;
  static_cast<void>(used);  // computed; see fleet_test.cpp
  return std::make_tuple(id, organization, name, status, enabled, reachable, auto_provisioned,
                         attempt_id, account, provider, region, zone, instance_type, vendor_id,
                         arch, capacity.millicores, capacity.memory_mib, capacity.disk_mib,
                         network_percent, load_percent, public_ipv4, private_ipv4, ssh_user,
                         host_key, ssh_port, monthly_nanos, currency, created, ready);
}

auto fields(const HoldRecord& record) {
  const auto& [id, organization, application, server_id, deployment_id, room, active, expires,
               created, releasing, by, since, sentence, tries, problem, pid, ticks, boot_id,
               exit_code, tail, by_uid] = record;
  return std::make_tuple(id, organization, application, server_id, deployment_id, room.millicores,
                         room.memory_mib, room.disk_mib, active, expires, created, releasing, by,
                         since, sentence, tries, problem, pid, ticks, boot_id, exit_code, tail,
                         by_uid);
}

auto fields(const EventRecord& record) {
  const auto& [seq, event_id, type, organization, deployment_id, message, fields_json, at_unix_ms,
               recipients] = record;
  return std::make_tuple(seq, event_id, type, organization, deployment_id, message, fields_json,
                         at_unix_ms, recipients);
}

auto fields(const AuditRecord& record) {
  const auto& [record_id, seq, at_unix_ms, organization, application, deployment_id, server_id,
               attempt_id, vendor_id, trigger, status, required, offer_json, estimated_monthly,
               approved_by, approved, started, completed, failure_code, failure_reason, note] =
      record;
  return std::make_tuple(record_id, seq, at_unix_ms, organization, application, deployment_id,
                         server_id, attempt_id, vendor_id, trigger, status, required.millicores,
                         required.memory_mib, required.disk_mib, offer_json,
                         estimated_monthly.nanos, estimated_monthly.currency, approved_by, approved,
                         started, completed, failure_code, failure_reason, note);
}

// A value that is the default's would come back even if it was never stored.
template <class Record>
void expect_nothing_is_default(const Record& record) {
  const auto given = fields(record);
  const auto defaults = fields(Record{});
  [&]<std::size_t... n>(std::index_sequence<n...>) {
    const auto check = [](const auto& value, const auto& other, std::size_t field) {
      EXPECT_NE(value, other) << "field " << field;
    };
    (check(std::get<n>(given), std::get<n>(defaults), n), ...);
  }(std::make_index_sequence<std::tuple_size_v<decltype(given)>>());
}

// Field by field, and a change of every field is stored over the row that is there.
template <class Record>
void expect_same(const Record& given, const Record& loaded) {
  const auto left = fields(given);
  const auto right = fields(loaded);
  [&]<std::size_t... n>(std::index_sequence<n...>) {
    const auto check = [](const auto& value, const auto& other, std::size_t field) {
      EXPECT_EQ(value, other) << "field " << field;
    };
    (check(std::get<n>(left), std::get<n>(right), n), ...);
  }(std::make_index_sequence<std::tuple_size_v<decltype(left)>>());
}

DeploymentRecord full_deployment() {
  return {"id",
          "organization",
          "application",
          {{1, 2, 3}, "arm64"},
          Strategy::canary,
          DeploymentStatus::deploying,
          "code",
          "reason",
          "requested",
          "key",
          4,
          5,
          6,
          7,
          "server",
          "attempt",
          8,
          {"offer/1", "with \"quotes\" and, comma", ""},
          Moment{9, 10, "boot-a"},
          Moment{11, 12, "boot-b"},
          "approved",
          13,
          {14, "USD"},
          {15, "EUR"},
          "audit",
          "canceller",
          16,
          17,
          "boot-c",
          18,
          "tail\n\x01 \xff",
          "project",
          "[1]",
          "refused",
          {19, "USD"},
          "away",
          "nobody answers",
          true,
          20,
          21,
          Moment{22, 23, "boot-d"}};
}

AttemptRecord full_attempt() {
  return {"id", "organization", "deployment", "server", "account", AttemptStatus::booting, "[1]", 1,
          "vendor", "note", "region", true, 2, 3, Moment{1, 2, "boot-a"}, "running", 4, 5, 6, 7,
          Moment{8, 9, "boot"}, Moment{10, 11, "boot-b"}, 12, 13, "code", "failure", "mark-14",
          true, true, 15, "locked", "config"};
}

Server full_server() {
  return {"id", "organization", "name", ServerStatus::draining, false, false, true, "attempt",
          "account", "provider", "region", "zone", "type", "vendor", "arm64", {1, 2, 3}, {}, 4, 5,
          "1.2.3.4", "10.0.0.1", "admin", "host key", 2222, 6, "EUR", 7, 8};
}

AuditRecord full_audit() {
  return {"record",
          1,
          2,
          "organization",
          "application",
          "deployment",
          "server",
          "attempt",
          "vendor",
          "load_balancing",
          "pending",
          {3, 4, 5},
          "{}",
          {6, "USD"},
          "approved",
          7,
          8,
          9,
          "code",
          "reason",
          "note"};
}

class Records : public testing::Test {
 protected:
  Folder folder_;
  std::unique_ptr<Ledger> ledger_ = open_sqlite_ledger(folder_.path(), "installation");
};

TEST_F(Records, a_deployment_keeps_every_field) {
  const DeploymentRecord given = full_deployment();
  expect_nothing_is_default(given);
  ledger_->write([&](LedgerTransaction& change) {
    DeploymentRecord before;
    before.id = given.id;
    change.save(before);
    expect_same(before, *change.deployment("id"));
    change.save(given);
  });
  ledger_->read([&](const LedgerView& view) { expect_same(given, *view.deployment("id")); });
}

TEST_F(Records, an_attempt_keeps_every_field) {
  const AttemptRecord given = full_attempt();
  expect_nothing_is_default(given);
  ledger_->write([&](LedgerTransaction& change) {
    AttemptRecord before;
    before.id = given.id;
    change.save(before);
    expect_same(before, *change.attempt("id"));
    change.save(given);
  });
  ledger_->read([&](const LedgerView& view) { expect_same(given, *view.attempt("id")); });
}

TEST_F(Records, a_server_keeps_every_field) {
  const Server given = full_server();
  expect_nothing_is_default(given);
  ledger_->write([&](LedgerTransaction& change) {
    Server before;
    before.id = given.id;
    change.save(before);
    expect_same(before, *change.server("id"));
    change.save(given);
  });
  ledger_->read([&](const LedgerView& view) { expect_same(given, *view.server("id")); });
}

TEST_F(Records, a_hold_keeps_every_field) {
  const HoldRecord given{"id", "organization", "application", "server", "deployment",
                         {1, 2, 3}, true, 4, 5, "moved", "ann", 6, "It moved.", 7, "exited with 8",
                         9, 10, "boot-a", 11, "tail\n\x01 \xff", 12};
  expect_nothing_is_default(given);
  ledger_->write([&](LedgerTransaction& change) {
    change.save(a_server("server"));
    change.save(a_hold("id", "server", "web", {9, 9, 9}));
    change.save(given);
  });
  ledger_->read([&](const LedgerView& view) {
    expect_same(given, *view.hold("id"));
    ASSERT_EQ(view.holds_on("server").size(), 1U);
    expect_same(given, view.holds_on("server").front());
    expect_same(given, view.holds_of("organization", "application").at(0));
    expect_same(given, view.holds_of_deployment("deployment").at(0));
  });
}

TEST_F(Records, an_event_keeps_every_field) {
  EventRecord given{1, "event", "type", "organization", "deployment", "message", "{\"a\":1}", 2,
                    {"ops@acme", "cto@acme"}};
  expect_nothing_is_default(given);
  ledger_->write([&](LedgerTransaction& change) { given.seq = change.append(given, {}); });
  ledger_->read([&](const LedgerView& view) {
    expect_same(given, *view.event(given.seq));
    expect_same(given, view.events("deployment", 0).at(0));
    expect_same(given, view.events("", 0).at(0));
  });
}

TEST_F(Records, an_audit_record_keeps_every_field) {
  const AuditRecord given = full_audit();
  expect_nothing_is_default(given);
  ledger_->write([&](LedgerTransaction& change) { change.append(given); });
  ledger_->read([&](const LedgerView& view) {
    expect_same(given, *view.audit_record("record"));
    expect_same(given, view.audit_records({}).at(0));
    expect_same(given, view.audit_history("record").at(0));
  });
}

TEST_F(Records, every_word_of_every_status_comes_back) {
  for (int i = 0; i <= static_cast<int>(DeploymentStatus::error); ++i) {
    const auto status = static_cast<DeploymentStatus>(i);
    EXPECT_EQ(deployment_status_of(to_word(status)), status);
    EXPECT_EQ(is_final(status), i >= static_cast<int>(DeploymentStatus::succeeded));
  }
  for (int i = 0; i <= static_cast<int>(AttemptStatus::gone); ++i) {
    EXPECT_EQ(attempt_status_of(to_word(static_cast<AttemptStatus>(i))),
              static_cast<AttemptStatus>(i));
  }
  EXPECT_EQ(deployment_status_of("no such"), std::nullopt);
}

TEST_F(Records, what_is_thrown_rolls_back_and_comes_through) {
  EXPECT_THROW(ledger_->write([](LedgerTransaction& change) {
                 change.save(a_deployment("d1"));
                 throw std::out_of_range("the caller's own");
               }),
               std::out_of_range);
  ledger_->read([](const LedgerView& view) { EXPECT_FALSE(view.deployment("d1")); });
  ledger_->write([](LedgerTransaction& change) { change.save(a_deployment("d2")); });
  ledger_->read([](const LedgerView& view) { EXPECT_TRUE(view.deployment("d2")); });
}

TEST_F(Records, an_idempotency_key_is_used_once_in_an_organization) {
  const auto with_key = [](const std::string& id, const std::string& organization) {
    DeploymentRecord deployment = a_deployment(id);
    deployment.organization = organization;
    deployment.idempotency_key = "k";
    return deployment;
  };
  ledger_->write([&](LedgerTransaction& change) {
    change.save(with_key("d1", "acme"));
    change.save(with_key("d2", "other"));
    change.save(a_deployment("d3"));  // without a key, as often as you like
    change.save(a_deployment("d4"));
  });
  EXPECT_THROW(ledger_->write([&](LedgerTransaction& change) {
                 change.save(a_deployment("d5"));
                 change.save(with_key("d6", "acme"));
               }),
               std::logic_error);
  ledger_->read([](const LedgerView& view) {
    EXPECT_EQ(view.deployment_by_key("acme", "k")->id, "d1");
    EXPECT_EQ(view.deployment_by_key("other", "k")->id, "d2");
    EXPECT_FALSE(view.deployment_by_key("acme", ""));
    EXPECT_FALSE(view.deployment("d5"));
  });
}

TEST_F(Records, the_first_deployment_of_an_application_is_the_oldest_of_its_organization) {
  const auto of = [](const std::string& id, const std::string& organization, std::int64_t created) {
    DeploymentRecord deployment = a_deployment(id);
    deployment.organization = organization;
    deployment.application = "web";
    deployment.created_unix_ms = created;
    return deployment;
  };
  ledger_->write([&](LedgerTransaction& change) {
    change.save(of("d1", "other", 100));
    change.save(of("d2", "acme", 200));
    change.save(of("d3", "acme", 200));
    change.save(of("d4", "acme", 300));
  });
  ledger_->write([&](LedgerTransaction& change) {
    DeploymentRecord again = of("d2", "acme", 200);
    again.status = DeploymentStatus::denied;
    change.save(again);
  });
  ledger_->read([](const LedgerView& view) {
    EXPECT_EQ(view.first_deployment("acme", "web")->id, "d2");
    EXPECT_EQ(view.first_deployment("other", "web")->id, "d1");
    EXPECT_FALSE(view.first_deployment("acme", "nosuch"));
  });
}

TEST_F(Records, deployments_are_filtered_and_newest_come_first) {
  ledger_->write([](LedgerTransaction& change) {
    for (int i = 0; i < 6; ++i) {
      DeploymentRecord deployment = a_deployment("d" + std::to_string(i));
      deployment.created_unix_ms = 100 + i / 2;
      deployment.organization = i < 4 ? "acme" : "other";
      deployment.application = i % 2 == 0 ? "web" : "db";
      deployment.status = i == 1 ? DeploymentStatus::denied : DeploymentStatus::placing;
      deployment.attempt_id = i < 3 ? "a1" : "";
      change.save(deployment);
    }
  });
  ledger_->read([](const LedgerView& view) {
    const auto ids = [](const std::vector<DeploymentRecord>& found) {
      std::string text;
      for (const auto& deployment : found) text += deployment.id;
      return text;
    };
    EXPECT_EQ(ids(view.deployments({})), "d5d4d3d2d1d0");
    EXPECT_EQ(ids(view.deployments({"acme", "", {}, 2})), "d3d2");
    EXPECT_EQ(ids(view.deployments({"acme", "web", {}})), "d2d0");
    EXPECT_EQ(ids(view.deployments({"", "db", {}})), "d5d3d1");
    EXPECT_EQ(ids(view.deployments({"", "", {DeploymentStatus::denied}})), "d1");
    EXPECT_EQ(ids(view.deployments(
                  {"acme", "", {DeploymentStatus::denied, DeploymentStatus::placing}})),
              "d3d2d1d0");
    EXPECT_EQ(ids(view.waiting_for("a1")), "d0d2");  // d1 is final
    EXPECT_EQ(ids(view.waiting_for("")), "");
  });
}

TEST_F(Records, the_newest_decision_counts) {
  ledger_->write([](LedgerTransaction& change) {
    change.add_decision("d1", 1, "first");
    change.add_decision("d1", 2, "second");
    change.add_decision("d2", 3, "of another");
  });
  ledger_->read([](const LedgerView& view) {
    EXPECT_EQ(view.decision_json("d1"), "second");
    EXPECT_EQ(view.decision_json("none"), "");
    EXPECT_EQ(view.installation_id(), "installation");
  });
}

TEST_F(Records, a_transaction_inside_a_transaction_is_a_mistake_and_a_read_is_none) {
  ledger_->write([&](LedgerTransaction& change) {
    change.save(a_deployment("d1"));
    EXPECT_THROW(ledger_->write([](LedgerTransaction&) {}), std::logic_error);
    ledger_->read([](const LedgerView& view) { EXPECT_FALSE(view.deployment("d1")); });
  });
}

}  // namespace
}  // namespace berth
