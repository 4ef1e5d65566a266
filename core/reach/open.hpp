// From a plugin and its settings to something that can be called.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/budgeted_http.hpp"
#include "http/rate_budget.hpp"
#include "http/transport.hpp"
#include "reach/catalogue.hpp"
#include "reach/isolated.hpp"

namespace berth {

/// What is wrong with one key of a plugin's settings. The caller knows where the key stands.
struct SettingProblem {
  std::string key;
  std::string text;  // a sentence; quotes no secret
};

/// Settings (the JSON object of an account, secrets resolved) against the manifest; empty: they
/// fit.
std::vector<SettingProblem> setting_problems(const Manifest& manifest,
                                             std::string_view settings_json);

/// Settings for one instance.
struct PluginUse {
  std::string plugin;                  // id in the catalogue
  HowToRun how = HowToRun::automatic;  // other than automatic: wins over the catalogue's
  std::string account_id;              // handed to the plugin where not ""
  std::string settings_json = "{}";    // secrets resolved
  std::vector<std::string> secrets;    // to redact besides the manifest's secret keys
  WorkerPatience patience;
};

/// An instance and what its manifest says. Ends when the last owner lets go.
struct OpenedPlugin {
  Manifest manifest;  // .concurrent, .default_region, .rate
  std::shared_ptr<PluginInstance> instance;
  bool in_process = false;
};

/// Opens plugins for one host. Refers to everything it is given, which must outlive what it opens.
/// Threads: any.
class PluginOpener {
 public:
  /// `of_bundled`: what bundled plugins reach more with; null: they have no other.
  PluginOpener(Catalogue& catalogue, Transport& transport, RateBudgets& budgets, Journal& journal,
               Pause pause = sleep_ms, Transport* of_bundled = nullptr)
      : catalogue_(catalogue), transport_(transport), budgets_(budgets), journal_(journal),
        pause_(std::move(pause)),
        of_bundled_(of_bundled == nullptr ? transport : *of_bundled) {}

  /// Checks the settings; the plugin's own object is made by the first call (or start()). Throws
  /// PluginUnusable.
  OpenedPlugin open(const PluginUse& use);

  /// The same for a plugin that is not in the catalogue. `use.plugin` is ignored.
  OpenedPlugin open(const CatalogueEntry& entry, const PluginUse& use);

 private:
  Catalogue& catalogue_;
  Transport& transport_;
  RateBudgets& budgets_;
  Journal& journal_;
  const Pause pause_;
  Transport& of_bundled_;
};

}  // namespace berth
