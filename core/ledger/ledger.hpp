// What happened, durably. Implementations: sqlite_ledger.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/records.hpp"

namespace berth {

enum class LedgerProblem { too_new, read_only, full, locked, corrupt, unwritable_folder, io };

/// The ledger cannot do what was asked. Nothing of the transaction happened. what() names the file,
/// what happened and what to do next.
class LedgerError : public std::runtime_error {
 public:
  LedgerError(LedgerProblem problem, const std::string& text)
      : std::runtime_error(text), problem_(problem) {}
  [[nodiscard]] LedgerProblem problem() const { return problem_; }

 private:
  LedgerProblem problem_;
};

struct DeploymentFilter {
  std::string organization, application;   // "": any
  std::vector<DeploymentStatus> statuses;  // empty: any
  int limit = 100;                         // newest first
};

struct AuditFilter {
  std::string organization, application, deployment_id, status;  // "": any
  int limit = 100;                                               // newest first
};

/// What has names that people type.
enum class Named { organization, application, deployment, server, project };

/// Which tasks a driver works on. Empty `deployment_id`: all.
/// With one: that deployment; the attempts it began or waits for; looks at those attempts'
/// accounts; room of its application that is being given back; deliveries of its events.
/// `reaping`: reap and look at `account` ("": all, and scale_down), its attempts that are being
/// destroyed, and deliveries of events that belong to no deployment.
struct Scope {
  std::string deployment_id;
  bool reaping = false;
  std::string account = {};
};

/// A consistent view. Threads: the one that got it.
class LedgerView {
 public:
  virtual ~LedgerView() = default;
  [[nodiscard]] virtual std::string installation_id() const = 0;

  [[nodiscard]] virtual std::optional<DeploymentRecord> deployment(std::string_view id) const = 0;
  [[nodiscard]] virtual std::optional<DeploymentRecord> deployment_by_key(
      std::string_view organization, std::string_view idempotency_key) const = 0;
  /// The oldest of an application: who asked for it first.
  [[nodiscard]] virtual std::optional<DeploymentRecord> first_deployment(
      std::string_view organization, std::string_view application) const = 0;
  [[nodiscard]] virtual std::vector<DeploymentRecord> deployments(
      const DeploymentFilter& filter) const = 0;
  /// Not final and waiting for this attempt.
  [[nodiscard]] virtual std::vector<DeploymentRecord> waiting_for(
      std::string_view attempt_id) const = 0;
  /// Names that begin with `prefix`, at most `limit` of them; deployments by id, the newest where
  /// the prefix is "". Reads no more than it returns.
  [[nodiscard]] virtual std::vector<std::string> names(Named of, std::string_view prefix,
                                                       int limit) const = 0;
  /// The newest decision document of a deployment, "" if none.
  [[nodiscard]] virtual std::string decision_json(std::string_view deployment_id) const = 0;

  [[nodiscard]] virtual std::optional<AttemptRecord> attempt(std::string_view id) const = 0;
  /// Of an account ("" for all), all but gone ones.
  [[nodiscard]] virtual std::vector<AttemptRecord> live_attempts(
      std::string_view account) const = 0;
  /// Of an account, those that boot or are being destroyed.
  [[nodiscard]] virtual std::vector<AttemptRecord> unsettled_attempts(
      std::string_view account) const = 0;
  [[nodiscard]] virtual std::vector<AttemptRecord> attempts_of(
      std::string_view deployment_id) const = 0;

  /// With `used` summed from holds and reports. All but gone ones unless `also_gone`.
  /// "" organization: all.
  [[nodiscard]] virtual std::vector<Server> servers(std::string_view organization,
                                                    bool also_gone = false) const = 0;
  /// servers(organization) without a copy: placing goes over the whole fleet for each deployment.
  /// Valid until the transaction writes, or ends.
  [[nodiscard]] virtual const std::vector<Server>& fleet(std::string_view organization) const = 0;
  /// By id or, where that fails and exactly one live server has it, by name.
  [[nodiscard]] virtual std::optional<Server> server(std::string_view id_or_name) const = 0;
  [[nodiscard]] virtual std::vector<HoldRecord> holds_on(std::string_view server_id) const = 0;
  [[nodiscard]] virtual std::vector<HoldRecord> holds_of(std::string_view organization,
                                                         std::string_view application) const = 0;
  [[nodiscard]] virtual std::vector<HoldRecord> holds_of_deployment(
      std::string_view deployment_id) const = 0;
  [[nodiscard]] virtual std::optional<HoldRecord> hold(std::string_view id) const = 0;
  /// Auto-provisioned servers that are not gone: active + deleting + in flight.
  [[nodiscard]] virtual int servers_counted(std::string_view organization) const = 0;

  [[nodiscard]] virtual std::optional<TaskRecord> task(TaskKind kind,
                                                       std::string_view subject) const = 0;
  /// Owners that have claims now.
  [[nodiscard]] virtual std::vector<std::string> claim_owners() const = 0;
  /// How long until the next task of the scope that nobody has claimed is due, in ms (0: now);
  /// nullopt: none.
  [[nodiscard]] virtual std::optional<std::int64_t> next_due_in(const Scope& scope,
                                                                const Moment& now) const = 0;

  /// Events after `seq`, oldest first; "" deployment: all.
  [[nodiscard]] virtual std::vector<EventRecord> events(std::string_view deployment_id,
                                                        std::int64_t after_seq,
                                                        int limit = 1000) const = 0;
  /// The oldest undelivered event of this stream.
  [[nodiscard]] virtual std::optional<DeliveryRecord> next_delivery(
      std::string_view notifier, std::string_view deployment_id) const = 0;
  [[nodiscard]] virtual std::optional<EventRecord> event(std::int64_t seq) const = 0;
  /// Of one deployment, or ("") of all.
  [[nodiscard]] virtual int undelivered(std::string_view deployment_id) const = 0;
  /// The seq of the newest event; 0: there is none.
  [[nodiscard]] virtual std::int64_t newest_event() const = 0;
  /// Some deployment is neither final nor awaiting approval nor waits for something to change, or
  /// some attempt is neither ready nor gone, or some room is to be given back and was not tried to.
  [[nodiscard]] virtual bool work_left() const = 0;
  /// So many can get nothing just now and look again later: they wait for a cloud or a person.
  [[nodiscard]] virtual int deployments_that_wait() const = 0;

  /// Of an account ("" for all), oldest first.
  [[nodiscard]] virtual std::vector<StrayRecord> strays(std::string_view account) const = 0;
  /// The one that this attempt destroys.
  [[nodiscard]] virtual std::optional<StrayRecord> stray_of(std::string_view reaper_id) const = 0;
  /// With an empty id where there was no pass yet.
  [[nodiscard]] virtual ReapPassRecord reap_pass(std::string_view account) const = 0;
  [[nodiscard]] virtual std::optional<ClockMark> clock_mark() const = 0;
  [[nodiscard]] virtual Identity identity() const = 0;
  [[nodiscard]] virtual std::optional<DrainRecord> drain(std::string_view server_id) const = 0;
  /// Since when a server is known to be idle; nullopt: it was in use when it was looked at last.
  [[nodiscard]] virtual std::optional<Moment> idle_since(std::string_view server_id) const = 0;
  /// Of servers that are not gone; cheap, also in a large fleet.
  [[nodiscard]] virtual std::vector<std::string> organizations_in_use() const = 0;
  /// Of attempts that are not gone.
  [[nodiscard]] virtual std::vector<std::string> accounts_in_use() const = 0;
  /// What people heard last of who left the config; "": nothing.
  [[nodiscard]] virtual std::string told(std::string_view subject) const = 0;
  [[nodiscard]] virtual std::vector<std::string> told_subjects() const = 0;
  /// How many deployments a server ever took.
  [[nodiscard]] virtual int uses(std::string_view server_id) const = 0;
  /// Where servers were ever asked for at an account.
  [[nodiscard]] virtual std::vector<std::string> regions_asked(std::string_view account) const = 0;

  /// The revision of the newest change of any account; 0: there was none.
  [[nodiscard]] virtual std::int64_t accounts_revision() const = 0;
  /// All but removed ones, by id.
  [[nodiscard]] virtual std::vector<AccountRecord> accounts() const = 0;
  /// Also one that was removed.
  [[nodiscard]] virtual std::optional<AccountRecord> account(std::string_view id) const = 0;

  /// Of an organization ("": of all), by id.
  [[nodiscard]] virtual std::vector<ProjectRecord> projects(
      std::string_view organization) const = 0;
  [[nodiscard]] virtual std::optional<ProjectRecord> project(std::string_view id) const = 0;

  /// Of the processes that work on this ledger, or did.
  [[nodiscard]] virtual std::vector<ProcessConfig> process_configs() const = 0;

  [[nodiscard]] virtual std::optional<AuditRecord> audit_record(std::string_view id) const = 0;
  [[nodiscard]] virtual std::vector<AuditRecord> audit_records(const AuditFilter& filter) const = 0;
  /// Every entry of one record, oldest first.
  [[nodiscard]] virtual std::vector<AuditRecord> audit_history(std::string_view id) const = 0;
};

/// A write transaction. save() inserts or replaces by id.
class LedgerTransaction : public LedgerView {
 public:
  virtual void save(const DeploymentRecord& deployment) = 0;
  virtual void save(const AttemptRecord& attempt) = 0;
  virtual void save(const Server& server) = 0;  // `used` is not stored
  virtual void save(const HoldRecord& hold) = 0;
  virtual void remove_hold(std::string_view id) = 0;
  /// What else runs on a server, and its load; percent of the whole server. nullopt: as it was.
  virtual void save_report(std::string_view server_id, const Room& other_use,
                           std::optional<int> network_percent, std::optional<int> load_percent,
                           std::int64_t at_unix_ms) = 0;
  virtual void add_decision(std::string_view deployment_id, std::int64_t at_unix_ms,
                            std::string_view json) = 0;

  /// Makes the task, or sets its time (an existing claim stays). `earlier_only`: never later.
  virtual void schedule(TaskKind kind, std::string_view subject, const Moment& not_before,
                        bool earlier_only = false) = 0;
  /// Claims up to `limit` due, unclaimed tasks of the scope for `owner`, oldest due first. `lapsed`
  /// tells whether a dead owner had them.
  virtual std::vector<TaskRecord> claim_due(const Scope& scope, const Moment& now,
                                            std::string_view owner, int limit) = 0;
  /// Ends a claim: the task is due again then, or (nullopt) is done and removed. A task that was
  /// scheduled earlier by someone else while it was claimed keeps the earlier time.
  virtual void settle(TaskKind kind, std::string_view subject,
                      const std::optional<Moment>& next) = 0;
  /// The owner is dead: its claims are free, marked lapsed, due now. What was scheduled meanwhile
  /// is due after them.
  virtual void lapse(std::string_view owner) = 0;

  /// Appends an event and one undelivered delivery per notifier named. Returns its seq.
  virtual std::int64_t append(const EventRecord& event,
                              const std::vector<std::string>& notifiers) = 0;
  virtual void delivered(std::string_view notifier, std::int64_t event_seq) = 0;
  virtual void delivery_failed(std::string_view notifier, std::int64_t event_seq,
                               std::string_view error, bool give_up) = 0;
  virtual void append(const AuditRecord& audit) = 0;

  /// Gives it the next revision.
  virtual void save(const AccountRecord& account) = 0;

  /// Gives it the next revision.
  virtual void save(const ProjectRecord& project) = 0;
  virtual void remove_project(std::string_view id) = 0;

  virtual void save(const ProcessConfig& process) = 0;
  virtual void remove_process_config(std::string_view owner) = 0;

  virtual void save(const StrayRecord& stray) = 0;
  virtual void remove_stray(std::string_view id) = 0;
  virtual void save(const ReapPassRecord& pass) = 0;
  virtual void save(const ClockMark& mark) = 0;
  /// Its name and whether it is paused; the rest is the ledger's own.
  virtual void save(const Identity& identity) = 0;
  virtual void save(const DrainRecord& drain) = 0;
  virtual void remove_drain(std::string_view server_id) = 0;
  /// From now on idle; ends by itself with the next hold that comes or goes.
  virtual void mark_idle(std::string_view server_id, const Moment& since) = 0;
  /// "" forgets the subject.
  virtual void save_told(std::string_view subject, std::string_view what) = 0;
};

/// Threads: any; transactions are serialized. Transactions of other processes are waited for.
class Ledger {
 public:
  virtual ~Ledger() = default;
  /// One BEGIN IMMEDIATE … COMMIT, durable on return. What `body` throws rolls back and is
  /// rethrown. Throws LedgerError. Not re-entrant.
  virtual void write(const std::function<void(LedgerTransaction&)>& body) = 0;
  /// Of a ledger that is only looked at, `body` may be run again from its beginning, when the file
  /// changed under it: it sets what it fills, and does nothing else.
  virtual void read(const std::function<void(const LedgerView&)>& body) = 0;
  /// Changes when another connection has committed since the last call.
  virtual std::int64_t data_version() = 0;
};

/// Opens or makes `folder`/ledger.db (mode 0600, folder 0700), migrates it, sets WAL and FULL.
/// `new_installation_id` is used when the ledger is made. Throws LedgerError (too_new: made by a
/// newer berth, whose version is named; nothing is changed).
/// `read_only`: nothing is made; a missing file is an empty ledger.
/// One that was copied, moved or put back is paused (see Identity); `instance` stands for the place
/// where it is, in containers.
std::unique_ptr<Ledger> open_sqlite_ledger(const std::string& folder,
                                           const std::string& new_installation_id,
                                           bool read_only = false,
                                           const std::string& instance = {});

}  // namespace berth
