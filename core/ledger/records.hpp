// The rows of the ledger as plain values. Times are Unix ms UTC; 0: not yet. Money is nano-units.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/money.hpp"
#include "fleet/server.hpp"
#include "request/request.hpp"

namespace berth {

/// A point in time that survives clock jumps: within one boot, `boot_ms` (CLOCK_BOOTTIME) decides
/// what is due; across boots, `unix_ms`.
struct Moment {
  std::int64_t unix_ms = 0;
  std::int64_t boot_ms = 0;
  std::string boot_id;
  [[nodiscard]] Moment after(std::int64_t ms) const {
    return {unix_ms + ms, boot_ms + ms, boot_id};
  }
  [[nodiscard]] bool passed(const Moment& now) const {
    return boot_id == now.boot_id ? boot_ms <= now.boot_ms : unix_ms <= now.unix_ms;
  }
};

enum class DeploymentStatus {
  placing,            // looking for room, deciding
  awaiting_approval,  // held until an admin says yes or no
  provisioning,       // waits for a server to be ready
  deploying,          // the deploy command runs
  succeeded,
  denied,
  insufficient_capacity,
  provisioning_failed,
  cancelled,
  timed_out,
  deploy_failed,
  error,
};
std::string_view to_word(DeploymentStatus status);
std::optional<DeploymentStatus> deployment_status_of(std::string_view word);
bool is_final(DeploymentStatus status);

struct DeploymentRecord {
  std::string id;
  std::string organization, application;
  Requirements requirements;
  Strategy strategy = Strategy::standard;
  DeploymentStatus status = DeploymentStatus::placing;
  std::string reason_code, reason;  // why it is where it is; every wait names what it waits for
  std::string requested_by, idempotency_key;
  std::int64_t created_unix_ms = 0, updated_unix_ms = 0, finished_unix_ms = 0;
  std::int64_t ttl_ms = 0;  // 0: none
  std::string server_id;    // where its hold is; "" if none
  std::string attempt_id;   // what it waits for; "" if nothing
  int tries = 0;            // provisionings begun for it
  std::vector<std::string> excluded_offers;
  std::optional<Moment> provisioning_deadline;
  std::optional<Moment> approval_deadline;
  std::string approved_by;
  std::int64_t approved_unix_ms = 0;
  Money approved_limit;
  Money estimate;                        // per month; currency "" while unknown
  std::string audit_id;                  // the audit record of the provisioning under way; or ""
  std::string cancel_requested_by;       // set: ends as soon as no effect is in flight
  std::int64_t command_pid = 0;          // of the deploy command's session; 0: none
  std::int64_t command_start_ticks = 0;  // its start time, so that a reused pid is not killed
  std::string command_boot_id;
  int command_exit = -1;
  std::string command_tail;  // the last 4 KB of its output
  std::string project;       // what is deployed is this project's folder; "": what the command says
  std::string refusals_json = "[]";  // creates refused for reasons of the account (engine/refusals)
  std::string last_refusal;          // what a cloud said last, in words
  Money first_estimate;  // of the first decision to buy: it bounds what follows; currency "": none
  // What it waits for while nothing can be had; code "": nothing.
  std::string waits_code, waits_sentence;
  bool waits_passing = false;  // it may be over in a while; else a person has to mend it
  int waits_looks = 0;         // how often it was looked at since
  std::int64_t waits_since_unix_ms = 0;
  std::optional<Moment> waits_until;
};

enum class AttemptStatus { intended, requested, booting, ready, destroying, gone };
std::string_view to_word(AttemptStatus status);
std::optional<AttemptStatus> attempt_status_of(std::string_view word);

/// One intent to create one server, over its ranked offers.
struct AttemptRecord {
  std::string id;
  std::string organization, deployment_id;  // the deployment that began it; others may wait too
  std::string server_id;                    // its row in the fleet
  std::string account;                      // of the candidate tried now
  AttemptStatus status = AttemptStatus::intended;
  std::string offers_json;  // the ranked offers, a JSON array (engine/offer_codec)
  int candidate = 0;        // index into them
  std::string vendor_id, note, region;
  bool unknown_outcome = false;  // a create's reply was lost: look before anything else
  int absent_looks = 0;          // complete looks in a row that did not show it
  std::int64_t absent_since_unix_ms = 0;
  std::optional<Moment> absence_sure;  // before then a look that does not show it proves nothing
  std::string phase;  // "accepted" "running" "reachable": what has been seen
  std::int64_t created_unix_ms = 0, requested_unix_ms = 0, accepted_unix_ms = 0, ended_unix_ms = 0;
  std::optional<Moment> ready_deadline;
  std::optional<Moment> stage_deadline;  // of the phase it is in, where that has one of its own
  std::int64_t expires_unix_ms = 0;   // lease; 0: none
  int errors = 0;                     // calls in a row that failed for passing reasons
  std::string failure_code, failure;  // the last one, in words
  std::string mark;                   // which copy of the ledger asked for it: name-generation
  bool destroy_asked = false;     // a destroy of `vendor_id` was asked for at least once
  bool destroy_answered = false;  // and the cloud said that it is done
  int destroy_refusals = 0;       // so often in a row the cloud said no to it
  std::string destroy_problem;    // why the last destroy did not go well; ""
  std::string config;  // the fingerprint of the config that it was decided by; "": not known
};

/// By which config a process works.
struct ProcessConfig {
  std::string owner, config, file;
};

/// Room taken on one server by one application. A redeployment keeps what it replaces until it
/// ends.
struct HoldRecord {
  std::string id;
  std::string organization, application, server_id, deployment_id;
  Room room;
  bool active = false;               // the deployment succeeded: this is the running one
  std::int64_t expires_unix_ms = 0;  // ttl; 0: none
  std::int64_t created_unix_ms = 0;
  // While its room is being given back (engine/release); until then it is taken.
  std::string releasing;     // "released" "expired" "moved" "scaled_down" "failed"; "": it is not
  std::string releasing_by;  // who asked for it; "" if nobody
  std::int64_t releasing_since_unix_ms = 0;
  std::string release_sentence;          // what is told when it is done
  int release_tries = 0;                 // release commands that did not succeed
  std::string release_problem;           // why the last one did not
  std::int64_t command_pid = 0;          // of the release command's session; 0: none
  std::int64_t command_start_ticks = 0;  // as of a deployment's command
  std::string command_boot_id;
  int command_exit = -1;
  std::string command_tail;
  std::int64_t releasing_by_uid = -1;  // whose process asked for it; -1: not known
};

enum class TaskKind { deployment, attempt, look, delivery, expiry, reap, scale_down };
std::string_view to_word(TaskKind kind);

/// Work that is due. (kind, subject) is its key: deployment id, attempt id, account id,
/// "notifier/deployment id", hold id; of reap the account id, of scale_down the organization.
struct TaskRecord {
  TaskKind kind = TaskKind::deployment;
  std::string subject;
  Moment not_before;
  std::string owner;    // who has claimed it; "" if nobody
  bool lapsed = false;  // whoever had claimed it died: its effect may have happened
};

struct EventRecord {
  std::int64_t seq = 0;  // set by the ledger
  std::string event_id, type, organization, deployment_id, message, fields_json = "{}";
  std::int64_t at_unix_ms = 0;
  std::vector<std::string> recipients;
};

struct DeliveryRecord {
  std::string notifier;
  std::int64_t event_seq = 0;
  std::string deployment_id;
  int tries = 0;
  std::string last_error;
};

/// A server at a cloud that carries this installation's label and that no live attempt owns.
struct StrayRecord {
  std::string id;  // account/vendor id
  std::string account, vendor_id;
  std::string attempt_id, organization;  // as its labels say; "" where it has none
  std::string name, instance_type, region;
  // Why nobody owns it: "unknown" "ended" "duplicate" "failed_over", or "elsewhere": another copy
  // of this ledger, or a later state of it, bought it.
  std::string code;
  std::int64_t created_unix_ms = 0;  // as the cloud says; 0: it does not
  std::optional<Moment> first_seen;
  int times_seen = 0;
  Money monthly, monthly_compared;  // currency "" where the price is not known
  std::string reaper_id;            // the attempt that destroys it; "": not yet
};

/// The last pass over an account.
struct ReapPassRecord {
  std::string id;  // the account
  int passes = 0;  // how many there were
  std::int64_t ended_unix_ms = 0;
  std::string outcome;   // "done" "partial" "failed" "paused"; "": there was none yet
  std::string sentence;  // what hindered it
  bool waits = false;    // something has to be seen once more, a settling time later
  std::string confirmed_by;         // who said that it may act in spite of the breaker; ""
  std::optional<Moment> confirmed;  // when
  int partial_looks = 0;  // looks in a row, by whoever waits for servers, that saw only a part
};

/// Both clocks as reaping saw them last.
struct ClockMark {
  Moment last;
  std::string paused;  // why nothing is reaped until a person confirms; ""
};

/// Which of all copies of a ledger this one is.
struct Identity {
  std::string name;    // in the labels of what it buys; a new one after it was copied or went back
  std::string folder;  // where it was used last
  std::int64_t generation = 0;  // grows with each purchase and each placement
  std::string paused;  // why nothing is destroyed until a person has seen the list; ""
  bool told = false;   // people have heard of the pause
};

/// Why a bought server takes no new deployments. It is destroyed when nothing is held there.
struct DrainRecord {
  std::string id;  // the server
  std::optional<Moment> since;
  std::string code, sentence;
};

enum class AccountStatus {
  active,
  unchecked,  // saved without a check that passed; active as soon as one does
  inactive,   // set aside: no offers are taken from it, and its servers stay
  denied,     // its last check was refused: nothing is bought there until one passes
  removed,    // its secrets are gone
};
std::string_view to_word(AccountStatus status);
std::optional<AccountStatus> account_status_of(std::string_view word);

/// An account that was added at run time. It belongs to one organization.
struct AccountRecord {
  std::string id;             // organization.name
  std::int64_t revision = 0;  // set by the ledger: the highest of all where it was saved last
  std::string organization, plugin;
  AccountStatus status = AccountStatus::unchecked;
  std::string default_region;  // "": the provider's
  std::vector<std::string> regions;
  std::string image;
  std::string ssh_user;  // "": the image's
  int ssh_port = 22;
  std::vector<std::string> ssh_public_keys;
  std::string settings_json = "{}";      // without the secrets
  std::vector<std::string> secret_keys;  // their names
  std::string sealed, key_id;            // their values, and which key opens them
  std::int64_t created_unix_ms = 0;
  std::string created_by;
  std::int64_t updated_unix_ms = 0;
  std::string updated_by;
  std::int64_t validated_unix_ms = 0;
  std::string validation;  // "ok", or the ErrorCode of what failed; "": not yet
  std::string validation_sentence;
  std::string vendor_account;  // the vendor's name of it; "": it did not say
};

enum class ProjectOutcome {
  none,         // nothing was asked of its folder yet
  pending,      // its stack is saved, and its folder is being made, or that was interrupted
  provisioned,  // its folder has what its stack says
  failed,       // it does not, and the failure says why
};
std::string_view to_word(ProjectOutcome outcome);
std::optional<ProjectOutcome> project_outcome_of(std::string_view word);

/// A project and its stack.
struct ProjectRecord {
  std::string id;  // the slug
  std::string organization, title;
  std::int64_t revision = 0;  // set by the ledger
  std::string provisioner;    // whose plan it is; "": no stack was saved yet
  std::string backend = "none", database = "none", frontend = "none", css = "none";
  std::string template_name, template_version;
  Room room;
  std::string health_path;
  std::string ports_json = "{}";        // {"application": 8080}
  std::string facts_json = "{}";        // {"database": "shop"}: credentials that are no secret
  std::vector<std::string> next_steps;
  std::vector<std::string> setup;       // the command that starts it
  std::string sealed, key_id;           // its secrets
  ProjectOutcome outcome = ProjectOutcome::none;
  std::string failure_code, failure;
  bool retryable = false;
  std::string setup_outcome, setup_tail;  // "done", or why not; "": it was never started here
  std::int64_t created_unix_ms = 0;
  std::string created_by;
  std::int64_t saved_unix_ms = 0, provisioned_unix_ms = 0, updated_unix_ms = 0;
  std::string updated_by;
};

/// One state of one provisioning's audit record. Append-only: each change is a new entry of the
/// same record_id that repeats everything; the view `audit_record` shows the newest.
struct AuditRecord {
  std::string record_id;
  std::int64_t seq = 0, at_unix_ms = 0;  // set by the ledger / writer
  std::string organization, application, deployment_id, server_id, attempt_id, vendor_id;
  std::string trigger;  // no_servers_available | insufficient_capacity | load_balancing | manual
  std::string status;   // pending provisioning succeeded failed quota_exceeded user_cancelled
  Room required;
  std::string offer_json;   // selected offer; "" before
  Money estimated_monthly;  // currency "" while unknown
  std::string approved_by;
  std::int64_t approved_unix_ms = 0, started_unix_ms = 0, completed_unix_ms = 0;
  std::string failure_code, failure_reason;
  std::string note;  // whose offers were missing when it was decided, and why; ""
};

}  // namespace berth
