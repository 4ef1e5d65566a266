#include "berth_parts.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>

#include "config/load.hpp"
#include "engine/reap.hpp"
#include "engine/standing.hpp"
#include "http/curl_http.hpp"
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

std::string effective_user() {
  if (const passwd* entry = getpwuid(geteuid())) return entry->pw_name;
  return std::to_string(geteuid());
}

/// Who acts. It goes on record and before people's eyes.
std::string acting_user(const Options& options) {
  if (options.user.empty()) return effective_user();
  if (!is_person(options.user))
    throw Error(Problem::usage, "'" + one_line(options.user, 40) +
                                    "' cannot name who acts (--as): at most 128 bytes on one "
                                    "line, without a blank at either end");
  return options.user;
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
  if (stacks.deploy_command.empty())
    stacks.deploy_command = {
        (installation.worker_program.parent_path() / "berth-deploy-stack").string()};
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

Berth::Parts::Parts(Options given)
    : options(std::move(given)),
      installation(installation_of(options)),
      config(load(options, installation)),
      in_force(config),
      user(acting_user(options)),
      pipeline(pipeline_of(config)),
      journal(options.log
                  ? std::make_unique<ForwardingJournal>(level_of(config.log_level), options.log)
                  : open_journal(level_of(config.log_level), config.log_file)),
      clock(system_clock()),
      entropy(system_entropy()),
      cache(watched(between_edges(options.at_edge, "open cache",
                                  [this] {
                                    return open_sqlite_cache(config.state_dir.string(), cache_note);
                                  }),
                    options.at_edge)),
      transport(watched(std::unique_ptr<Transport>(std::make_unique<CurlTransport>(
                            CurlOptions{config.proxy, config.ca_file})),
                        options.at_edge)),
      budgets(*cache, *clock, *entropy),
      catalogue(catalogue_options(installation, config, options.bundled_only), *journal),
      opener(catalogue, *transport, budgets, *journal),
      keys(config.credentials.key_file, environment_of(options),
           config.state_dir / "credentials.key"),
      accounts(config, keys, *clock, *journal),
      clouds(config, accounts, opener),
      notifiers(config, opener),
      stack_provisioners(config, opener),
      offers(config, clouds, *cache, *clock, *journal, thread_workers),
      ledger(watched(between_edges(options.at_edge, "open ledger",
                                   [this] {
                                     return open_sqlite_ledger(config.state_dir.string(),
                                                               entropy->id(), options.read_only,
                                                               config.instance);
                                   }),
                     options.at_edge)),
      owners(watched(lock_file_owners((config.state_dir / "owners").string(), entropy->id()),
                     options.at_edge)),
      processes(watched(posix_processes(), options.at_edge)),
      probe(watched(tcp_probe(), options.at_edge)),
      ports(tcp_ports()),
      shell(watched(ssh_shell(*processes, config.state_dir.string(), withheld()), options.at_edge)),
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
      account_changes(parts, keys, catalogue, opener, environment_of(options), user),
      project_changes(parts, keys, stack_provisioners, *ports, user) {
  if (!cache_note.empty()) journal->write(LogLevel::warning, cache_note);
  look_at_accounts();
}

std::function<std::vector<std::string>()> Berth::Parts::withheld() {
  return [this] { return secret_names(clouds.secrets()); };
}

void Berth::Parts::look_at_accounts() {
  ledger->read([this](const LedgerView& view) { accounts.refresh(view); });
}

DeploymentReport Berth::Parts::report(std::string_view id) {
  std::optional<DeploymentReport> found;
  ledger->read([&](const LedgerView& view) {
    if (const auto deployment = view.deployment(id))
      found = report_of(view, *deployment, config.placement);
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
  const std::int64_t version = ledger->data_version();
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  while (std::chrono::steady_clock::now() < until) {
    if (waiting.stop && waiting.stop()) return;
    std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(
        poll_interval, until - std::chrono::steady_clock::now()));
    if (ledger->data_version() != version) return;
  }
}

void Berth::Parts::see_off(std::string_view id, const Waiting& waiting) {
  const std::int64_t begin = clock->now().boot_ms;
  for (;;) {
    if (waiting.stop && waiting.stop()) return;
    const auto due = engine.step({std::string(id)}, waiting.stop);
    bool destroying = false;
    int undelivered = 0;
    ledger->read([&](const LedgerView& view) {
      undelivered = view.undelivered(id);
      for (const AttemptRecord& attempt : view.attempts_of(id))
        destroying = destroying ||
                     (attempt.status == AttemptStatus::destroying && may_destroy(view, attempt)) ||
                     attempt.status == AttemptStatus::requested;
    });
    const std::int64_t spent = clock->now().boot_ms - begin;
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
