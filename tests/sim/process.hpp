// One process of berth in the simulated world: the real engine, policy, ledger and provider
// plugins, with the world's clock, network and disk. It can die at any effect.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "accounts.hpp"
#include "configured.hpp"
#include "credentials/keyring.hpp"
#include "engine/engine.hpp"
#include "policy/pipeline.hpp"
#include "shared_budgets.hpp"
#include "watched_config.hpp"
#include "world.hpp"

namespace berth::sim {

class Process {
 public:
  /// Reads the config: throws std::runtime_error where that cannot be used.
  Process(World& world, std::string name);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] const EngineParts& parts() const { return parts_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// kill -9: whatever its threads do from here on has no effect.
  void die();
  [[nodiscard]] bool dead() const { return dead_; }
  /// Ctrl-C.
  void interrupt() { interrupted_ = true; }
  [[nodiscard]] bool interrupted() const { return interrupted_; }

  /// Engine::step; nullopt where it died or the ledger refused.
  std::optional<std::int64_t> step(const Scope& scope);
  /// Until something may be due: at most `ms` and a moment, less when somebody commits.
  void rest(std::int64_t ms);
  void read(const std::function<void(const LedgerView&)>& body);

 private:
  class ItsLedger;
  class ItsTransport;
  class ItsClouds;
  class ItsNotifiers;
  class ItsOwners;
  class ItsProcesses;
  class ItsProbe;
  class ItsShell;
  class ItsJournal;
  class ItsWorkers;
  class LyingProvider;
  class Teller;

  /// A config that was changed is in force on return; as Berth::Parts has it.
  void keep_up();
  /// A moment at which it may die.
  void edge(const char* where);

  World& world_;
  const std::string name_;
  bool dead_ = false;
  std::atomic<bool> stopping_{false};
  bool interrupted_ = false;
  std::unique_ptr<Journal> journal_;
  const Configuration started_with_;
  Pipeline pipeline_;
  WatchedConfiguration in_force_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<Owners> owners_;
  std::unique_ptr<Processes> processes_;
  std::unique_ptr<Probe> probe_;
  std::unique_ptr<Shell> shell_;
  SharedRateBudgets budgets_;
  PluginOpener opener_;
  KeyStore keys_;
  LiveAccounts accounts_;
  ConfiguredClouds configured_;
  std::unique_ptr<Clouds> clouds_;
  std::unique_ptr<Notifiers> notifiers_;
  OfferCatalogue catalogue_;
  EngineParts parts_;
  Engine engine_;
};

}  // namespace berth::sim
