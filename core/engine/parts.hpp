// What the engine is built from, and the shape of its work.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "berth/cloud_provider.hpp"
#include "berth/notifier.hpp"
#include "config/live.hpp"
#include "engine/accounts.hpp"
#include "journal/journal.hpp"
#include "ledger/ledger.hpp"
#include "offers/cache.hpp"
#include "offers/clouds.hpp"
#include "offers/offer_catalogue.hpp"
#include "policy/pipeline.hpp"
#include "world/world.hpp"

namespace berth {

/// The notifiers of the config. Threads: any.
class Notifiers {
 public:
  virtual ~Notifiers() = default;
  /// A notifier that cannot be loaded is a Failure in words.
  virtual Result<Notifier*> open(const std::string& id) = 0;
};

/// Everything the engine uses; all of it outlives the engine.
struct EngineParts {
  const LiveConfiguration& configuration;
  Accounts& accounts;
  const Pipeline& pipeline;
  Ledger& ledger;
  Cache& cache;
  OfferCatalogue& catalogue;
  Clouds& clouds;
  Notifiers& notifiers;
  Clock& clock;
  Entropy& entropy;
  Owners& owners;
  Processes& processes;
  Probe& probe;
  Shell& shell;
  Journal& journal;
  std::atomic<bool>& stopping;  // step() is asked to return: effects in flight give up
  /// Environment names that hold credentials: the deploy command does not get them.
  std::function<std::vector<std::string>()> secret_environment;
  /// A text without the secrets of a project. Called outside of transactions; empty: no project has
  /// any.
  std::function<std::string(const std::string& project, std::string text)> without_secrets_of = {};

  /// The configuration in force just now.
  [[nodiscard]] const Configuration& settings() const { return configuration.current(); }
};

/// The outcome of an effect, to be committed. Runs inside a write transaction; settles its task.
using Apply = std::function<void(LedgerTransaction&)>;

/// An effect, outside of any transaction. Its intent is committed before it runs. Must not throw.
using Work = std::function<Apply()>;

/// Looks at a claimed task inside a write transaction: changes rows, then either settles the task
/// itself and returns nullopt, or returns work whose Apply settles it.
using Prepare = std::optional<Work> (*)(const EngineParts&, LedgerTransaction&,
                                          const TaskRecord&);

}  // namespace berth
