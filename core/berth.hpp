// libberth's door: open() a config, submit deployments, step() the work, read what happened.
//
// No global state, no signal handlers, no thread outside step() (and what calls it: wait, run,
// plan, offers, the plugin calls). Several Berth objects, also over one ledger, may live in one
// process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/call.hpp"
#include "berth/money.hpp"
#include "projects.hpp"
#include "request/request.hpp"

namespace berth {

/// What went wrong, as a caller has to tell it apart. what() is for people and says what to do
/// next.
enum class Problem {
  usage,       // the request is malformed (zero cores, unknown organization): nothing was recorded
  config,      // berth.toml; what() has a line per problem, each with file:line:column
  not_found,   // no such deployment, server, offer …
  refused,     // not allowed (SECURITY.md) or not possible now (approving what is not pending)
  ledger,      // ledger.db: newer version, read-only, full, locked, corrupt
  plugin,      // a plugin cannot be loaded or its call failed
  unexpected,  // a defect: please report it
};

class Error : public std::runtime_error {
 public:
  Error(Problem problem, const std::string& text) : std::runtime_error(text), problem_(problem) {}
  [[nodiscard]] Problem problem() const { return problem_; }

 private:
  Problem problem_;
};

struct Options {
  std::filesystem::path config;      // berth.toml; "": looked for (find_config)
  std::filesystem::path state_dir;   // "": as the config says
  std::string user;                  // who acts; "": the effective user's name
  std::filesystem::path plugin_dir;  // bundled plugins; "": around the running program
  std::filesystem::path worker;      // berth-worker; "": around the running program
  bool read_only = false;            // changes nothing on disk but cache.db
  bool bundled_only = false;         // what the config names (`command`, `path`, plugin_path) is
                                     // examined, and none of its code runs
  std::function<const char*(const std::string&)> environment;  // empty: getenv
  std::function<void(LogLevel, std::string_view)> log;         // gets what log_level lets through;
                                                               // empty: stderr, or log_file
  /// Called before and after every commit and every effect, with its name, from any thread: a test
  /// dies there to see what a death there leaves. Empty: nobody looks, and nothing is slower.
  std::function<void(std::string_view)> at_edge;
};

/// One line of the decision table: a server or an offer, kept or dropped, and why.
struct PlanRow {
  std::string kind;      // "server" | "offer"
  std::string id, name;  // server id and name; offer: account/region/zone/type/market
  std::string account, provider, region, zone, instance_type, arch;
  bool kept = false;
  bool chosen = false;
  std::string code, sentence;                                 // "too_small", "has 2 of 3 cores"
  std::int64_t millicores = 0, memory_mib = 0, disk_mib = 0;  // free room, or what is bought
  Money monthly;                // the offer's own currency; currency "" where unknown
  Money monthly_compared;       // in the config's currency
  double score = 0;             // servers: 0 to 100
  std::string score_breakdown;  // "cpu 45.0 · memory 50.0 · disk 37.5 · network 100 · load 100"
  std::string includes;         // offers: what the price includes
  std::vector<std::string> excludes;
};

/// What was decided for a deployment, or would be.
struct Plan {
  std::string action;          // "place" | "provision" | "hold" | "wait" | "deny"
  std::string code, sentence;  // of the pipeline's word, or of the placement
  std::string trigger;         // why the fleet did not do; "" when it did
  std::string stage;           // which stage said it
  Requirements requirements;
  Room required;  // after sizing; zero when a server was found
  std::vector<PlanRow> rows;   // servers, then offers kept, then dropped; each best first
  // All there were, also where rows were cut.
  std::size_t servers_seen = 0, offers_kept = 0, offers_dropped = 0;
  Money estimate;           // per month, config's currency; currency "" where unknown
  std::string rates_as_of;  // of the exchange rates
  std::int64_t decided_unix_ms = 0;
};

struct ServerReport {
  std::string id, name, organization, status, account, provider, region, zone, instance_type, arch;
  std::string vendor_id, ip, private_ip, ssh_user, host_key;
  int ssh_port = 22;
  bool enabled = true, reachable = true, auto_provisioned = false;
  Room capacity, used;
  std::string level;  // "ok" | "warning" | "critical"
  Money monthly;
  std::int64_t created_unix_ms = 0, ready_unix_ms = 0;
  std::vector<std::string> applications;
  std::string reason;  // why it goes and what hinders it, is off, or is lost; "": nothing is wrong
  std::vector<std::string> releasing;  // applications whose room is being given back
};

/// The statuses of a deployment and what they mean for an exit status: see `exit_status`.
/// What a deployment waits for while nothing can be had.
struct WaitsFor {
  std::string code, sentence;
  std::int64_t since_unix_ms = 0, until_unix_ms = 0;
};

/// Room that is given back when the release command of what runs there has succeeded.
struct Releasing {
  std::string code;      // "released" "expired" "moved" "scaled_down" "failed" "forced"
  std::string sentence;  // why it did not succeed; "": it was not tried yet
  std::int64_t since_unix_ms = 0;
  int tries = 0;  // that failed
};

struct DeploymentReport {
  std::string id, organization, application;
  std::string status;  // placing awaiting_approval provisioning deploying succeeded denied
                       // insufficient_capacity provisioning_failed cancelled timed_out
                       // deploy_failed error
  bool final = false;
  std::string reason_code, reason;
  Requirements requirements;
  std::string strategy, requested_by, approved_by;
  std::optional<ServerReport> server;
  Money estimate;              // per month; currency "" where nothing is bought
  std::optional<WaitsFor> waits_for;
  std::optional<Plan> plan;    // the newest decision
  std::string config;          // a hash of the config that its server was asked for by; ""
  std::string command_output;  // the tail of the deploy command's output
  std::int64_t created_unix_ms = 0, updated_unix_ms = 0, finished_unix_ms = 0;
  std::optional<Releasing> releasing;
};

struct ReleaseQuery {
  bool force = false;    // at once, whatever runs there
  bool confirm = false;  // though its organization left the config
};

/// What became of an application's room on one server.
struct ReleasedRoom {
  std::string hold_id, deployment_id, server_id, server, ip;
  std::string status;       // "released"; "releasing": its release command runs, or has yet to;
                            // "release_failed": the room stays taken, and it is tried again
  std::string sentence;     // what there is to know
  bool still_runs = false;  // nothing stopped what was deployed there
  int tries = 0;            // release commands that failed before
  int command_exit = -1;
  std::string command_output;
};

struct ReleaseReport {
  std::string status;  // of the rooms: the worst
  std::vector<ReleasedRoom> rooms;
};

/// 0 succeeded · 3 awaiting_approval · 4 denied · 5 insufficient_capacity · 6 provisioning_failed ·
/// 7 cancelled · 8 timed_out · 9 deploy_failed · 1 error; anything not final otherwise: 0.
int exit_status(std::string_view deployment_status);

struct EventReport {
  std::int64_t seq = 0, at_unix_ms = 0;
  std::string event_id, type, organization, deployment_id, message, fields_json;
};

struct AuditReport {
  std::string record_id, organization, application, deployment_id, server_id, attempt_id, vendor_id;
  std::string trigger, status, offer_json, approved_by, failure_code, failure_reason;
  std::string config;  // a hash of the config that it was decided by; "": not known
  std::string note;  // whose offers were missing when it was decided, and why
  Room required;
  Money estimated_monthly;
  std::int64_t at_unix_ms = 0, approved_unix_ms = 0, started_unix_ms = 0, completed_unix_ms = 0;
  std::optional<std::int64_t> duration_ms;
};

struct AuditQuery {
  std::string organization, application, deployment_id, status;
  int limit = 100;
};

struct NewServer {  // berth servers add
  std::string organization, name, ip, ssh_user = "root", host_key, arch = "x86_64";
  int ssh_port = 22;
  Room capacity;
};

struct LoadReport {    // berth servers report
  std::string server;  // id or name
  Room other_use;      // what runs there besides berth's deployments
  std::optional<int> network_percent, load_percent;
  std::optional<bool> reachable, enabled;
};

struct PluginReport {
  std::string id, name, version, file, how;  // how: "in-process" | "worker" | "script"
  std::vector<std::string> interfaces;
  std::string problem;  // why it cannot be used; ""
  std::string manifest_json;
};

struct CheckLine {
  std::string outcome;  // "ok" | "failed" | "skipped"
  std::string name, reason;
};

struct OfferReport {
  PlanRow row;
  std::int64_t as_of_unix_ms = 0;
  std::string availability;
};

struct OfferQuery {
  std::string organization;  // "": every active account
  std::string account;
  bool refresh = false;  // read the clouds even where the cache is young
};

/// A server that reaping has something to say about.
struct ReapRow {
  std::string kind;    // "stray": nobody owned it; "server": of the fleet
  /// "destroyed" "destroying" "draining" "stopped" "lost" "kept"; with dry_run also what would be
  /// done: "would_destroy" "would_drain" "would_lose"
  std::string action;
  std::string account, vendor_id, server_id, name, organization, attempt_id, region, instance_type;
  std::string code, sentence;      // why
  std::int64_t since_unix_ms = 0;  // of what the code says; 0: not known
  std::int64_t until_unix_ms = 0;  // when it will be decided otherwise; 0: not by time
  Money monthly;                   // currency "" where the price is not known
  Money monthly_compared;          // in the config's currency
};

struct ReapQuery {
  std::string account;   // "": every account, and the scale-down policy
  bool dry_run = false;  // only looks; changes nothing
  bool confirm = false;  // goes on in spite of a pause
};

struct ReapReport {
  std::vector<ReapRow> rows;
  std::vector<std::string> problems;  // what could not be looked at or done, a sentence each
  std::vector<std::string> paused;    // what was not done, and why, a sentence each
  int strays = 0;                     // rows of this kind
  Money strays_monthly;               // what those cost whose price is known, config's currency
  int strays_without_price = 0;
  bool dry_run = false;
  /// Organizations and accounts that left the config while they have servers, a sentence each.
  std::vector<std::string> left = {};
};

/// How a server leaves the fleet.
struct RemovalQuery {
  bool force = false;    // also where applications hold room on it
  bool confirm = false;  // its organization left the config, and the state folder's owner means it
  bool forget = false;   // its account left the config: it leaves the fleet, and is not destroyed
};

struct AdoptQuery {
  std::string organization;  // whose the servers are that do not say so; "": those are left
  bool dry_run = false;
};

/// A server that the ledger did not know.
struct AdoptRow {
  std::string account, vendor_id, name, region, instance_type, organization, application;
  std::string server_id;  // in the fleet; "": it was left, or this is a dry run
  std::string sentence;   // what of it is not known, or why it was left
  Money monthly;          // currency "" where unknown
};

struct AdoptReport {
  std::vector<AdoptRow> rows;
  std::vector<std::string> problems;  // why something may have been missed
  std::string paused;                 // why nothing was destroyed before; ""
  bool accepted = false;              // reaping goes on
  bool dry_run = false;
};

/// What an account asked of its cloud, and what its credential may still ask. Accounts with one
/// credential have one limit.
struct ApiCallsReport {
  std::string account;
  std::string credential;  // names it without telling it
  std::int64_t last_hour = 0, last_day = 0;
  std::int64_t limit = 0, limit_per_ms = 0;  // so many calls in so long; 0: none is known
  std::int64_t left = 0;                     // of them, just now
  std::int64_t paused_until_unix_ms = 0;     // the vendor said so; 0: it is not paused
};

/// An account: of the config, or one that was added at run time. It tells no secret.
struct AccountReport {
  std::string id;      // "hetzner-main", or with its organization: "acme.hetzner"
  std::string source;  // "config" | "ledger"
  std::string plugin;
  std::vector<std::string> organizations;  // one, where the source is the ledger
  /// "active"; "inactive": set aside, its servers stay; "unchecked": saved without a check that
  /// passed; "denied": its last check was refused, nothing is bought there
  std::string status;
  std::string default_region;  // "": the provider's
  std::vector<std::string> regions;
  std::string problem;  // why it cannot be used, and what to do; ""
  std::vector<std::string> servers;  // that live there: names, or the vendor's ids of strays
  // Of the ledger only:
  std::string settings_json = "{}";      // the plugin's, without secrets
  std::vector<std::string> secret_keys;  // which secrets there are
  std::string image, ssh_user, key_id, created_by, updated_by;
  int ssh_port = 22;
  std::int64_t created_unix_ms = 0, updated_unix_ms = 0;
  std::int64_t validated_unix_ms = 0;
  std::string validation;  // "ok", or what failed: "denied", "unavailable" …; "": not yet
  std::string validation_sentence;
};

/// One secret: it is the value, or it is read from a file of mode 0600 or from the environment.
struct AccountSecret {
  std::string key;
  std::string value, file, environment;  // one of them
};

/// An account to add, or what is different about one. What is not set stays as it is.
struct AccountChange {
  std::string account;                // its name (add), or its id
  std::string organization, plugin;   // add only
  std::vector<std::pair<std::string, std::string>> settings;  // as text; "" takes one away
  std::vector<AccountSecret> secrets;
  std::vector<std::string> regions;   // the first one is where to buy
  std::optional<std::string> image, ssh_user;
  std::optional<int> ssh_port;
  std::vector<std::string> ssh_public_keys;  // OpenSSH's one-line format
  std::optional<bool> active;
  bool unchecked = false;  // saved without a check, and not used until one passes
};

/// What a new key of the credentials has come to.
struct KeyRotation {
  std::string key_id;
  std::vector<std::string> accounts;  // sealed anew
  std::vector<std::string> left;      // not: a sentence each
  std::string old_key_file;           // opens ledgers of before; "": the keys are in no file
  std::vector<std::string> projects = {};  // whose secrets were sealed anew too
};

struct OfferListing {
  std::vector<OfferReport> offers;    // cheapest first
  std::vector<std::string> problems;  // accounts that could not be read, a sentence each
  std::vector<ApiCallsReport> api_calls = {};
};

/// What waiting means to the caller: polled a few times a second.
struct Waiting {
  std::function<void(const EventReport&)> on_event;  // each event once, in order
  std::function<bool()> stop;                        // true: return now, leave the rest to others
};

/// What a check of the config found, one sentence each with file:line:column and what to do.
struct ConfigReport {
  std::vector<std::string> problems;  // berth would not work, or not as was meant
  std::vector<std::string> warnings;  // it works, and may cost or show more than was meant
};

class Berth {
 public:
  /// Throws Error (config, ledger). Plugins are loaded when first needed.
  static Berth open(Options options);
  Berth(Berth&&) noexcept;
  Berth& operator=(Berth&&) noexcept;
  ~Berth();

  /// The config that open() would read. Throws Error (config) when there is none.
  static std::filesystem::path config_path(const Options& options);

  /// Every problem of the config, also what the plugins' manifests say about their settings, what
  /// cannot be used (the state folder, the log file), and what is only risky. Asks nobody outside.
  static ConfigReport check_config(const Options& options);
  /// The same of what only the vendors know: do the credentials of the config's accounts work, do
  /// they sell in each region, in a currency that has a rate? Buys nothing.
  ConfigReport check_accounts_of_config();
  /// What is no mistake of the config and costs money: organizations and accounts that are not in
  /// it any more while the ledger, which is only looked at, has servers of them. A sentence each.
  static std::vector<std::string> config_warnings(const Options& options);

  /// Records the request durably; the work is done by step(), wait() or another process. With an
  /// idempotency key that is known: the earlier deployment (refused if it asked for something
  /// else). Throws refused: somebody else deployed the application first.
  std::string submit(const DeployRequest& request);
  /// What submit would lead to just now. Changes nothing; the clouds see reads only.
  /// `most_rows`: so many rows of each kind (servers, offers kept, offers dropped) at the most.
  Plan plan(const DeployRequest& request, std::size_t most_rows = 100'000);

  DeploymentReport deployment(std::string_view id);
  /// Newest first.
  std::vector<DeploymentReport> deployments(std::string_view organization = {},
                                            std::string_view application = {}, int limit = 50);
  std::vector<EventReport> events(std::string_view deployment_id, std::int64_t after_seq = 0);
  /// The newest ones of all, oldest first.
  std::vector<EventReport> newest_events(int limit);
  /// For completing what a user types: names that begin with `prefix`, at most 200 of them. `kind`:
  /// organization, application, deployment, server, account or project.
  std::vector<std::string> names(std::string_view kind, std::string_view prefix = {});

  /// Does everything that is due, returns when nothing is and no call is in flight.
  /// Returns ms until the next thing is due; nullopt: nothing is planned. "" drives all
  /// deployments.
  std::optional<std::int64_t> step(std::string_view deployment_id = {},
                                   const std::function<bool()>& stop = {});
  /// Drives one deployment until it is final or held, or `stop`.
  DeploymentReport wait(std::string_view deployment_id, const Waiting& waiting);
  /// Drives everything; `once`: until all is final, held, or waits for something to change, else
  /// until `stop`. Returns how many wait so.
  int run(bool once, const Waiting& waiting);
  /// run(), wait() and step() notice a changed config by themselves, within a second; after this
  /// at once. Threads: any.
  void reload();

  // Who may do what: SECURITY.md. Whoever may not gets refused, and that is recorded.
  /// Only the organization's admins. Throws refused (not pending, no admin), changing nothing.
  void approve(std::string_view deployment_id);
  /// This, retry and release: whoever deployed the application first, and admins.
  void cancel(std::string_view deployment_id);
  /// A deployment that ended without success is placed again, under its id.
  void retry(std::string_view deployment_id);
  /// Gives the application's room back. Refused while a deployment of it is under way. Where there
  /// is a release command it has to succeed first: wait_released() or run() does that. `confirm`,
  /// here and below: of an organization that left the config, by the owner of the state folder.
  ReleaseReport release(std::string_view organization, std::string_view application,
                        const ReleaseQuery& how = {});
  /// Works until what was begun has come to an end, or has failed once more, or `stop`.
  ReleaseReport wait_released(const ReleaseReport& begun, const Waiting& waiting = {});

  std::vector<ServerReport> servers(std::string_view organization = {}, bool also_gone = false);
  /// This, and what follows about servers: only the organization's admins.
  std::string add_server(const NewServer& server);
  /// Buys an offer by its name for the organization; quota counts. Returns the server's id; step()
  /// or run() does the work.
  std::string buy_server(std::string_view organization, std::string_view offer_name);
  /// No new deployments; those there stay. A bought one is destroyed when empty.
  void drain_server(std::string_view server, bool drain = true, bool confirm = false);
  /// From now on this is the server's host key: another one than it showed first, say.
  void trust_host_key(std::string_view server, const std::string& host_key);
  /// A bought one is destroyed. Returns what is left to do for people; "": nothing.
  std::string remove_server(std::string_view server, const RemovalQuery& how = {});
  void report_load(const LoadReport& report);

  /// Looks at the clouds now, and destroys what nobody owns and what the policy gives back, until
  /// the clouds show it no more. `waiting` as in wait(). Throws not_found (no such account),
  /// refused (who confirms is no admin and does not own the state folder: so adopt, restore).
  ReapReport reap(const ReapQuery& query, const Waiting& waiting = {});

  /// A person says that this ledger is the one that counts: servers of it that it does not know
  /// join the fleet. When all were seen and none was left, a pause after a copy or a restore ends.
  AdoptReport adopt(const AdoptQuery& query);
  /// The ledger as it is now in a new file of mode 0600, whoever works with it.
  static void backup(const Options& options, const std::filesystem::path& file);
  /// Such a file becomes the ledger of the state folder, which must have none. Returns the folder.
  static std::filesystem::path restore(const Options& options, const std::filesystem::path& file);

  OfferListing offers(const OfferQuery& query);
  /// Of the accounts that the organization may use; "": of all.
  std::vector<ApiCallsReport> api_calls(std::string_view organization = {});
  std::vector<AuditReport> audit(const AuditQuery& query);
  std::vector<AuditReport> audit_history(std::string_view record_id);

  /// Those that the organization may use; "": all.
  std::vector<AccountReport> accounts(std::string_view organization = {});
  /// For one organization, by its admins. Checked before it is saved; its secrets are stored only
  /// sealed, with the key of [credentials]. Throws refused (its check failed; nothing is saved).
  AccountReport add_account(const AccountChange& account);
  AccountReport update_account(const AccountChange& change);
  /// Checks it again, and records what came of it where it is no account of the config.
  AccountReport validate_account(std::string_view account);
  /// Refused while servers live there. Returns its id.
  std::string remove_account(std::string_view account);
  /// Seals the secrets of all accounts with a new key, in one transaction.
  KeyRotation rotate_credentials_key();
  /// A new key in a new file of mode 0600. Returns the key's id.
  static std::string new_credentials_key(const std::filesystem::path& file);

  /// The technologies that projects can be made of.
  StackChoicesReport stack_choices();
  /// A project and its folder, with nothing in it yet. Throws usage (its name leaves no slug, or
  /// another project's).
  ProjectReport new_project(const NewProject& project);
  std::vector<ProjectReport> projects(std::string_view organization = {});
  ProjectReport project(std::string_view project);
  /// By who made the project, or an admin. Saves the stack, then makes the folder what it says:
  /// what becomes of that is told, not thrown. Throws usage (no such technology, or not together:
  /// nothing is saved), refused.
  ProvisionReport save_stack(const StackWish& wish, const std::function<bool()>& stop = {});
  /// Makes the folder what the saved stack says: after a failure, or for a newer template. `start`
  /// as in StackWish.
  ProvisionReport provision_project(std::string_view project,
                                    const std::optional<std::string>& start = std::nullopt,
                                    const std::function<bool()>& stop = {});
  /// What save_stack() would do. Changes nothing.
  ProvisionReport preview_stack(const StackWish& wish);
  /// For who made the project, and admins. That they were read is told as an event.
  ProjectCredentials project_credentials(std::string_view project);
  /// Forgets it, with its ports and secrets. Its folder stays.
  ProjectReport remove_project(std::string_view project);

  std::vector<PluginReport> plugins();
  /// `settings_of`: the account or notifier whose settings are used; "": the first that uses it.
  std::string call_plugin(std::string_view plugin_id, std::string_view method,
                          std::string_view request_json, std::string_view settings_of = {});
  /// The conformance check. `walk`: also creates, finds and destroys one server for real.
  std::vector<CheckLine> check_plugin(std::string_view plugin_id, bool walk,
                                      std::string_view settings_of = {});

  [[nodiscard]] const std::string& user() const;

 private:
  struct Parts;
  explicit Berth(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace berth
