// The conformance kit: does a plugin keep the contract? Over the interfaces it runs against any
// reach (the C table, a worker, a fake); over the C table it also tries what a host never sends.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "berth/cloud_provider.hpp"
#include "berth/config.hpp"
#include "berth/manifest.hpp"
#include "berth/notifier.hpp"
#include "berth/plugin.h"
#include "berth/stack_provisioner.hpp"

namespace berth::conformance {

enum class Outcome { ok, failed, skipped };

/// One check: `walk.create-again`, its outcome, and why, for a person ("" when ok).
struct CheckResult {
  std::string name;
  Outcome outcome = Outcome::ok;
  std::string reason;
};

/// Makes the Call for one method. Each gets its own.
using CallFactory = std::function<std::unique_ptr<Call>()>;

struct Options {
  /// Creates one real server (the cheapest offer), looks for it and destroys it again. For a
  /// notifier: sends one event.
  bool walk = false;
  std::string region;      // where to walk; "": the provider's default
  std::string attempt_id;  // of the walk; must be new each time; 26 of [a-z2-7]
  /// How long a change may take until `find` shows it, in ms.
  std::int64_t patience_ms = 120'000;
  /// Waits; a test hands in a clock of its own. Empty: sleeps.
  std::function<void(std::int64_t ms)> pause;
  /// Told the name of a check before it runs, so that a crash or a hang can be blamed.
  std::function<void(const std::string& name)> starting;
  /// Told each result as it comes; the functions below return all of them as well.
  std::function<void(const CheckResult& result)> finished;
};

/// `check`, `offers`, a batched `find`; with Options::walk the whole life of one server.
std::vector<CheckResult> run_conformance(CloudProvider& provider, const CallFactory& calls,
                                         const Options& options = {});

/// With Options::walk one event of type "berth.conformance"; else nothing can be tried.
std::vector<CheckResult> run_conformance(Notifier& notifier, const CallFactory& calls,
                                         const Options& options = {});

/// Renders every stack that its rules allow, twice: plain paths, no secret where it is not marked,
/// the same answer again.
std::vector<CheckResult> run_conformance(StackProvisioner& provisioner, const CallFactory& calls,
                                         const Options& options = {});

/// The table's shape, refusals of bad settings, and calls that no host sends. `config` should be
/// settings that work; what is required and missing in it is made up. Nothing is created, since
/// only unusable requests are sent.
std::vector<CheckResult> check_library(const berth_plugin* plugin, const Settings& config,
                                       const CallFactory& calls, const Options& options = {});

/// `settings` plus a made-up value for every required setting that is missing.
Settings completed(const Manifest& manifest, Settings settings);

/// `ok`, `failed` or `skipped`.
std::string_view to_word(Outcome outcome);

}  // namespace berth::conformance
