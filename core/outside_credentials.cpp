#include "outside_credentials.hpp"

#include <boost/json.hpp>
#include <filesystem>

#include "berth/credential.hpp"
#include "configured.hpp"
#include "http/rate_budget.hpp"
#include "offers/call.hpp"
#include "reach/diagnose.hpp"

namespace berth {
namespace {

constexpr std::int64_t patience_ms = 2'000;

}  // namespace

std::shared_ptr<PluginInstance> OutsideCredentials::opened(const AccountSettings& account) const {
  // Not by its id: all plugins would be asked for theirs, those of strangers among them.
  const std::filesystem::path file = catalogue_.options().bundled_dir / (account.plugin + ".so");
  std::error_code error;
  if (catalogue_.options().bundled_dir.empty() || !std::filesystem::exists(file, error))
    return nullptr;
  try {
    const CatalogueEntry entry =
        catalogue_.look_at({account.plugin, file, {}, HowToRun::automatic});
    if (!entry.bundled || !entry.manifest->implements(outside_credential_id)) return nullptr;
    return opener_.open(entry, use_of(account)).instance;
  } catch (const std::exception&) {
    return nullptr;  // whoever uses the account is told why it cannot be opened
  }
}

std::string OutsideCredentials::of(const AccountSettings& account) {
  // In a worker it would find another environment than here.
  if (!account.settings.secrets.empty() || !account.settings.unresolved.empty() ||
      account.isolation == Isolation::worker)
    return {};
  const std::string settings =
      account.plugin + "|" + account.default_region + "|" + account.settings.json;
  const std::lock_guard lock(mutex_);
  Asked& asked = asked_[account.id];
  if (asked.settings != settings) asked = {settings, opened(account)};
  if (asked.instance == nullptr) return {};
  HostCall call(clock_, journal_, account.id + " identity", patience_ms);
  const Outcome outcome = asked.instance->call(outside_credential_id, "identity", "{}", call);
  if (!outcome.ok()) return {};
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(*outcome, error);
  const boost::json::value* identity =
      error || !value.is_object() ? nullptr : value.get_object().if_contains("identity");
  if (identity == nullptr || !identity->is_string() || identity->get_string().empty()) return {};
  return credential_fingerprint({"identity", std::string(identity->get_string()), account.plugin});
}

}  // namespace berth
