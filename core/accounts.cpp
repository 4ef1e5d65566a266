#include "accounts.hpp"

#include <boost/json.hpp>

#include "credentials/seal.hpp"
#include "http/rate_budget.hpp"

namespace berth {
namespace {

namespace json = boost::json;

/// So long a key that was missing is not looked for again.
constexpr std::int64_t key_pause_ms = 2'000;
/// So often it is looked at what lies around this process.
constexpr std::int64_t outside_pause_ms = 1'000;

AccountList pointers_to(const std::vector<AccountSettings>& accounts, std::int64_t revision) {
  AccountList list;
  for (const AccountSettings& account : accounts) {
    auto one = std::make_shared<AccountSettings>(account);
    one->credential = credential_of(*one);
    one->revision = revision;
    list.push_back(std::move(one));
  }
  return list;
}

void add_secret(const json::value& value, std::vector<std::string>& secrets) {
  if (value.is_string()) secrets.emplace_back(value.get_string());
  if (value.is_array())
    for (const json::value& each : value.get_array()) add_secret(each, secrets);
}

}  // namespace

std::string secrets_json_of(const AccountRecord& record, const Keyring& keys) {
  const CredentialKey* key = keys.find(record.key_id);
  if (key == nullptr)
    throw KeyProblem("they are sealed with key " + record.key_id + ", and there is only key " +
                     keys.sealing().id() + ": bring that key back ([credentials] key_file, or $" +
                     key_variable +
                     "), or give the account its secrets anew: `berth accounts update " +
                     record.id + " --secret KEY=@FILE`");
  if (auto text = unseal(*key, {record.id, record.organization}, record.sealed))
    return *std::move(text);
  throw KeyProblem(
      "they were changed, or come from another row: restore the ledger, or give the "
      "account its secrets anew: `berth accounts update " +
      record.id + " --secret KEY=@FILE`");
}

std::string credential_of(const AccountSettings& account) {
  std::vector<std::string> what = account.settings.secrets;
  if (what.empty()) what = {"no secret", account.id};
  what.push_back(account.plugin);
  return credential_fingerprint(what);
}

AccountSettings settings_of(const AccountRecord& record, const std::string* secrets_json,
                            const std::string& why) {
  AccountSettings account;
  account.id = record.id;
  account.plugin = record.plugin;
  account.organizations = {record.organization};
  account.default_region = record.default_region;
  account.regions = record.regions;
  account.active = record.status == AccountStatus::active || record.status == AccountStatus::denied;
  account.image = record.image;
  account.ssh_public_keys = record.ssh_public_keys;
  account.ssh_user = record.ssh_user;
  account.ssh_port = record.ssh_port;
  account.place.file = "account " + record.id + " of the ledger";
  account.revision = record.revision;
  account.settings.secret_keys = record.secret_keys;
  account.settings.json = record.settings_json;
  if (record.status == AccountStatus::denied)
    account.set_aside = "its check was refused (" + record.validation +
                        "): " + record.validation_sentence +
                        " Mend it, then `berth accounts "
                        "validate " +
                        record.id + "`";
  if (secrets_json == nullptr) {
    account.set_aside = "its credentials cannot be opened: " + why;
    account.settings.unresolved["credentials"] = why;
    account.credential = credential_of(account);
    return account;
  }
  json::object settings = json::parse(record.settings_json).as_object();
  const json::object secrets = json::parse(*secrets_json).as_object();
  for (const auto& [key, value] : secrets) {
    add_secret(value, account.settings.secrets);
    settings[key] = value;
  }
  account.settings.json = json::serialize(settings);
  account.credential = credential_of(account);
  return account;
}

LiveAccounts::LiveAccounts(const LiveConfiguration& config, const KeyStore& keys,
                           const Clock& clock, Journal& journal, OutsideCredential outside)
    : config_(config),
      keys_(keys),
      clock_(clock),
      journal_(journal),
      outside_(std::move(outside)) {
  take_over_config();
}

void LiveAccounts::join() {
  auto list = std::make_shared<AccountList>(of_config_);
  list->insert(list->end(), of_ledger_.begin(), of_ledger_.end());
  list_ = std::move(list);
}

void LiveAccounts::take_over_config() {
  const Configuration& now = config_.current();
  if (&now == taken_from_) return;
  if (taken_from_ != nullptr) --config_revision_;
  taken_from_ = &now;
  of_config_ = pointers_to(now.accounts, config_revision_);
  looked_outside_boot_ms_.reset();
  join();
}

void LiveAccounts::look_outside() {
  const std::int64_t now = clock_.now().boot_ms;
  if (!outside_ || (looked_outside_boot_ms_ && now - *looked_outside_boot_ms_ < outside_pause_ms))
    return;
  looked_outside_boot_ms_ = now;
  bool changed = false;
  for (AccountPointer& one : of_config_) {
    std::string credential = outside_(*one);
    if (credential.empty()) credential = credential_of(*one);
    if (credential == one->credential) continue;
    auto other = std::make_shared<AccountSettings>(*one);
    other->credential = std::move(credential);
    one = std::move(other);
    changed = true;
  }
  if (!changed) return;
  join();
}

std::shared_ptr<const AccountList> LiveAccounts::list() const {
  const std::lock_guard lock(mutex_);
  return list_;
}

AccountPointer LiveAccounts::opened(const AccountRecord& record, std::optional<Keys>& keys) {
  try {
    if (!keys) {
      keys.emplace();
      try {
        keys->ring = keys_.read();
      } catch (const KeyProblem& problem) {
        keys->problem = problem.what();
      }
    }
    if (!keys->ring) throw KeyProblem(keys->problem);
    std::string secrets = secrets_json_of(record, *keys->ring);
    auto account = std::make_shared<AccountSettings>(settings_of(record, &secrets, ""));
    wipe(secrets);
    return account;
  } catch (const std::exception& problem) {  // no key, or a row that is damaged: only its own
    waits_for_key_ = true;
    return std::make_shared<AccountSettings>(settings_of(record, nullptr, problem.what()));
  }
}

void LiveAccounts::tell_same_names(const std::vector<AccountRecord>& records) {
  for (const AccountRecord& record : records) {
    const std::string name = record.id.substr(record.id.find('.') + 1);
    if (const AccountSettings* same = config_.current().account(name))
      journal_.write(LogLevel::warning, same->place.text() + ": account '" + name +
                                            "' has the name of " + record.id + ", which " +
                                            record.created_by +
                                            " added at run time. Both are used, "
                                            "each under its own id; give one of them another name");
  }
}

void LiveAccounts::refresh(const LedgerView& view) {
  const std::int64_t revision = view.accounts_revision();
  const std::lock_guard lock(mutex_);
  take_over_config();
  look_outside();
  // An older view, which another thread reads, brings nothing back.
  if (revision < revision_ || (revision == revision_ && !waits_for_key_)) return;
  const std::int64_t now = clock_.now().boot_ms;
  if (revision == revision_ && now - tried_boot_ms_ < key_pause_ms) return;
  tried_boot_ms_ = now;
  waits_for_key_ = false;
  const std::vector<AccountRecord> records = view.accounts();
  std::optional<Keys> keys;
  of_ledger_.clear();
  for (const AccountRecord& record : records) of_ledger_.push_back(opened(record, keys));
  if (revision_ == 0) tell_same_names(records);
  revision_ = revision;
  join();
}

}  // namespace berth
