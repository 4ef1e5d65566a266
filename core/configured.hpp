// Accounts, and the notifiers and stack provisioners of the config, opened when first used.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/live.hpp"
#include "engine/accounts.hpp"
#include "engine/parts.hpp"
#include "http/redaction.hpp"
#include "offers/clouds.hpp"
#include "reach/open.hpp"
#include "reach/proxies.hpp"
#include "stacks/provisioners.hpp"

namespace berth {

/// Threads: any.
class ConfiguredClouds final : public Clouds {
 public:
  ConfiguredClouds(const LiveConfiguration& config, const Accounts& accounts, PluginOpener& opener)
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
  const LiveConfiguration& config_;
  const Accounts& accounts_;
  PluginOpener& opener_;
  std::mutex mutex_;  // guards opened_ and what it was opened for
  std::shared_ptr<const AccountList> known_;
  std::map<std::string, Opened> opened_;
  // Of its own: opening takes a while, and texts are redacted inside transactions.
  std::mutex redaction_mutex_;
  std::shared_ptr<const AccountList> redacted_for_;
  std::shared_ptr<const Redaction> redaction_;
  std::vector<std::string> once_known_;  // also replaced ones: late answers quote them
};

/// Plugins of the config that are opened when they are first used, and stay open; with other
/// settings one is opened anew, and the one before stays for the calls in it. Threads: any.
template <class Settings, class Interface>
class OpenedOnce {
 public:
  using Over = std::unique_ptr<Interface> (*)(std::shared_ptr<PluginInstance>);
  using In = std::vector<Settings> Configuration::*;
  OpenedOnce(const LiveConfiguration& config, In in, PluginOpener& opener, Over over)
      : config_(config), in_(in), opener_(opener), over_(over) {}
  /// One that cannot be loaded is a Failure in words.
  Result<Interface*> open(const std::string& id);

 private:
  struct Opened {
    PluginUse use;
    OpenedPlugin plugin;
    std::unique_ptr<Interface> over;
  };
  const LiveConfiguration& config_;
  const In in_;
  PluginOpener& opener_;
  const Over over_;
  std::mutex mutex_;
  std::map<std::string, Opened> opened_;
  std::vector<Opened> before_;
};

/// Threads: any.
class ConfiguredNotifiers final : public Notifiers {
 public:
  ConfiguredNotifiers(const LiveConfiguration& config, PluginOpener& opener)
      : opened_(config, &Configuration::notifiers, opener, notifier_over) {}
  Result<Notifier*> open(const std::string& id) override { return opened_.open(id); }

 private:
  OpenedOnce<NotifierSettings, Notifier> opened_;
};

/// Threads: any.
class ConfiguredStackProvisioners final : public StackProvisioners {
 public:
  ConfiguredStackProvisioners(const LiveConfiguration& config, PluginOpener& opener)
      : config_(config),
        opened_(config, &Configuration::stack_provisioners, opener, stack_provisioner_over) {}
  [[nodiscard]] std::vector<std::string> ids() const override;
  Result<StackProvisioner*> open(const std::string& id) override { return opened_.open(id); }

 private:
  const LiveConfiguration& config_;
  OpenedOnce<StackProvisionerSettings, StackProvisioner> opened_;
};

/// What a plugin is opened with for an account or a notifier. Throws PluginUnusable with the place
/// in the config when a secret cannot be read.
PluginUse use_of(const AccountSettings& account);
PluginUse use_of(const NotifierSettings& notifier);
PluginUse use_of(const StackProvisionerSettings& provisioner);

/// Every secret of the config.
std::vector<std::string> secrets_of(const Configuration& config);

}  // namespace berth
