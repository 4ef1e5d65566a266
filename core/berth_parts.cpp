#include "berth_parts.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>

#include "config/key_places.hpp"
#include "config/load.hpp"
#include "engine/leaving.hpp"
#include "engine/reap.hpp"
#include "engine/standing.hpp"
#include "http/curl_http.hpp"
#include "ledger/state_folder.hpp"
#include "reports.hpp"
#include "request/names.hpp"
#include "request/plain_text.hpp"
#include "watched_edges.hpp"

extern char** environ;

namespace berth {
namespace {

using namespace std::chrono_literals;

constexpr auto poll_interval = 50ms;
/// After the end of a deployment: so long for a server it gave up.
constexpr std::int64_t clean_up_ms = 60'000;

class ForwardingJournal final : public Journal {
 public:
  ForwardingJournal(LogLevel least, std::function<void(LogLevel, std::string_view)> to)
      : least_(least), to_(std::move(to)) {}
  void write(LogLevel level, std::string_view text) override {
    if (level >= least_) to_(level, text);
  }

 private:
  const LogLevel least_;
  std::function<void(LogLevel, std::string_view)> to_;
};

LogLevel level_of(const std::string& word) {
  if (word == "debug") return LogLevel::debug;
  if (word == "info") return LogLevel::info;
  return word == "error" ? LogLevel::error : LogLevel::warning;
}

std::string user_name(uid_t uid) {
  if (const passwd* entry = getpwuid(uid)) return entry->pw_name;
  return std::to_string(uid);
}

/// Whoever makes it will own it.
std::string owner_of(const std::filesystem::path& folder) {
  struct stat found = {};
  return user_name(stat(folder.c_str(), &found) == 0 ? found.st_uid : geteuid());
}

/// Names of this process's environment whose values are credentials.
std::vector<std::string> secret_names(const std::vector<std::string>& secrets) {
  std::vector<std::string> names{key_variable, old_key_variable};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos &&
        std::find(secrets.begin(), secrets.end(), text.substr(equals + 1)) != secrets.end())
      names.emplace_back(text.substr(0, equals));
  }
  return names;
}

/// Only they may ask where a cloud gives its machines keys.
CurlOptions options_of_bundled(const Configuration& config) {
  CurlOptions options{config.proxy, config.ca_file};
  options.metadata = true;
  return options;
}

/// User-data can be read by everything on a server, so a credential in it is a leak.
void refuse_secrets_in_user_data(const Configuration& config) {
  const Redaction redaction(secrets_of(config));
  for (const AccountSettings& account : config.accounts)
    if (redaction.apply(account.user_data) != account.user_data)
      throw Error(Problem::config, account.place.text() + ": the user-data of account '" +
                                       account.id +
                                       "' holds one of the config's secrets; take it out");
}

/// What the config leaves to where berth lies and keeps its state.
void settle_stacks(const Installation& installation, Configuration& config) {
  StackSettings& stacks = config.stacks;
  if (stacks.projects_dir.empty()) stacks.projects_dir = config.state_dir / "projects";
  // Whose deploy command is another, only that one's writer knows how to stop what it started.
  if (!stacks.deploy_command.empty()) return;
  stacks.deploy_command = {
      (installation.worker_program.parent_path() / "berth-deploy-stack").string()};
  if (stacks.release_command.empty())
    stacks.release_command = {stacks.deploy_command.front(), "--release"};
}

Configuration load(const Options& options, const Installation& installation) {
  try {
    Configuration config = load_settings(config_of(options), environment_of(options));
    if (!options.state_dir.empty()) config.state_dir = options.state_dir;
    settle_stacks(installation, config);
    refuse_secrets_in_user_data(config);
    return config;
  } catch (const ConfigurationError& problem) {
    throw Error(Problem::config, problem.what());
  }
}

Configuration started_on(Configuration config) {
  const std::filesystem::path state_dir = config.state_dir;
  return with_admins(std::move(config), state_dir);
}

Pipeline pipeline_of(const Configuration& config) {
  try {
    return Pipeline(config.pipeline);
  } catch (const std::invalid_argument& problem) {
    throw Error(Problem::config, config.file.string() + ": [[pipeline]]: " + problem.what());
  }
}

}  // namespace

Problem problem_of(Refused kind) {
  switch (kind) {
    case Refused::usage: return Problem::usage;
    case Refused::not_found: return Problem::not_found;
    case Refused::not_allowed: break;
  }
  return Problem::refused;
}

Environment environment_of(const Options& options) {
  if (options.environment) return options.environment;
  return [](const std::string& name) -> const char* { return std::getenv(name.c_str()); };
}

std::filesystem::path config_of(const Options& options) {
  std::filesystem::path file =
      options.config.empty() ? find_config(environment_of(options)) : options.config;
  if (file.empty())
    throw Error(Problem::config,
                "no config was found (./berth.toml, ~/.config/berth/berth.toml, "
                "/etc/berth/berth.toml); name one with --config or $BERTH_CONFIG");
  return file;
}

Installation installation_of(const Options& options) {
  Installation installation = find_installation();
  if (!options.plugin_dir.empty()) installation.bundled_dir = options.plugin_dir;
  if (!options.worker.empty()) installation.worker_program = options.worker;
  return installation;
}

std::filesystem::path state_folder_of(const Options& options) {
  if (!options.state_dir.empty()) return options.state_dir;
  try {
    return load_settings(config_of(options), environment_of(options)).state_dir;
  } catch (const ConfigurationError& problem) {
    throw Error(Problem::config, problem.what());
  }
}

Caller caller_of(const Options& options) {
  if (options.user.empty()) return {user_name(geteuid()), getuid()};
  if (!is_person(options.user))  // it goes on record and before people's eyes
    throw Error(Problem::usage, "'" + one_line(options.user, 40) +
                                    "' cannot name who acts (--as): at most 128 bytes on one "
                                    "line, without a blank at either end");
  return {options.user, getuid()};
}

Configuration with_admins(Configuration config, const std::filesystem::path& state_dir) {
  config.state_owner = owner_of(state_dir);
  for (OrganizationSettings& organization : config.organizations)
    if (organization.admins.empty()) organization.admins = {config.state_owner};
  return config;
}

CatalogueOptions catalogue_options(const Installation& installation, const Configuration& config,
                                   bool bundled_only) {
  CatalogueOptions result;
  result.bundled_only = bundled_only;
  result.bundled_dir = installation.bundled_dir;
  result.worker_program = installation.worker_program;
  result.search_path = config.plugin_path;
  for (const PluginEntry& entry : config.plugins) {
    NamedPlugin named{entry.id, entry.path, entry.command, HowToRun::automatic};
    if (entry.isolation == Isolation::in_process) named.how = HowToRun::in_process;
    if (entry.isolation == Isolation::worker) named.how = HowToRun::worker;
    result.named.push_back(std::move(named));
  }
  return result;
}

namespace {

/// A log that cannot be opened is a mistake of the config.
std::unique_ptr<Journal> journal_of(const Configuration& config) {
  if (!config.log_file.empty())
    if (const std::string why = appending_problem(config.log_file); !why.empty())
      throw Error(Problem::config, KeyPlaces(config).of("berth.log_file").text() +
                                       ": log_file names " + config.log_file + ", and " + why +
                                       " — name a file that this user may write, or leave it out");
  return open_journal(level_of(config.log_level), config.log_file);
}

}  // namespace

Berth::Parts::Parts(Options given)
    : options(std::move(given)),
      installation(installation_of(options)),
      started_with(started_on(load(options, installation))),
      caller(caller_of(options)),
      pipeline(pipeline_of(started_with)),
      journal(options.log
                  ? std::make_unique<ForwardingJournal>(level_of(started_with.log_level),
                                                        options.log)
                  : journal_of(started_with)),
      clock(system_clock()),
      in_force(started_with, [this] { return loaded_again(); }, *clock, *journal,
               [this](const Configuration& now) { pipeline.replace(now.pipeline); }),
      entropy(system_entropy()),
      cache(watched(between_edges(options.at_edge, "open cache",
                                  [this] {
                                    return open_sqlite_cache(started_with.state_dir.string(),
                                                             cache_note);
                                  }),
                    options.at_edge)),
      transport(watched(std::unique_ptr<Transport>(std::make_unique<CurlTransport>(
                            CurlOptions{started_with.proxy, started_with.ca_file})),
                        options.at_edge)),
      transport_of_bundled(watched(std::unique_ptr<Transport>(std::make_unique<CurlTransport>(
                                       options_of_bundled(started_with))),
                                   options.at_edge)),
      budgets(*cache, *clock, *entropy),
      catalogue(catalogue_options(installation, started_with, options.bundled_only), *journal),
      opener(catalogue, *transport, budgets, *journal, sleep_ms, transport_of_bundled.get()),
      keys(started_with.credentials.key_file, environment_of(options),
           started_with.state_dir / "credentials.key"),
      outside(catalogue, opener, *clock, *journal),
      accounts(in_force, keys, *clock, *journal,
               [this](const AccountSettings& account) { return outside.of(account); }),
      clouds(in_force, accounts, opener),
      notifiers(in_force, opener),
      stack_provisioners(in_force, opener),
      offers(in_force, clouds, *cache, *clock, *journal, thread_workers),
      ledger(under(in_force,
                   watched(between_edges(options.at_edge, "open ledger",
                                         [this] {
                                           return open_sqlite_ledger(
                                               started_with.state_dir.string(), entropy->id(),
                                               options.read_only, started_with.instance);
                                         }),
                           options.at_edge))),
      owners(watched(lock_file_owners((started_with.state_dir / "owners").string(), entropy->id()),
                     options.at_edge)),
      processes(watched(posix_processes(), options.at_edge)),
      probe(watched(tcp_probe(), options.at_edge)),
      ports(tcp_ports()),
      shell(watched(ssh_shell(*processes, started_with.state_dir.string(), withheld()),
                    options.at_edge)),
      parts{in_force,
            accounts,
            pipeline,
            *ledger,
            *cache,
            offers,
            clouds,
            notifiers,
            *clock,
            *entropy,
            *owners,
            *processes,
            *probe,
            *shell,
            *journal,
            stopping,
            withheld(),
            [this](const std::string& project, std::string text) {
              return project_changes.redacted(project, std::move(text));
            }},
      engine(parts, thread_workers),
      account_changes(parts, keys, catalogue, opener, environment_of(options), caller),
      project_changes(parts, keys, stack_provisioners, *ports, caller) {
  if (!cache_note.empty()) journal->write(LogLevel::warning, cache_note);
  look_at_accounts();
  tell_what_left();
}

Configuration Berth::Parts::loaded_again() const {
  Options same = options;
  same.config = started_with.file;  // another place where one is looked for may have one by now
  Configuration config = load(same, installation);
  (void)pipeline_of(config);
  return with_admins(std::move(config), started_with.state_dir);  // where the ledger stays
}

void Berth::Parts::keep_up() {
  const bool looked = in_force.look();
  if (in_force.has_another()) {
    if (options.read_only)
      in_force.take_over();
    else
      ledger->write([](LedgerTransaction&) {});  // between two transactions
    look_at_accounts();
    tell_what_left();
    if (!options.read_only) look_after_left(parts);
    if (std::exchange(reaps_, false)) drive_all();  // accounts and organizations that are new
  }
  if (looked && !options.read_only) compare_configs();
}

void Berth::Parts::put_config_on_record() {
  const ProcessConfig own{owners->own(), in_force.fingerprint(), started_with.file.string()};
  if (own.config == config_on_record_) return;
  ledger->write([&](LedgerTransaction& tx) {
    for (const ProcessConfig& other : tx.process_configs())
      if (!owners->alive(other.owner)) tx.remove_process_config(other.owner);
    tx.save(own);
  });
  config_on_record_ = own.config;
}

void Berth::Parts::compare_configs() {
  constexpr int looks = 5;  // an edit is noticed by each at its own moment
  const std::string mine = in_force.fingerprint();
  std::string differs;
  std::vector<ProcessConfig> all;
  ledger->read([&](const LedgerView& view) { all = view.process_configs(); });
  for (const ProcessConfig& other : all)
    if (other.owner != owners->own() && other.config != mine && owners->alive(other.owner))
      differs = other.file + " (" + other.config + ")";
  differing_looks_ = differs == other_config_ ? differing_looks_ + 1 : 1;
  other_config_ = differs;
  if (differs.empty() || differing_looks_ != looks) return;
  journal->write(LogLevel::warning,
                 "another berth works on this ledger with another config: " + differs +
                     ", this one with " + started_with.file.string() + " (" + mine +
                     "). Which one decides is left to chance: give both the same");
}

std::function<std::vector<std::string>()> Berth::Parts::withheld() {
  return [this] { return secret_names(clouds.secrets()); };
}

void Berth::Parts::tell_what_left() {
  std::vector<LeftBehind> left;
  ledger->read([&](const LedgerView& view) { left = left_behind(settings(), view); });
  for (const LeftBehind& one : left) journal->write(LogLevel::warning, one.sentence);
}

void Berth::Parts::look_at_accounts() {
  ledger->read([this](const LedgerView& view) { accounts.refresh(view); });
}

DeploymentReport Berth::Parts::report(std::string_view id) {
  std::optional<DeploymentReport> found;
  ledger->read([&](const LedgerView& view) {
    if (const auto deployment = view.deployment(id))
      found = report_of(view, *deployment, settings().placement);
  });
  if (!found)
    throw Error(Problem::not_found, "there is no deployment '" + std::string(id) +
                                        "'; `berth status` lists the newest");
  return *std::move(found);
}

void Berth::Parts::tell_new(std::string_view id, std::int64_t& last_seq, const Waiting& waiting) {
  if (!waiting.on_event) return;
  std::vector<EventRecord> news;
  ledger->read([&](const LedgerView& view) { news = view.events(id, last_seq); });
  for (const EventRecord& event : news) {
    last_seq = event.seq;
    waiting.on_event(report_of(event));
  }
}

void Berth::Parts::drive_all() {
  if (std::exchange(reaps_, true)) return;
  keep_reaping(parts);
}

std::int64_t Berth::Parts::newest_event() {
  std::int64_t newest = 0;
  ledger->read([&](const LedgerView& view) { newest = view.newest_event(); });
  return newest;
}

std::vector<ApiCallsReport> Berth::Parts::calls_of(const AccountList& of) {
  std::vector<ApiCallsReport> reports;
  for (const CallsSpent& spent : cache->calls_spent(clock->now().unix_ms))
    for (const AccountPointer& account : of)
      if (account->id == spent.account)
        reports.push_back({spent.account, spent.credential, spent.last_hour, spent.last_day,
                           spent.requests, spent.per_ms, spent.left, spent.paused_until_unix_ms});
  return reports;
}

void Berth::Parts::rest(std::int64_t ms, const Waiting& waiting) {
  keep_up();
  const std::int64_t version = ledger->data_version();
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  while (std::chrono::steady_clock::now() < until) {
    if (waiting.stop && waiting.stop()) return;
    keep_up();
    std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(
        poll_interval, until - std::chrono::steady_clock::now()));
    if (ledger->data_version() != version) return;
  }
}

/// The application's room elsewhere is given back, and its release command was not tried yet.
static bool stops_something(const LedgerView& view, std::string_view deployment_id,
                            const Moment& now) {
  const auto deployment = view.deployment(deployment_id);
  if (!deployment) return false;
  for (const HoldRecord& hold : view.holds_of(deployment->organization, deployment->application))
    if (!hold.releasing.empty() && hold.release_tries == 0) {
      const auto task = view.task(TaskKind::expiry, hold.id);
      if (task && (!task->owner.empty() || task->not_before.passed(now))) return true;
    }
  return false;
}

void Berth::Parts::see_off(std::string_view id, const Waiting& waiting) {
  const std::int64_t begin = clock->now().boot_ms;
  for (;;) {
    if (waiting.stop && waiting.stop()) return;
    const auto due = engine.step({std::string(id)}, waiting.stop);
    bool destroying = false, releasing = false;
    int undelivered = 0;
    ledger->read([&](const LedgerView& view) {
      destroying = false;
      releasing = stops_something(view, id, clock->now());
      undelivered = view.undelivered(id);
      for (const AttemptRecord& attempt : view.attempts_of(id))
        destroying = destroying ||
                     (attempt.status == AttemptStatus::destroying && may_destroy(view, attempt)) ||
                     attempt.status == AttemptStatus::requested;
    });
    const std::int64_t spent = clock->now().boot_ms - begin;
    if (releasing) {  // as long as its time-out lets it
      rest(std::clamp<std::int64_t>(due.value_or(200), 10, 500), waiting);
      continue;
    }
    if (!due || (undelivered == 0 && !destroying)) return;
    if (spent > (destroying ? clean_up_ms : farewell_ms)) {
      if (destroying)
        journal->write(LogLevel::warning,
                       "a server is still being destroyed; `berth run --once` goes on with it");
      return;
    }
    rest(std::clamp<std::int64_t>(*due, 10, 500), waiting);
  }
}

}  // namespace berth
