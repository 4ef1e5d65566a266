// Builds the objects and opens the door; no logic.
#include "berth.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <utility>

#include "account_changes.hpp"
#include "account_reports.hpp"
#include "accounts.hpp"
#include "berth/codec.hpp"
#include "config/load.hpp"
#include "configured.hpp"
#include "credentials/key_file.hpp"
#include "engine/decision_document.hpp"
#include "engine/engine.hpp"
#include "engine/finish.hpp"
#include "engine/place.hpp"
#include "engine/reap.hpp"
#include "engine/requests.hpp"
#include "http/curl_http.hpp"
#include "offers/call.hpp"
#include "plan_reader.hpp"
#include "plugin_checks.hpp"
#include "policy/ranking.hpp"
#include "reach/diagnose.hpp"
#include "reaping.hpp"
#include "reports.hpp"
#include "shared_budgets.hpp"
#include "watched_edges.hpp"

extern char** environ;

namespace berth {
namespace {

using namespace std::chrono_literals;

constexpr auto poll_interval = 50ms;
/// After the end of a deployment: so long for its last events, and for a server it gave up.
constexpr std::int64_t farewell_ms = 2'000;
constexpr std::int64_t clean_up_ms = 60'000;
/// A cloud that does not let go of a server for so long is left to `berth run`.
constexpr std::int64_t reaping_ms = 10 * 60'000;

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

/// User-data can be read by everything on a server, so a credential in it is a leak.
void refuse_secrets_in_user_data(const Configuration& config) {
  const Redaction redaction(secrets_of(config));
  for (const AccountSettings& account : config.accounts)
    if (redaction.apply(account.user_data) != account.user_data)
      throw Error(Problem::config, account.place.text() + ": the user-data of account '" +
                                       account.id +
                                       "' holds one of the config's secrets; take it out");
}

Configuration load(const Options& options) {
  try {
    Configuration config = load_settings(config_of(options), environment_of(options));
    if (!options.state_dir.empty()) config.state_dir = options.state_dir;
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

CatalogueOptions catalogue_options(const Options& options, const Configuration& config) {
  const Installation around = find_installation();
  CatalogueOptions result;
  result.bundled_dir = options.plugin_dir.empty() ? around.bundled_dir : options.plugin_dir;
  result.worker_program = options.worker.empty() ? around.worker_program : options.worker;
  result.search_path = config.plugin_path;
  for (const PluginEntry& entry : config.plugins) {
    NamedPlugin named{entry.id, entry.path, entry.command, HowToRun::automatic};
    if (entry.isolation == Isolation::in_process) named.how = HowToRun::in_process;
    if (entry.isolation == Isolation::worker) named.how = HowToRun::worker;
    result.named.push_back(std::move(named));
  }
  return result;
}

Problem problem_of(Refused kind) {
  switch (kind) {
    case Refused::usage: return Problem::usage;
    case Refused::not_found: return Problem::not_found;
    case Refused::not_allowed: break;
  }
  return Problem::refused;
}

/// Everything that is thrown inside leaves by the door as an Error.
template <class Body>
auto at_the_door(const Body& body) -> decltype(body()) {
  try {
    return body();
  } catch (const Error&) {
    throw;
  } catch (const Refusal& refusal) {
    throw Error(problem_of(refusal.kind()), refusal.what());
  } catch (const LedgerError& problem) {
    throw Error(Problem::ledger, problem.what());
  } catch (const PluginUnusable& problem) {
    throw Error(Problem::plugin, problem.what());
  } catch (const std::system_error& machine) {  // a full disk, no more descriptors: no defect
    throw Error(Problem::ledger, std::string(machine.what()) +
                                     ". Nothing was lost: when this machine is well again (df, "
                                     "ulimit -n, dmesg), `berth run --once` goes on.");
  } catch (const std::exception& defect) {
    throw Error(Problem::unexpected, defect.what());
  }
}

AccountList accounts_for(const Accounts& accounts, const OfferQuery& query) {
  AccountList found =
      query.organization.empty() ? *accounts.list() : accounts.of(query.organization);
  found.erase(std::remove_if(found.begin(), found.end(),
                             [&](const AccountPointer& account) {
                               return !account->active ||
                                      (!query.account.empty() && account->id != query.account);
                             }),
              found.end());
  return found;
}

OfferReport offer_report(const AccountOffer& offer, const Facts& facts) {
  constexpr std::int64_t least_disk_mib = 20 * 1024;
  const Offer& one = offer.offer;
  OfferReport report;
  PlanRow& row = report.row;
  row.kind = "offer";
  row.name = offer.key();
  row.account = offer.account;
  row.provider = offer.provider;
  row.region = one.region;
  row.zone = one.zone;
  row.instance_type = one.instance_type;
  row.arch = codec::to_word(one.arch);
  row.millicores = one.vcpu * 1000;
  row.memory_mib = one.memory_mib;
  row.disk_mib = one.disk_mib > 0 ? one.disk_mib : least_disk_mib;
  row.excludes = one.excludes;
  row.kept = true;
  row.code = "offered";
  std::string why;
  if (const auto monthly = monthly_price(one, row.disk_mib, why)) {
    row.monthly = *monthly;
    row.sentence = price_note(offer, row.disk_mib, *monthly);
    if (const auto compared = converted(*monthly, facts)) row.monthly_compared = *compared;
  }
  if (row.monthly_compared.currency.empty()) {
    row.kept = false;
    row.code = row.monthly.currency.empty() ? "no_price" : "no_rate";
    row.sentence = row.monthly.currency.empty()
                       ? why
                       : "[currency] rates has no rate for " + row.monthly.currency;
  }
  if (offer.out_of_stock_until_unix_ms > facts.now_unix_ms) {
    row.kept = false;
    row.code = "out_of_stock";
    row.sentence = offer.out_of_stock_why;
  }
  report.as_of_unix_ms = one.as_of_unix_ms;
  report.availability = codec::to_word(one.availability);
  return report;
}

}  // namespace

int exit_status(std::string_view status) {
  static constexpr std::pair<std::string_view, int> table[] = {
      {"awaiting_approval", 3},   {"denied", 4},    {"insufficient_capacity", 5},
      {"provisioning_failed", 6}, {"cancelled", 7}, {"timed_out", 8},
      {"deploy_failed", 9},       {"error", 1},
  };
  for (const auto& [word, exit] : table)
    if (word == status) return exit;
  return 0;
}

/// The objects, in the order in which they need each other.
struct Berth::Parts {
  explicit Parts(Options given)
      : options(std::move(given)),
        config(load(options)),
        user(options.user.empty() ? effective_user() : options.user),
        pipeline(pipeline_of(config)),
        journal(options.log
                    ? std::make_unique<ForwardingJournal>(level_of(config.log_level), options.log)
                    : open_journal(level_of(config.log_level), config.log_file)),
        clock(system_clock()),
        entropy(system_entropy()),
        cache(watched(between_edges(options.at_edge, "open cache", [this] {
                        return open_sqlite_cache(config.state_dir.string(), cache_note);
                      }), options.at_edge)),
        transport(watched(std::unique_ptr<Transport>(std::make_unique<CurlTransport>(
                              CurlOptions{config.proxy, config.ca_file})),
                          options.at_edge)),
        budgets(*cache, *clock, *entropy),
        catalogue(catalogue_options(options, config), *journal),
        opener(catalogue, *transport, budgets, *journal),
        keys(config.credentials.key_file, environment_of(options)),
        accounts(config, keys, *clock, *journal),
        clouds(config, accounts, opener),
        notifiers(config, opener),
        offers(config, clouds, *cache, *clock, *journal, thread_workers),
        ledger(watched(between_edges(options.at_edge, "open ledger", [this] {
                         return open_sqlite_ledger(config.state_dir.string(), entropy->id(),
                                                   options.read_only);
                       }), options.at_edge)),
        owners(watched(
            lock_file_owners((config.state_dir / "owners").string(), entropy->id()),
            options.at_edge)),
        processes(watched(posix_processes(), options.at_edge)),
        probe(watched(tcp_probe(), options.at_edge)),
        shell(watched(ssh_shell(*processes, config.state_dir.string(), withheld()),
                      options.at_edge)),
        parts{config, accounts,  pipeline, *ledger,  *cache,    offers,
              clouds, notifiers, *clock,   *entropy, *owners,   *processes,
              *probe, *shell,    *journal, stopping, withheld()},
        engine(parts, thread_workers),
        account_changes(parts, keys, catalogue, opener, environment_of(options), user) {
    if (!cache_note.empty()) journal->write(LogLevel::warning, cache_note);
    look_at_accounts();
  }

  /// What nothing that berth starts gets from its environment.
  std::function<std::vector<std::string>()> withheld() {
    return [this] { return secret_names(clouds.secrets()); };
  }

  /// Others may have added some, or changed them. The engine does this by itself.
  void look_at_accounts() {
    ledger->read([this](const LedgerView& view) { accounts.refresh(view); });
  }

  [[nodiscard]] DeploymentReport report(std::string_view id) {
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

  /// Tells each new event once; "" deployment: all.
  void tell_new(std::string_view id, std::int64_t& last_seq, const Waiting& waiting) {
    if (!waiting.on_event) return;
    std::vector<EventRecord> news;
    ledger->read([&](const LedgerView& view) { news = view.events(id, last_seq); });
    for (const EventRecord& event : news) {
      last_seq = event.seq;
      waiting.on_event(report_of(event));
    }
  }

  /// All work there is, so reaping too; its tasks are made when that is first asked for.
  void drive_all() {
    if (std::exchange(reaps_, true)) return;
    keep_reaping(parts);
  }

  [[nodiscard]] std::int64_t newest_event() {
    std::int64_t newest = 0;
    ledger->read([&](const LedgerView& view) { newest = view.newest_event(); });
    return newest;
  }

  [[nodiscard]] std::vector<ApiCallsReport> calls_of(const AccountList& of) {
    std::vector<ApiCallsReport> reports;
    for (const CallsSpent& spent : cache->calls_spent(clock->now().unix_ms))
      for (const AccountPointer& account : of)
        if (account->id == spent.account)
          reports.push_back({spent.account, spent.credential, spent.last_hour, spent.last_day,
                             spent.requests, spent.per_ms, spent.left, spent.paused_until_unix_ms});
    return reports;
  }

  /// Sleeps until something may be due: at most `ms`, less when another process commits.
  void rest(std::int64_t ms, const Waiting& waiting) {
    const std::int64_t version = ledger->data_version();
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
    while (std::chrono::steady_clock::now() < until) {
      if (waiting.stop && waiting.stop()) return;
      std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(
          poll_interval, until - std::chrono::steady_clock::now()));
      if (ledger->data_version() != version) return;
    }
  }

  /// Ends what a deployment leaves behind: its last events, and servers it gave up.
  void see_off(std::string_view id, const Waiting& waiting) {
    const std::int64_t begin = clock->now().boot_ms;
    for (;;) {
      if (waiting.stop && waiting.stop()) return;
      const auto due = engine.step({std::string(id)}, waiting.stop);
      bool destroying = false;
      int undelivered = 0;
      ledger->read([&](const LedgerView& view) {
        undelivered = view.undelivered(id);
        for (const AttemptRecord& attempt : view.attempts_of(id))
          destroying = destroying || attempt.status == AttemptStatus::destroying ||
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

  Options options;
  Configuration config;
  std::string user;
  Pipeline pipeline;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Clock> clock;
  std::unique_ptr<Entropy> entropy;
  std::string cache_note;
  std::unique_ptr<Cache> cache;
  std::unique_ptr<Transport> transport;
  SharedRateBudgets budgets;
  Catalogue catalogue;
  PluginOpener opener;
  KeyStore keys;
  LiveAccounts accounts;
  ConfiguredClouds clouds;
  ConfiguredNotifiers notifiers;
  OfferCatalogue offers;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<Owners> owners;
  std::unique_ptr<Processes> processes;
  std::unique_ptr<Probe> probe;
  std::unique_ptr<Shell> shell;
  std::atomic<bool> stopping{false};
  EngineParts parts;
  Engine engine;
  AccountChanges account_changes;

 private:
  bool reaps_ = false;
};

Berth::Berth(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Berth::Berth(Berth&&) noexcept = default;
Berth& Berth::operator=(Berth&&) noexcept = default;
Berth::~Berth() = default;

Berth Berth::open(Options options) {
  return at_the_door([&] { return Berth(std::make_unique<Parts>(std::move(options))); });
}

std::filesystem::path Berth::config_path(const Options& options) {
  return at_the_door([&] { return config_of(options); });
}

std::vector<std::string> Berth::check_config(const Options& options) {
  return at_the_door([&]() -> std::vector<std::string> {
    try {
      const Configuration config = load_settings(config_of(options), environment_of(options));
      std::vector<std::string> problems;
      try {
        const Pipeline checked(config.pipeline);
      } catch (const std::invalid_argument& problem) {
        problems.push_back(config.file.string() + ": [[pipeline]]: " + problem.what());
      }
      const auto journal = silent_journal();
      Catalogue catalogue(catalogue_options(options, config), *journal);
      for (std::string& problem : plugin_setting_problems(config, catalogue))
        problems.push_back(std::move(problem));
      try {
        const KeyStore keys(config.credentials.key_file, environment_of(options));
        if (keys.is_named()) (void)keys.read();
      } catch (const KeyProblem& problem) {
        problems.push_back(config.file.string() + ": [credentials]: " + problem.what());
      }
      return problems;
    } catch (const ConfigurationError& problem) {
      std::vector<std::string> problems;
      for (const ConfigProblem& one : problem.problems()) problems.push_back(one.text());
      return problems;
    }
  });
}

std::string Berth::submit(const DeployRequest& request) {
  return at_the_door([&] {
    DeployRequest named = request;
    if (named.requested_by.empty()) named.requested_by = parts_->user;
    return berth::submit(parts_->parts, named);
  });
}

Plan Berth::plan(const DeployRequest& request, std::size_t most_rows) {
  return at_the_door([&] {
    const DeploymentRecord deployment = resolve(parts_->parts, request);
    parts_->look_at_accounts();
    std::optional<Preview> found;
    for (int round = 0; round < 2 && !found; ++round) {
      if (round > 0) parts_->offers.refresh(parts_->accounts.of(deployment.organization));
      parts_->ledger->read([&](const LedgerView& view) {
        found = preview(parts_->parts, view, deployment, most_rows, most_rows);
      });
    }
    if (!found) throw Error(Problem::unexpected, "the catalogues went stale while being read");
    return read_plan(decision_document(*found, deployment, parts_->config,
                                       parts_->clock->now().unix_ms, most_rows));
  });
}

DeploymentReport Berth::deployment(std::string_view id) {
  return at_the_door([&] { return parts_->report(id); });
}

std::vector<DeploymentReport> Berth::deployments(std::string_view organization,
                                                 std::string_view application, int limit) {
  return at_the_door([&] {
    DeploymentFilter filter;
    filter.organization = organization;
    filter.application = application;
    filter.limit = limit;
    std::vector<DeploymentReport> reports;
    parts_->ledger->read([&](const LedgerView& view) {
      for (const DeploymentRecord& deployment : view.deployments(filter))
        reports.push_back(report_of(view, deployment, parts_->config.placement));
    });
    return reports;
  });
}

std::vector<EventReport> Berth::events(std::string_view deployment_id, std::int64_t after_seq) {
  return at_the_door([&] {
    std::vector<EventReport> reports;
    parts_->ledger->read([&](const LedgerView& view) {
      for (const EventRecord& event : view.events(deployment_id, after_seq))
        reports.push_back(report_of(event));
    });
    return reports;
  });
}

std::optional<std::int64_t> Berth::step(std::string_view deployment_id,
                                        const std::function<bool()>& stop) {
  return at_the_door([&] {
    if (deployment_id.empty()) parts_->drive_all();
    return parts_->engine.step({std::string(deployment_id)}, stop);
  });
}

DeploymentReport Berth::wait(std::string_view id, const Waiting& waiting) {
  return at_the_door([&] {
    std::int64_t last_seq = 0;
    const auto look_around = [&] {
      parts_->tell_new(id, last_seq, waiting);
      return waiting.stop && waiting.stop();
    };
    DeploymentReport report = parts_->report(id);
    while (!report.final && report.status != "awaiting_approval") {
      const auto due = parts_->engine.step({std::string(id)}, look_around);
      if (look_around()) return parts_->report(id);
      report = parts_->report(id);
      if (report.final || report.status == "awaiting_approval") break;
      parts_->rest(std::clamp<std::int64_t>(due.value_or(200), 1, 200), waiting);
    }
    parts_->tell_new(id, last_seq, waiting);
    parts_->see_off(id, waiting);
    parts_->tell_new(id, last_seq, waiting);
    return report;
  });
}

void Berth::run(bool once, const Waiting& waiting) {
  at_the_door([&] {
    parts_->drive_all();
    std::int64_t last_seq = parts_->newest_event();
    const auto look_around = [&] {
      parts_->tell_new({}, last_seq, waiting);
      return waiting.stop && waiting.stop();
    };
    std::optional<std::int64_t> idle_since;
    for (;;) {
      const auto due = parts_->engine.step({}, look_around);
      if (look_around()) return;
      if (once) {
        bool work_left = false;
        int undelivered = 0;
        parts_->ledger->read([&](const LedgerView& view) {
          work_left = view.work_left();
          undelivered = view.undelivered({});
        });
        // Events that cannot be delivered now stay in the outbox; they do not hold up the end.
        const std::int64_t now = parts_->clock->now().boot_ms;
        if (work_left)
          idle_since.reset();
        else if (!idle_since)
          idle_since = now;
        if (!work_left && (undelivered == 0 || now - *idle_since > farewell_ms)) return;
      }
      parts_->rest(std::clamp<std::int64_t>(due.value_or(500), 1, 500), waiting);
    }
  });
}

void Berth::approve(std::string_view id) {
  at_the_door([&] { berth::approve(parts_->parts, id, parts_->user); });
}

void Berth::cancel(std::string_view id) {
  at_the_door([&] { berth::cancel(parts_->parts, id, parts_->user); });
}

void Berth::retry(std::string_view id) {
  at_the_door([&] { berth::retry(parts_->parts, id, parts_->user); });
}

void Berth::release(std::string_view organization, std::string_view application) {
  at_the_door([&] { berth::release(parts_->parts, organization, application); });
}

std::vector<ServerReport> Berth::servers(std::string_view organization, bool also_gone) {
  return at_the_door([&] {
    std::vector<ServerReport> reports;
    parts_->ledger->read([&](const LedgerView& view) {
      for (const Server& server : view.servers(organization, also_gone))
        reports.push_back(report_of(view, server, parts_->config.placement));
    });
    return reports;
  });
}

std::string Berth::add_server(const NewServer& given) {
  return at_the_door([&] {
    Server server;
    server.organization = given.organization;
    server.name = given.name;
    server.public_ipv4 = given.ip;
    server.ssh_user = given.ssh_user;
    server.ssh_port = given.ssh_port;
    server.host_key = given.host_key;
    server.arch = given.arch;
    server.capacity = given.capacity;
    return berth::add_server(parts_->parts, std::move(server));
  });
}

std::string Berth::buy_server(std::string_view organization, std::string_view offer_name) {
  return at_the_door([&] {
    parts_->look_at_accounts();
    parts_->offers.refresh(parts_->accounts.of(organization));
    return berth::buy_server(parts_->parts, organization, offer_name, parts_->user);
  });
}

void Berth::drain_server(std::string_view server, bool drain) {
  at_the_door([&] { berth::drain_server(parts_->parts, server, drain, parts_->user); });
}

void Berth::remove_server(std::string_view server, bool force) {
  at_the_door([&] { berth::remove_server(parts_->parts, server, force, parts_->user); });
}

void Berth::report_load(const LoadReport& report) {
  at_the_door([&] {
    parts_->ledger->write([&](LedgerTransaction& tx) {
      auto server = tx.server(report.server);
      if (!server) throw Error(Problem::not_found, "there is no server '" + report.server + "'");
      if (report.reachable) server->reachable = *report.reachable;
      if (report.enabled) server->enabled = *report.enabled;
      if (report.reachable || report.enabled) tx.save(*server);
      tx.save_report(server->id, report.other_use, report.network_percent, report.load_percent,
                     parts_->clock->now().unix_ms);
    });
  });
}

ReapReport Berth::reap(const ReapQuery& query, const Waiting& waiting) {
  return at_the_door([&] {
    parts_->look_at_accounts();
    if (query.dry_run) return look_before_reaping(parts_->parts, query.account, query.confirm);
    const std::int64_t first_seq = parts_->newest_event();
    std::int64_t last_seq = first_seq;
    const auto look_around = [&] {
      parts_->tell_new({}, last_seq, waiting);
      return waiting.stop && waiting.stop();
    };
    const auto asked =
        ask_to_reap(parts_->parts, query.account, query.confirm ? parts_->user : std::string());
    const Scope scope{{}, true, query.account};
    const std::int64_t begin = parts_->clock->now().boot_ms;
    for (bool goes_on = true; goes_on;) {
      const auto due = parts_->engine.step(scope, look_around);
      if (look_around()) break;
      parts_->ledger->read([&](const LedgerView& view) { goes_on = is_reaping(view, asked); });
      if (parts_->clock->now().boot_ms - begin > reaping_ms) break;
      if (goes_on) parts_->rest(std::clamp<std::int64_t>(due.value_or(200), 1, 200), waiting);
    }
    std::vector<std::string> accounts;
    for (const AskedPass& one : asked) accounts.push_back(one.account);
    ReapReport report;
    parts_->ledger->read([&](const LedgerView& view) {
      report = report_of_reaping(parts_->parts, view, accounts, query.account.empty(), first_seq);
    });
    return report;
  });
}

OfferListing Berth::offers(const OfferQuery& query) {
  return at_the_door([&] {
    parts_->look_at_accounts();
    if (!query.account.empty() && parts_->accounts.find(query.account) == nullptr)
      throw Error(Problem::not_found, "there is no account '" + query.account +
                                          "'; `berth accounts list` shows those there are");
    const AccountList accounts = accounts_for(parts_->accounts, query);
    parts_->offers.refresh(accounts, query.refresh);
    OfferListing listing;
    const auto view = parts_->offers.peek(accounts);
    if (!view) return listing;
    Facts facts;
    facts.now_unix_ms = parts_->clock->now().unix_ms;
    facts.currency = parts_->config.currency;
    facts.rates = parts_->config.rates;
    for (const AccountOffer& offer : view->offers)
      listing.offers.push_back(offer_report(offer, facts));
    std::stable_sort(listing.offers.begin(), listing.offers.end(),
                     [](const OfferReport& a, const OfferReport& b) {
                       const auto rank = [](const OfferReport& report) {
                         return std::tuple(report.row.monthly_compared.currency.empty(),
                                           report.row.monthly_compared.nanos);
                       };
                       return std::pair(rank(a), a.row.name) < std::pair(rank(b), b.row.name);
                     });
    for (const MissingCatalogue& missing : view->missing)
      listing.problems.push_back(missing.account + ": " + missing.why);
    listing.api_calls = parts_->calls_of(accounts);
    return listing;
  });
}

std::vector<ApiCallsReport> Berth::api_calls(std::string_view organization) {
  return at_the_door([&] {
    OfferQuery query;
    query.organization = organization;
    parts_->look_at_accounts();
    return parts_->calls_of(accounts_for(parts_->accounts, query));
  });
}

std::vector<AuditReport> Berth::audit(const AuditQuery& query) {
  return at_the_door([&] {
    std::vector<AuditReport> reports;
    parts_->ledger->read([&](const LedgerView& view) {
      for (const AuditRecord& record :
           view.audit_records({query.organization, query.application, query.deployment_id,
                               query.status, query.limit}))
        reports.push_back(report_of(record));
    });
    return reports;
  });
}

std::vector<AuditReport> Berth::audit_history(std::string_view record_id) {
  return at_the_door([&] {
    std::vector<AuditReport> reports;
    parts_->ledger->read([&](const LedgerView& view) {
      for (const AuditRecord& record : view.audit_history(record_id))
        reports.push_back(report_of(record));
    });
    return reports;
  });
}

std::vector<AccountReport> Berth::accounts(std::string_view organization) {
  return at_the_door([&] { return account_reports(parts_->parts, organization); });
}

AccountReport Berth::add_account(const AccountChange& account) {
  return at_the_door([&] { return parts_->account_changes.add(account); });
}

AccountReport Berth::update_account(const AccountChange& change) {
  return at_the_door([&] { return parts_->account_changes.update(change); });
}

AccountReport Berth::validate_account(std::string_view account) {
  return at_the_door([&] { return parts_->account_changes.validate(account); });
}

std::string Berth::remove_account(std::string_view account) {
  return at_the_door([&] { return parts_->account_changes.remove(account); });
}

KeyRotation Berth::rotate_credentials_key() {
  return at_the_door([&] { return parts_->account_changes.rotate_key(); });
}

std::string Berth::new_credentials_key(const std::filesystem::path& file) {
  return at_the_door([&] {
    try {
      return make_key_file(file);
    } catch (const KeyProblem& problem) {
      throw Error(Problem::usage, problem.what());
    }
  });
}

std::vector<PluginReport> Berth::plugins() {
  return at_the_door([&] {
    std::vector<PluginReport> reports;
    for (const CatalogueEntry& entry : parts_->catalogue.list())
      reports.push_back({entry.id, entry.name, entry.version, entry.where(),
                         entry.in_process        ? "in-process"
                         : entry.command.empty() ? "worker"
                                                 : "script",
                         entry.interfaces, entry.problem, entry.manifest_json});
    return reports;
  });
}

namespace {

/// The settings that a plugin is tried with: those of the named account or notifier, or of the
/// first one that uses the plugin, or none.
PluginUse use_for(const Configuration& config, const Accounts& accounts, std::string_view plugin,
                  std::string_view settings_of) {
  const auto all = accounts.list();
  for (const AccountPointer& account : *all)
    if (account->plugin == plugin && (settings_of.empty() || account->id == settings_of))
      return use_of(*account);
  for (const NotifierSettings& notifier : config.notifiers)
    if (notifier.plugin == plugin && (settings_of.empty() || notifier.id == settings_of))
      return use_of(notifier);
  if (!settings_of.empty())
    throw Error(Problem::not_found, "no account or notifier '" + std::string(settings_of) +
                                        "' uses plugin '" + std::string(plugin) + "'");
  PluginUse use;
  use.plugin = plugin;
  return use;
}

}  // namespace

std::string Berth::call_plugin(std::string_view plugin_id, std::string_view method,
                               std::string_view request_json, std::string_view settings_of) {
  return at_the_door([&] {
    const OpenedPlugin opened =
        parts_->opener.open(use_for(parts_->config, parts_->accounts, plugin_id, settings_of));
    HostCall call(*parts_->clock, *parts_->journal,
                  std::string(plugin_id) + " " + std::string(method),
                  parts_->config.provisioning.call_timeout_ms);
    const std::string interface = method == "notify" ? notifier_id : cloud_provider_id;
    const Outcome outcome = opened.instance->call(interface, method, request_json, call);
    for (const std::string& line : call.told()) parts_->journal->write(LogLevel::info, line);
    if (!outcome) throw Error(Problem::plugin, codec::encode(outcome.failure()));
    return *outcome;
  });
}

std::vector<CheckLine> Berth::check_plugin(std::string_view plugin_id, bool walk,
                                           std::string_view settings_of) {
  return at_the_door([&] {
    const PluginUse use = use_for(parts_->config, parts_->accounts, plugin_id, settings_of);
    return check_conformance(parts_->catalogue.find(plugin_id), parts_->opener.open(use),
                             use.settings_json, walk, parts_->entropy->id(), *parts_->clock,
                             *parts_->journal);
  });
}

const std::string& Berth::user() const { return parts_->user; }

}  // namespace berth
