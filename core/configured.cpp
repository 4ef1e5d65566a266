#include "configured.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "plugin_checks.hpp"
#include "reach/diagnose.hpp"
#include "reach/proxies.hpp"

namespace berth {
namespace {

HowToRun how_of(Isolation isolation) {
  switch (isolation) {
    case Isolation::in_process: return HowToRun::in_process;
    case Isolation::worker: return HowToRun::worker;
    case Isolation::automatic: break;
  }
  return HowToRun::automatic;
}

PluginUse use(const std::string& id, const std::string& plugin, Isolation isolation,
              const PluginSettings& settings, const Place& place) {
  for (const auto& [key, why] : settings.unresolved)
    throw PluginUnusable(place.text() + ": " + id + ": " + key + ": " + why);
  PluginUse use;
  use.plugin = plugin;
  use.how = how_of(isolation);
  use.account_id = id;
  use.settings_json = settings.json;
  use.secrets = settings.secrets;
  return use;
}

void refuse_literal_secrets(const Manifest& manifest, const PluginSettings& settings,
                            const Place& place) {
  if (const std::string problem = literal_secret(manifest, settings, place); !problem.empty())
    throw PluginUnusable(problem);
}

bool same_use(const PluginUse& one, const PluginUse& other) {
  return one.plugin == other.plugin && one.how == other.how &&
         one.settings_json == other.settings_json && one.secrets == other.secrets;
}

/// Would its plugin be opened with just the same?
bool same_use(const AccountSettings& one, const AccountSettings& other) {
  return one.plugin == other.plugin && one.isolation == other.isolation &&
         one.default_region == other.default_region && one.settings.json == other.settings.json &&
         one.settings.secrets == other.settings.secrets &&
         one.settings.unresolved == other.settings.unresolved;
}

Failure unusable(const std::exception& problem) {
  Failure failure;
  failure.code = ErrorCode::unsupported;
  failure.effect = Effect::none;
  failure.message = problem.what();
  return failure;
}

}  // namespace

PluginUse use_of(const AccountSettings& account) {
  PluginUse result =
      use(account.id, account.plugin, account.isolation, account.settings, account.place);
  if (!account.default_region.empty()) {
    boost::json::object settings = boost::json::parse(result.settings_json).as_object();
    settings["default_region"] = account.default_region;
    result.settings_json = boost::json::serialize(settings);
  }
  return result;
}

PluginUse use_of(const NotifierSettings& notifier) {
  return use(notifier.id, notifier.plugin, notifier.isolation, notifier.settings, notifier.place);
}

std::vector<std::string> secrets_of(const Configuration& config) {
  std::vector<std::string> secrets;
  for (const AccountSettings& account : config.accounts)
    secrets.insert(secrets.end(), account.settings.secrets.begin(), account.settings.secrets.end());
  for (const NotifierSettings& notifier : config.notifiers)
    secrets.insert(secrets.end(), notifier.settings.secrets.begin(),
                   notifier.settings.secrets.end());
  for (const StackProvisionerSettings& provisioner : config.stack_provisioners)
    secrets.insert(secrets.end(), provisioner.settings.secrets.begin(),
                   provisioner.settings.secrets.end());
  return secrets;
}

std::vector<std::string> ConfiguredClouds::secrets() const {
  std::vector<std::string> secrets = secrets_of(config_.current());
  const auto all = accounts_.list();
  for (const AccountPointer& account : *all)
    secrets.insert(secrets.end(), account->settings.secrets.begin(),
                   account->settings.secrets.end());
  return secrets;
}

void ConfiguredClouds::keep_up() {
  auto all = accounts_.list();
  if (all == known_) return;
  known_ = std::move(all);
  for (auto one = opened_.begin(); one != opened_.end();) {
    const AccountPointer now = accounts_.find(one->first);
    const bool same = now != nullptr && (now->revision == one->second.account->revision ||
                                         same_use(*now, *one->second.account));
    if (same) one->second.account = now;
    one = same ? std::next(one) : opened_.erase(one);
  }
}

std::shared_ptr<const Redaction> ConfiguredClouds::redaction() {
  auto all = accounts_.list();
  const std::lock_guard lock(redaction_mutex_);
  if (all != redacted_for_) {
    for (std::string& secret : secrets())
      if (std::find(once_known_.begin(), once_known_.end(), secret) == once_known_.end())
        once_known_.push_back(std::move(secret));
    redaction_ = std::make_shared<Redaction>(once_known_);
    redacted_for_ = std::move(all);
  }
  return redaction_;
}

std::string ConfiguredClouds::redacted(std::string text) {
  const auto known = redaction();
  return known->empty() ? text : known->apply(text);
}

Result<Cloud> ConfiguredClouds::open(const std::string& id) {
  const std::lock_guard lock(mutex_);
  keep_up();
  const AccountPointer account = accounts_.find(id);
  if (account == nullptr)
    return unusable(std::runtime_error("there is no account '" + id + "' any more"));
  try {
    auto known = opened_.find(id);
    if (known == opened_.end()) {
      Opened opened;
      opened.account = account;
      opened.plugin = opener_.open(use_of(*account));
      refuse_literal_secrets(opened.plugin.manifest, account->settings, account->place);
      opened.provider = cloud_provider_over(opened.plugin.instance);
      known = opened_.emplace(id, std::move(opened)).first;
    }
    return Cloud{known->second.provider, account->plugin,
                 account->default_region.empty() ? known->second.plugin.manifest.default_region
                                                 : account->default_region};
  } catch (const PluginUnusable& problem) {
    return unusable(problem);
  }
}

PluginUse use_of(const StackProvisionerSettings& provisioner) {
  return use(provisioner.id, provisioner.plugin, provisioner.isolation, provisioner.settings,
             provisioner.place);
}

template <class Settings, class Interface>
Result<Interface*> OpenedOnce<Settings, Interface>::open(const std::string& id) {
  const std::lock_guard lock(mutex_);
  for (const Settings& settings : config_.current().*in_) {
    if (settings.id != id) continue;
    try {
      Opened opened;
      opened.use = use_of(settings);
      const auto known = opened_.find(id);
      if (known != opened_.end() && same_use(known->second.use, opened.use))
        return known->second.over.get();
      opened.plugin = opener_.open(opened.use);
      refuse_literal_secrets(opened.plugin.manifest, settings.settings, settings.place);
      opened.over = over_(opened.plugin.instance);
      if (known != opened_.end()) {
        before_.push_back(std::move(known->second));
        opened_.erase(known);
      }
      return opened_.emplace(id, std::move(opened)).first->second.over.get();
    } catch (const PluginUnusable& problem) {
      Failure failure = unusable(problem);
      failure.code = ErrorCode::unavailable;  // it may be installed later
      return failure;
    }
  }
  return unusable(std::runtime_error("'" + id + "' is not in the config any more"));
}

template class OpenedOnce<NotifierSettings, Notifier>;
template class OpenedOnce<StackProvisionerSettings, StackProvisioner>;

std::vector<std::string> ConfiguredStackProvisioners::ids() const {
  std::vector<std::string> ids;
  for (const StackProvisionerSettings& one : config_.current().stack_provisioners)
    ids.push_back(one.id);
  return ids;
}

}  // namespace berth
