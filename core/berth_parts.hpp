// The objects behind libberth's door, in the order in which they need each other. Private to the
// files that make up the door.
#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "access/caller.hpp"
#include "account_changes.hpp"
#include "accounts.hpp"
#include "berth.hpp"
#include "configured.hpp"
#include "engine/engine.hpp"
#include "engine/requests.hpp"
#include "outside_credentials.hpp"
#include "project_changes.hpp"
#include "reach/diagnose.hpp"
#include "shared_budgets.hpp"
#include "watched_config.hpp"

namespace berth {

/// After the end of the work: so long for its last events.
inline constexpr std::int64_t farewell_ms = 2'000;

Problem problem_of(Refused kind);
Environment environment_of(const Options& options);
std::filesystem::path config_of(const Options& options);
/// The worker and the bundled plugins: as the options say, else around the running program.
Installation installation_of(const Options& options);
/// Where the ledger is, without opening it. Throws Error.
std::filesystem::path state_folder_of(const Options& options);
/// Who acts. Throws Error (usage).
Caller caller_of(const Options& options);
/// `config` in which every organization has an admin: where it names none, whoever owns the folder
/// of the ledger is it.
Configuration with_admins(Configuration config, const std::filesystem::path& state_dir);
CatalogueOptions catalogue_options(const Installation& installation, const Configuration& config,
                                   bool bundled_only);

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

/// The objects, in the order in which they need each other.
struct Berth::Parts {
  explicit Parts(Options given);

  [[nodiscard]] const Configuration& settings() const { return in_force.current(); }

  /// What is in the config's files now. Throws Error (config).
  [[nodiscard]] Configuration loaded_again() const;

  /// Looks whether the config was changed; if so, that one is in force on return.
  void keep_up();

  /// For a process that works for long: others learn by which config.
  void put_config_on_record();

  /// What nothing that berth starts gets from its environment.
  std::function<std::vector<std::string>()> withheld();

  /// Tells of organizations and accounts that are not in the config (any more) and have servers.
  void tell_what_left();

  /// Others may have added some, or changed them. The engine does this by itself.
  void look_at_accounts();

  [[nodiscard]] DeploymentReport report(std::string_view id);

  /// Tells each new event once; "" deployment: all.
  void tell_new(std::string_view id, std::int64_t& last_seq, const Waiting& waiting);

  /// All work there is, so reaping too; its tasks are made when that is first asked for.
  void drive_all();

  [[nodiscard]] std::int64_t newest_event();

  [[nodiscard]] std::vector<ApiCallsReport> calls_of(const AccountList& of);

  /// Sleeps until something may be due: at most `ms`, less when another process commits.
  void rest(std::int64_t ms, const Waiting& waiting);

  /// Ends what a deployment leaves behind: its last events, and servers it gave up.
  void see_off(std::string_view id, const Waiting& waiting);

  Options options;
  Installation installation;
  Configuration started_with;
  Caller caller;
  Pipeline pipeline;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Clock> clock;
  WatchedConfiguration in_force;
  std::unique_ptr<Entropy> entropy;
  std::string cache_note;
  std::unique_ptr<Cache> cache;
  std::unique_ptr<Transport> transport, transport_of_bundled;
  SharedRateBudgets budgets;
  Catalogue catalogue;
  PluginOpener opener;
  KeyStore keys;
  OutsideCredentials outside;
  LiveAccounts accounts;
  ConfiguredClouds clouds;
  ConfiguredNotifiers notifiers;
  ConfiguredStackProvisioners stack_provisioners;
  OfferCatalogue offers;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<Owners> owners;
  std::unique_ptr<Processes> processes;
  std::unique_ptr<Probe> probe;
  std::unique_ptr<Ports> ports;
  std::unique_ptr<Shell> shell;
  std::atomic<bool> stopping{false};
  EngineParts parts;
  Engine engine;
  AccountChanges account_changes;
  ProjectChanges project_changes;

 private:
  /// Tells when a long-running process has another config than this one.
  void compare_configs();

  bool reaps_ = false;
  std::string config_on_record_, other_config_;
  int differing_looks_ = 0;
};

}  // namespace berth
