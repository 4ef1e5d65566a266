// The accounts and notifiers of the config, opened when they are first used.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "engine/parts.hpp"
#include "http/redaction.hpp"
#include "offers/clouds.hpp"
#include "reach/open.hpp"

namespace berth {

/// Threads: any.
class ConfiguredClouds final : public Clouds {
 public:
  ConfiguredClouds(const Configuration& config, PluginOpener& opener);
  Result<Cloud> open(const std::string& account) override;
  std::string redacted(std::string text) override;

  /// The instance behind an account, for `berth plugins call`. Throws PluginUnusable.
  OpenedPlugin instance(const AccountSettings& account);

 private:
  struct Opened {
    OpenedPlugin plugin;
    std::unique_ptr<CloudProvider> provider;
  };
  const Configuration& config_;
  PluginOpener& opener_;
  const Redaction redaction_;
  std::mutex mutex_;
  std::map<std::string, Opened> opened_;
};

/// Threads: any.
class ConfiguredNotifiers final : public Notifiers {
 public:
  ConfiguredNotifiers(const Configuration& config, PluginOpener& opener)
      : config_(config), opener_(opener) {}
  Result<Notifier*> open(const std::string& id) override;

 private:
  struct Opened {
    OpenedPlugin plugin;
    std::unique_ptr<Notifier> notifier;
  };
  const Configuration& config_;
  PluginOpener& opener_;
  std::mutex mutex_;
  std::map<std::string, Opened> opened_;
};

/// What a plugin is opened with for an account or a notifier. Throws PluginUnusable with the place
/// in the config when a secret cannot be read.
PluginUse use_of(const AccountSettings& account);
PluginUse use_of(const NotifierSettings& notifier);

/// Every secret of the config.
std::vector<std::string> secrets_of(const Configuration& config);

}  // namespace berth
