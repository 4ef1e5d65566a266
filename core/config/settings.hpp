// The whole configuration as plain values. load.cpp fills it; only this folder sees toml++.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/placement.hpp"
#include "fleet/scale_down.hpp"
#include "policy/discounts.hpp"
#include "policy/pipeline.hpp"

namespace berth {

/// Where a value stands in the file, for errors: "berth.toml:12:7".
struct Place {
  std::string file;
  std::int64_t line = 0, column = 0;
  [[nodiscard]] std::string text() const;
};

/// How a plugin is run: in this process, in a worker of its own, or as was installed (bundled ones
/// in-process, all others in a worker).
enum class Isolation { automatic, in_process, worker };

/// Settings of one account or notifier, as JSON text for the plugin, secrets resolved. The reader
/// must not print `json`.
struct PluginSettings {
  std::string json = "{}";
  std::vector<std::string> secrets;            // values to redact everywhere
  std::map<std::string, Place> places;         // key -> where it stands, for the manifest's check
  std::map<std::string, std::string> unresolved;  // secret key -> why it could not be read
  std::vector<std::string> secret_keys;        // keys given as { env = … } or { file = … }
};

struct PluginEntry {          // [[plugin]]: a plugin that is not on the search path
  std::string id;
  std::filesystem::path path;          // a library, or
  std::vector<std::string> command;    // a script
  Isolation isolation = Isolation::automatic;
  Place place;
};

/// Can berth put a part of its own beside it? Not beside a MIME archive, nor beside what is
/// compressed or no text at all.
bool is_plain_user_data(std::string_view user_data);

struct AccountSettings {      // [[account]], or an account of the ledger
  std::string id;
  std::string plugin;
  std::vector<std::string> organizations;
  std::string default_region;           // "": the provider's
  std::vector<std::string> regions;     // empty: the default region only
  bool active = true;
  Isolation isolation = Isolation::automatic;
  std::string image;                    // "": the provider's default
  std::vector<std::string> ssh_public_keys;
  std::string user_data;                // cloud-init; from a file
  std::string ssh_user;                 // "": the image's, as the provider tells it, else root
  int ssh_port = 22;
  std::filesystem::path ssh_identity_file;  // a private key; "": the agent's, or those of ~/.ssh
  std::string host_key;  // that the user-data gives new servers; "": it gives none
  PluginSettings settings;
  std::vector<Discount> discounts;  // [[account.discount]]: the first that fits counts
  Place place;
  std::int64_t revision = 0;  // another one: it was changed, or may have been
  std::string set_aside;      // of the ledger's: why nothing is bought there for now; ""
  /// Which credential it uses just now, as a fingerprint: what is remembered of a refusal belongs
  /// to it. Another one after its secrets were changed. "": nobody has asked for it.
  std::string credential;
};

/// An account that others may change while it is looked at: who holds it keeps it as it was.
using AccountPointer = std::shared_ptr<const AccountSettings>;

struct NotifierSettings {     // [[notifier]]
  std::string id;
  std::string plugin;
  std::vector<std::string> events;      // empty: all; "deployment.*" is a prefix
  std::vector<std::string> organizations;  // empty: all
  Isolation isolation = Isolation::automatic;
  PluginSettings settings;
  Place place;
};

struct ApplicationSettings {  // [[organization.application]]: default requirements
  std::string name;
  std::optional<std::int64_t> millicores, memory_mib, disk_mib;
  std::string arch;
  std::optional<Strategy> strategy;
  std::vector<std::string> command;     // deploy command; empty: [deploy] command
  std::vector<std::string> release_command;  // empty: as of the deploy command
};

struct OrganizationSettings { // [[organization]]
  std::string id;
  bool auto_provisioning = false;
  bool auto_approve_provisioning = false;
  std::optional<int> max_servers;
  std::vector<std::string> admins;
  std::vector<ApplicationSettings> applications;
  Place place;
};

struct DeploySettings {       // [deploy]
  std::vector<std::string> command;     // empty: nothing runs, the server is the result
  std::int64_t timeout_ms = 5 * 60'000;
  std::vector<std::string> release_command;  // stops what `command` started; empty: nothing does
};

/// What makes a server that was bought a ready one.
enum class ReadyWhen {
  running,    // the cloud says that it runs
  reachable,  // its ssh_port answers
  marker,     // over SSH: its user-data, berth's own part last, has ended
  command,    // over SSH: `ready_command` exits with 0
};

struct ProvisioningSettings { // [provisioning]
  std::int64_t limit_ms = 10 * 60'000;        // the whole provisioning of one deployment
  std::int64_t ready_timeout_ms = 4 * 60'000; // one server, from acceptance to ready
  int tries = 2;
  std::int64_t look_interval_ms = 5'000;      // between looks at an account, at least
  std::int64_t settle_ms = 15'000;            // between the two looks after an unknown outcome
  std::int64_t call_timeout_ms = 60'000;      // one call of a provider
  std::int64_t approval_ttl_ms = 24 * 3'600'000;  // an approval not given by then is a no
  std::int64_t catalogue_ttl_ms = 10 * 60'000;
  std::int64_t catalogue_max_age_ms = 24 * 3'600'000;  // to buy from while the vendor is away
  int dearer_percent = 100;                     // what is bought unasked costs at most so much more
  std::int64_t config_patience_ms = 3'600'000;  // for what a person has to mend
  std::int64_t boot_failure_pause_ms = 60 * 60'000;  // of an offer, after 2 failures in 4 boots
  ReadyWhen ready = ReadyWhen::reachable;
  // for ReadyWhen::command: a line for the server's shell
  std::string ready_command;
  bool docker = false;                        // ready means also: Docker answers
  std::int64_t running_timeout_ms = 2 * 60'000;    // from acceptance until the cloud says it runs
  std::int64_t reachable_timeout_ms = 90'000;      // from there until ssh_port answers
};

struct ReapSettings {         // [reap]
  std::int64_t every_ms = 10 * 60'000;   // between two passes over one account
  std::int64_t grace_ms = 10 * 60'000;   // a stray younger than this is left alone
  int most_servers = 3;                  // a pass that would do away with more than this …
  int most_percent = 50;                 // … and more than this share of the account does nothing
};

struct CredentialSettings {   // [credentials]
  /// Of the accounts that are added at run time and of the secrets of projects; "": none is named.
  std::filesystem::path key_file;
};

/// How a project is started after its files are there.
enum class StartHow { no, containers, native };

struct StackSettings {        // [stacks]
  std::filesystem::path projects_dir;   // each project is a folder of it; "": in the state folder
  std::filesystem::path host_dir;       // the same as people see it, where it is mounted elsewhere
                                        // for berth; "": as it is
  StartHow start = StartHow::no;
  std::int64_t setup_timeout_ms = 5 * 60'000;
  std::vector<std::string> deploy_command;  // of deployments of projects; empty: berth's own
  std::vector<std::string> release_command;  // empty: berth's own, where the other one is too
};

struct StackProvisionerSettings {  // [[stack_provisioner]]: the first that covers a stack makes it
  std::string id;
  std::string plugin;
  Isolation isolation = Isolation::automatic;
  PluginSettings settings;
  Place place;
};

/// A file that the config was read from, and what was in it.
struct NamedFile {
  std::filesystem::path path;
  std::size_t most_bytes = 0;  // 0: it holds a secret, and is read as one
  std::string found;           // its text, or why it could not be read
};

struct Configuration {
  std::filesystem::path file;                 // where it came from
  std::vector<NamedFile> read_from;           // that file, and each that it names
  std::filesystem::path state_dir;            // ledger.db, cache.db, owners/
  std::string state_owner;                    // whose state_dir is, no key; "": nobody asked
  std::string instance;                       // stands for the place of state_dir; "": it tells
  std::vector<std::filesystem::path> plugin_path;
  std::string log_level = "warning";
  std::string log_file;
  std::string currency = "USD";               // offers are compared in it
  std::vector<CurrencyRate> rates;
  std::string rates_as_of;                    // a date, shown with the estimate
  PlacementRules placement;
  ProvisioningSettings provisioning;
  DeploySettings deploy;
  ReapSettings reap;
  CredentialSettings credentials;
  ScaleDownRules scale_down;
  std::vector<OrganizationSettings> organizations;
  std::vector<AccountSettings> accounts;
  std::vector<NotifierSettings> notifiers;
  StackSettings stacks;
  std::vector<StackProvisionerSettings> stack_provisioners;  // one at least
  std::vector<PluginEntry> plugins;
  std::vector<StageSettings> pipeline;
  std::string proxy;                          // http proxy; "": from the environment
  std::string ca_file;                        // "": the system's

  [[nodiscard]] const OrganizationSettings* organization(std::string_view id) const;
  [[nodiscard]] const AccountSettings* account(std::string_view id) const;
};

}  // namespace berth
