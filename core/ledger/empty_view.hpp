// A ledger in which nothing has happened yet.
#pragma once

#include <string>
#include <utility>

#include "ledger/ledger.hpp"

namespace berth {

/// What can be read where there is no file: the first `berth plan` of an installation makes none.
class EmptyView final : public LedgerView {
 public:
  explicit EmptyView(std::string installation_id) : installation_id_(std::move(installation_id)) {}

  [[nodiscard]] std::string installation_id() const override { return installation_id_; }
  [[nodiscard]] std::optional<DeploymentRecord> deployment(std::string_view) const override {
    return {};
  }
  [[nodiscard]] std::optional<DeploymentRecord> deployment_by_key(
      std::string_view, std::string_view) const override {
    return {};
  }
  [[nodiscard]] std::optional<DeploymentRecord> first_deployment(std::string_view,
                                                                 std::string_view) const override {
    return {};
  }
  [[nodiscard]] std::vector<DeploymentRecord> deployments(const DeploymentFilter&) const override {
    return {};
  }
  [[nodiscard]] std::vector<DeploymentRecord> waiting_for(std::string_view) const override {
    return {};
  }
  [[nodiscard]] std::vector<std::string> names(Named, std::string_view, int) const override {
    return {};
  }
  [[nodiscard]] std::string decision_json(std::string_view) const override { return {}; }
  [[nodiscard]] std::optional<AttemptRecord> attempt(std::string_view) const override { return {}; }
  [[nodiscard]] std::vector<AttemptRecord> live_attempts(std::string_view) const override {
    return {};
  }
  [[nodiscard]] std::vector<AttemptRecord> unsettled_attempts(std::string_view) const override {
    return {};
  }
  [[nodiscard]] std::vector<AttemptRecord> attempts_of(std::string_view) const override {
    return {};
  }
  [[nodiscard]] std::vector<Server> servers(std::string_view, bool) const override { return {}; }
  [[nodiscard]] const std::vector<Server>& fleet(std::string_view) const override {
    return no_servers_;
  }
  [[nodiscard]] std::optional<Server> server(std::string_view) const override { return {}; }
  [[nodiscard]] std::vector<HoldRecord> holds_on(std::string_view) const override { return {}; }
  [[nodiscard]] std::vector<HoldRecord> holds_of(std::string_view,
                                                 std::string_view) const override {
    return {};
  }
  [[nodiscard]] std::vector<HoldRecord> holds_of_deployment(std::string_view) const override {
    return {};
  }
  [[nodiscard]] std::optional<HoldRecord> hold(std::string_view) const override { return {}; }
  [[nodiscard]] int servers_counted(std::string_view) const override { return 0; }
  [[nodiscard]] std::optional<TaskRecord> task(TaskKind, std::string_view) const override {
    return {};
  }
  [[nodiscard]] std::vector<std::string> claim_owners() const override { return {}; }
  [[nodiscard]] std::optional<std::int64_t> next_due_in(const Scope&,
                                                        const Moment&) const override {
    return {};
  }
  [[nodiscard]] std::vector<EventRecord> events(std::string_view, std::int64_t,
                                                int) const override {
    return {};
  }
  [[nodiscard]] std::optional<DeliveryRecord> next_delivery(std::string_view,
                                                            std::string_view) const override {
    return {};
  }
  [[nodiscard]] std::optional<EventRecord> event(std::int64_t) const override { return {}; }
  [[nodiscard]] int undelivered(std::string_view) const override { return 0; }
  [[nodiscard]] std::int64_t newest_event() const override { return 0; }
  [[nodiscard]] bool work_left() const override { return false; }
  [[nodiscard]] int deployments_that_wait() const override { return 0; }
  [[nodiscard]] std::vector<StrayRecord> strays(std::string_view) const override { return {}; }
  [[nodiscard]] std::optional<StrayRecord> stray_of(std::string_view) const override { return {}; }
  [[nodiscard]] ReapPassRecord reap_pass(std::string_view) const override { return {}; }
  [[nodiscard]] std::optional<ClockMark> clock_mark() const override { return {}; }
  [[nodiscard]] Identity identity() const override { return {}; }
  [[nodiscard]] std::optional<DrainRecord> drain(std::string_view) const override { return {}; }
  [[nodiscard]] std::vector<std::string> organizations_in_use() const override { return {}; }
  [[nodiscard]] std::vector<std::string> accounts_in_use() const override { return {}; }
  [[nodiscard]] std::string told(std::string_view) const override { return {}; }
  [[nodiscard]] std::vector<std::string> told_subjects() const override { return {}; }
  [[nodiscard]] std::optional<Moment> idle_since(std::string_view) const override { return {}; }
  [[nodiscard]] int uses(std::string_view) const override { return 0; }
  [[nodiscard]] std::vector<std::string> regions_asked(std::string_view) const override {
    return {};
  }
  [[nodiscard]] std::int64_t accounts_revision() const override { return 0; }
  [[nodiscard]] std::vector<AccountRecord> accounts() const override { return {}; }
  [[nodiscard]] std::optional<AccountRecord> account(std::string_view) const override { return {}; }
  [[nodiscard]] std::vector<ProjectRecord> projects(std::string_view) const override { return {}; }
  [[nodiscard]] std::optional<ProjectRecord> project(std::string_view) const override { return {}; }
  [[nodiscard]] std::vector<ProcessConfig> process_configs() const override { return {}; }
  [[nodiscard]] std::optional<AuditRecord> audit_record(std::string_view) const override {
    return {};
  }
  [[nodiscard]] std::vector<AuditRecord> audit_records(const AuditFilter&) const override {
    return {};
  }
  [[nodiscard]] std::vector<AuditRecord> audit_history(std::string_view) const override {
    return {};
  }

 private:
  std::string installation_id_;
  std::vector<Server> no_servers_;
};

}  // namespace berth
