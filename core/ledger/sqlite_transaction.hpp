// The view and the transaction of the ledger over one SQLite connection. By topic: deployments.cpp,
// fleet.cpp (attempts, servers, holds), tasks.cpp (claims), chronicle.cpp (events, audit),
// reaping.cpp (strays, drains), accounts.cpp, projects.cpp.
#pragma once

#include <set>
#include <unordered_map>

#include "ledger/ledger.hpp"
#include "ledger/sqlite.hpp"

namespace berth {

/// Lives inside a transaction that its maker begins and ends. Throws sqlite::Error, UnreadableRow.
class SqliteTransaction final : public LedgerTransaction {
 public:
  explicit SqliteTransaction(sqlite::Database& database) : database_(database) {}

  // deployments.cpp
  std::string installation_id() const override;
  std::optional<DeploymentRecord> deployment(std::string_view id) const override;
  std::optional<DeploymentRecord> deployment_by_key(
      std::string_view organization, std::string_view idempotency_key) const override;
  std::optional<DeploymentRecord> first_deployment(std::string_view organization,
                                                   std::string_view application) const override;
  std::vector<DeploymentRecord> deployments(const DeploymentFilter& filter) const override;
  std::vector<DeploymentRecord> waiting_for(std::string_view attempt_id) const override;
  std::vector<std::string> names(Named of, std::string_view prefix, int limit) const override;
  std::string decision_json(std::string_view deployment_id) const override;
  void save(const DeploymentRecord& deployment) override;
  void add_decision(std::string_view deployment_id, std::int64_t at_unix_ms,
                    std::string_view json) override;

  // fleet.cpp
  std::optional<AttemptRecord> attempt(std::string_view id) const override;
  std::vector<AttemptRecord> live_attempts(std::string_view account) const override;
  std::vector<AttemptRecord> unsettled_attempts(std::string_view account) const override;
  std::vector<AttemptRecord> attempts_of(std::string_view deployment_id) const override;
  std::vector<Server> servers(std::string_view organization, bool also_gone) const override;
  const std::vector<Server>& fleet(std::string_view organization) const override;
  std::optional<Server> server(std::string_view id_or_name) const override;
  std::vector<HoldRecord> holds_on(std::string_view server_id) const override;
  std::vector<HoldRecord> holds_of(std::string_view organization,
                                   std::string_view application) const override;
  std::vector<HoldRecord> holds_of_deployment(std::string_view deployment_id) const override;
  std::optional<HoldRecord> hold(std::string_view id) const override;
  int servers_counted(std::string_view organization) const override;
  void save(const AttemptRecord& attempt) override;
  void save(const Server& server) override;
  void save(const HoldRecord& hold) override;
  void remove_hold(std::string_view id) override;
  void save_report(std::string_view server_id, const Room& other_use,
                   std::optional<int> network_percent, std::optional<int> load_percent,
                   std::int64_t at_unix_ms) override;

  // tasks.cpp
  std::optional<TaskRecord> task(TaskKind kind, std::string_view subject) const override;
  std::vector<std::string> claim_owners() const override;
  std::optional<std::int64_t> next_due_in(const Scope& scope, const Moment& now) const override;
  void schedule(TaskKind kind, std::string_view subject, const Moment& not_before,
                bool earlier_only) override;
  std::vector<TaskRecord> claim_due(const Scope& scope, const Moment& now, std::string_view owner,
                                    int limit) override;
  void settle(TaskKind kind, std::string_view subject, const std::optional<Moment>& next) override;
  void lapse(std::string_view owner) override;
  bool work_left() const override;
  int deployments_that_wait() const override;

  // chronicle.cpp
  std::vector<EventRecord> events(std::string_view deployment_id, std::int64_t after_seq,
                                  int limit) const override;
  std::optional<DeliveryRecord> next_delivery(std::string_view notifier,
                                              std::string_view deployment_id) const override;
  std::optional<EventRecord> event(std::int64_t seq) const override;
  int undelivered(std::string_view deployment_id) const override;
  std::int64_t newest_event() const override;
  std::optional<AuditRecord> audit_record(std::string_view id) const override;
  std::vector<AuditRecord> audit_records(const AuditFilter& filter) const override;
  std::vector<AuditRecord> audit_history(std::string_view id) const override;
  std::int64_t append(const EventRecord& event, const std::vector<std::string>& notifiers) override;
  void delivered(std::string_view notifier, std::int64_t event_seq) override;
  void delivery_failed(std::string_view notifier, std::int64_t event_seq, std::string_view error,
                       bool give_up) override;
  void append(const AuditRecord& audit) override;

  // accounts.cpp
  std::int64_t accounts_revision() const override;
  std::vector<AccountRecord> accounts() const override;
  std::optional<AccountRecord> account(std::string_view id) const override;
  void save(const AccountRecord& account) override;

  std::vector<ProcessConfig> process_configs() const override;
  void save(const ProcessConfig& process) override;
  void remove_process_config(std::string_view owner) override;

  // projects.cpp
  std::vector<ProjectRecord> projects(std::string_view organization) const override;
  std::optional<ProjectRecord> project(std::string_view id) const override;
  void save(const ProjectRecord& project) override;
  void remove_project(std::string_view id) override;

  // reaping.cpp
  std::vector<StrayRecord> strays(std::string_view account) const override;
  std::optional<StrayRecord> stray_of(std::string_view reaper_id) const override;
  ReapPassRecord reap_pass(std::string_view account) const override;
  std::optional<ClockMark> clock_mark() const override;
  Identity identity() const override;
  std::optional<DrainRecord> drain(std::string_view server_id) const override;
  std::optional<Moment> idle_since(std::string_view server_id) const override;
  int uses(std::string_view server_id) const override;
  std::vector<std::string> regions_asked(std::string_view account) const override;
  void save(const StrayRecord& stray) override;
  void remove_stray(std::string_view id) override;
  void save(const ReapPassRecord& pass) override;
  void save(const ClockMark& mark) override;
  void save(const Identity& identity) override;
  void save(const DrainRecord& drain) override;
  void remove_drain(std::string_view server_id) override;
  void mark_idle(std::string_view server_id, const Moment& since) override;
  std::vector<std::string> organizations_in_use() const override;
  std::vector<std::string> accounts_in_use() const override;
  std::string told(std::string_view subject) const override;
  std::vector<std::string> told_subjects() const override;
  void save_told(std::string_view subject, std::string_view what) override;

 private:
  /// The live servers of an organization as this transaction last read them. Many deployments are
  /// placed in one transaction: each would else read the whole fleet anew.
  struct Fleet {
    std::vector<Server> servers;                         // by seq
    std::unordered_map<std::string, std::size_t> place;  // id -> index
    std::set<std::string> changed;                       // ids of servers to read again
    /// Attempts that are not gone, with their servers; read when first counted. Those whose server
    /// was found in the fleet are left out.
    std::optional<std::unordered_map<std::string, std::string>> homeless;
  };
  Fleet& live_fleet(std::string_view organization) const;
  bool bring_up_to_date(Fleet& fleet, std::string_view organization) const;
  void server_changes(std::string_view id);
  void hold_changes(std::string_view id);

  sqlite::Database& database_;
  mutable std::unordered_map<std::string, Fleet> fleets_;  // by organization
};

}  // namespace berth
