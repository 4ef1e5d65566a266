#include "configured.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "plugin_checks.hpp"
#include "reach/diagnose.hpp"
#include "reach/proxies.hpp"

namespace berth {
namespace {

/// Calls are taken from cache.db in chunks, so that not every request of 64 processes writes there.
constexpr int chunk = 8;
/// What a chunk was not used for within this time is forgotten: others may have paused since.
constexpr std::int64_t chunk_life_ms = 2000;

class SharedRateBudget final : public RateBudget {
 public:
  SharedRateBudget(Cache& cache, std::string credential, RateLimit limit)
      : cache_(cache), credential_(std::move(credential)), limit_(limit) {}

  Grant take(bool deleting, std::int64_t now_unix_ms) override {
    if (limit_.requests <= 0) return {};
    const std::lock_guard lock(mutex_);
    if (left_ > 0 && now_unix_ms - taken_unix_ms_ < chunk_life_ms &&
        now_unix_ms >= taken_unix_ms_) {
      --left_;
      return {};
    }
    const CallGrant grant =
        cache_.take_calls(credential_, deleting ? 1 : chunk, static_cast<int>(limit_.requests),
                          limit_.per_s * 1000, deleting, now_unix_ms);
    if (grant.calls <= 0) return {std::max<std::int64_t>(grant.wait_ms, 1)};
    if (!deleting) {
      left_ = grant.calls - 1;
      taken_unix_ms_ = now_unix_ms;
    }
    return {};
  }

  void observe(const HttpResponse& response, std::int64_t now_unix_ms) override {
    if (response.status != 429 && response.status != 503) return;
    const std::int64_t wait = retry_after_ms(response, now_unix_ms);
    if (wait <= 0) return;
    const std::lock_guard lock(mutex_);
    left_ = 0;
    cache_.pause_calls(credential_, now_unix_ms + wait);
  }

 private:
  Cache& cache_;
  const std::string credential_;
  const RateLimit limit_;
  std::mutex mutex_;
  int left_ = 0;
  std::int64_t taken_unix_ms_ = 0;
};

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

Failure unusable(const std::exception& problem) {
  Failure failure;
  failure.code = ErrorCode::unsupported;
  failure.effect = Effect::none;
  failure.message = problem.what();
  return failure;
}

}  // namespace

std::shared_ptr<RateBudget> SharedRateBudgets::of(const std::string& fingerprint, RateLimit limit) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<RateBudget>& budget = budgets_[fingerprint];
  if (!budget) budget = std::make_shared<SharedRateBudget>(cache_, fingerprint, limit);
  return budget;
}

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
  return secrets;
}

ConfiguredClouds::ConfiguredClouds(const Configuration& config, PluginOpener& opener)
    : config_(config), opener_(opener), redaction_(secrets_of(config)) {}

std::string ConfiguredClouds::redacted(std::string text) {
  return redaction_.empty() ? text : redaction_.apply(text);
}

OpenedPlugin ConfiguredClouds::instance(const AccountSettings& account) {
  const std::lock_guard lock(mutex_);
  const auto known = opened_.find(account.id);
  if (known != opened_.end()) return known->second.plugin;
  Opened opened;
  opened.plugin = opener_.open(use_of(account));
  refuse_literal_secrets(opened.plugin.manifest, account.settings, account.place);
  opened.provider = cloud_provider_over(opened.plugin.instance);
  return opened_.emplace(account.id, std::move(opened)).first->second.plugin;
}

Result<Cloud> ConfiguredClouds::open(const std::string& id) {
  const AccountSettings* account = config_.account(id);
  if (account == nullptr)
    return unusable(std::runtime_error("account '" + id + "' is not in the config any more"));
  try {
    const OpenedPlugin plugin = instance(*account);
    const std::lock_guard lock(mutex_);
    return Cloud{
        opened_.at(id).provider.get(), account->plugin,
        account->default_region.empty() ? plugin.manifest.default_region : account->default_region};
  } catch (const PluginUnusable& problem) {
    return unusable(problem);
  }
}

Result<Notifier*> ConfiguredNotifiers::open(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto known = opened_.find(id);
  if (known != opened_.end()) return known->second.notifier.get();
  for (const NotifierSettings& settings : config_.notifiers) {
    if (settings.id != id) continue;
    try {
      Opened opened;
      opened.plugin = opener_.open(use_of(settings));
      refuse_literal_secrets(opened.plugin.manifest, settings.settings, settings.place);
      opened.notifier = notifier_over(opened.plugin.instance);
      return opened_.emplace(id, std::move(opened)).first->second.notifier.get();
    } catch (const PluginUnusable& problem) {
      Failure failure = unusable(problem);
      failure.code = ErrorCode::unavailable;  // it may be installed later; the event waits
      return failure;
    }
  }
  return unusable(std::runtime_error("notifier '" + id + "' is not in the config any more"));
}

}  // namespace berth
