// Accounts and the notifiers of the config, opened when they are first used.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "engine/accounts.hpp"
#include "engine/parts.hpp"
#include "http/redaction.hpp"
#include "offers/clouds.hpp"
#include "reach/open.hpp"

namespace berth {

/// Threads: any.
class ConfiguredClouds final : public Clouds {
 public:
  ConfiguredClouds(const Configuration& config, const Accounts& accounts, PluginOpener& opener)
      : config_(config), accounts_(accounts), opener_(opener) {}
  Result<Cloud> open(const std::string& account) override;
  std::string redacted(std::string text) override;
  /// Every secret of the config and of the accounts there are.
  [[nodiscard]] std::vector<std::string> secrets() const;

 private:
  struct Opened {
    AccountPointer account;  // as it was opened
    OpenedPlugin plugin;
    std::shared_ptr<CloudProvider> provider;
  };
  /// Lets go of what belongs to accounts that were changed or removed.
  void keep_up();
  std::shared_ptr<const Redaction> redaction();
  const Configuration& config_;
  const Accounts& accounts_;
  PluginOpener& opener_;
  std::mutex mutex_;  // guards opened_ and what it was opened for
  std::shared_ptr<const AccountList> known_;
  std::map<std::string, Opened> opened_;
  // Of its own: opening takes a while, and texts are redacted inside transactions.
  std::mutex redaction_mutex_;
  std::shared_ptr<const AccountList> redacted_for_;
  std::shared_ptr<const Redaction> redaction_;
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
