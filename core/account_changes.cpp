#include "account_changes.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <optional>

#include "account_reports.hpp"
#include "berth/codec.hpp"
#include "berth/config.hpp"
#include "config/secrets.hpp"
#include "configured.hpp"
#include "credentials/key_file.hpp"
#include "credentials/seal.hpp"
#include "engine/finish.hpp"
#include "engine/permit.hpp"
#include "engine/requests.hpp"
#include "engine/tell.hpp"
#include "http/redaction.hpp"
#include "offers/call.hpp"
#include "project_reports.hpp"
#include "reach/diagnose.hpp"
#include "reach/proxies.hpp"
#include "request/names.hpp"
#include "request/plain_text.hpp"
#include "request/request.hpp"

namespace berth {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_sentence = 500;

/// That will not pass by itself. An outage will, and says nothing about the credentials.
bool is_denial(const std::string& code) {
  return code == to_word(ErrorCode::denied) || code == to_word(ErrorCode::invalid);
}

[[noreturn]] void refuse_usage(const std::string& text) { throw Error(Problem::usage, text); }

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

json::value list_of(const std::vector<std::string>& texts) {
  json::array list;
  for (const std::string& text : texts) list.emplace_back(text);
  return list;
}

/// The text as the manifest wants it; where it fits nothing, as text, which is then complained of.
json::value typed(const Setting* setting, const std::string& text) {
  if (setting == nullptr) return json::string(text);
  if (setting->type == SettingType::boolean && (text == "true" || text == "false"))
    return text == "true";
  if (setting->type == SettingType::integer) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return number;
  }
  if (setting->type == SettingType::string_list) return list_of(split(text));
  return json::string(text);
}

/// Sealed into the record.
void put(AccountRecord& record, const std::string& secrets_json, const CredentialKey& key) {
  record.sealed = seal(key, {record.id, record.organization}, secrets_json);
  record.key_id = key.id();
}

/// May this setting decide where the credentials are sent? By its name, and by what it looks like.
bool leads_somewhere(std::string_view key, std::string_view value) {
  for (const char* part : {"endpoint", "proxy", "url", "uri", "host", "server", "address", "base"})
    if (key.find(part) != key.npos) return true;
  return value.find("://") != value.npos;
}

/// The settings between these two states that send the credentials elsewhere than before.
std::vector<std::string> redirected(const std::string& before_json, const std::string& after_json) {
  const json::object before = json::parse(before_json).as_object();
  const json::object after = json::parse(after_json).as_object();
  std::vector<std::string> keys;
  const auto compare = [&](const json::object& one, const json::object& other, bool both) {
    for (const auto& [key, value] : one) {
      const json::value* second = other.if_contains(key);
      if (second != nullptr && (!both || *second == value)) continue;
      const std::string text = json::serialize(value) + (second ? json::serialize(*second) : "");
      if (leads_somewhere(key, text)) keys.emplace_back(key);
    }
  };
  compare(after, before, true);
  compare(before, after, false);  // those that were taken away: the plugin's own again
  return keys;
}

std::vector<std::string> keys_in(const std::string& object_json) {
  const json::object object = json::parse(object_json).as_object();
  std::vector<std::string> keys;
  for (const auto& member : object) keys.emplace_back(member.key());
  return keys;
}

std::string value_of(const AccountSecret& secret, const Environment& environment) {
  if (!secret.value.empty()) return secret.value;
  const Secret read = secret.environment.empty()
                          ? secret_from_file(secret.file)
                          : secret_from_environment(secret.environment, environment);
  if (!read.why.empty()) refuse_usage(secret.key + ": " + read.why);
  return read.value;
}

}  // namespace

AccountChanges::AccountChanges(const EngineParts& parts, const KeyStore& keys, Catalogue& catalogue,
                               PluginOpener& opener, Environment environment, Caller caller)
    : parts_(parts),
      keys_(keys),
      catalogue_(catalogue),
      opener_(opener),
      environment_(std::move(environment)),
      caller_(std::move(caller)) {}

Keyring AccountChanges::keys() const {
  try {
    return keys_.read();
  } catch (const KeyProblem& problem) {
    throw Error(Problem::config, problem.what());
  }
}

std::string AccountChanges::opened_secrets(const AccountRecord& record) const {
  try {
    return secrets_json_of(record, keys());
  } catch (const KeyProblem& problem) {
    throw Error(Problem::refused,
                "the credentials of " + record.id + " cannot be opened: " + problem.what());
  }
}

const Manifest& AccountChanges::manifest_of(const std::string& plugin) {
  const CatalogueEntry& entry = catalogue_.find(plugin);
  if (!entry.manifest->implements(cloud_provider_id))
    refuse_usage("plugin " + plugin +
                 " is no cloud provider; `berth plugins list` shows which are");
  return *entry.manifest;
}

AccountRecord AccountChanges::named(const LedgerView& view, std::string_view account) const {
  if (auto record = view.account(account); record && record->status != AccountStatus::removed)
    return *std::move(record);
  if (parts_.settings().account(account) != nullptr)
    throw Error(Problem::refused, "account '" + std::string(account) + "' stands in " +
                                      parts_.settings().account(account)->place.text() +
                                      ": change it there");
  std::vector<AccountRecord> of_this_name;
  for (AccountRecord& record : view.accounts())
    if (record.id.substr(record.id.find('.') + 1) == account)
      of_this_name.push_back(std::move(record));
  if (of_this_name.size() == 1) return std::move(of_this_name.front());
  throw Error(Problem::not_found,
              (of_this_name.empty() ? "there is no account '" + std::string(account) + "'"
                                    : "several organizations have an account '" +
                                          std::string(account) + "': use its id") +
                  "; `berth accounts list` shows them");
}

void AccountChanges::tell_changed(LedgerTransaction& tx, std::string_view type,
                                  const AccountRecord& record, const std::string& what) const {
  tell(parts_, tx, type, record.organization, "", what,
       signed_by(caller_, {{"account", record.id},
                           {"plugin", record.plugin},
                           {"status", to_word(record.status)},
                           {"validation", record.validation}}),
       admins_of(parts_, record.organization));
}

void AccountChanges::settle_plain_settings(AccountRecord& record, const AccountChange& wish,
                                           const Manifest& manifest) const {
  json::object settings = json::parse(record.settings_json).as_object();
  for (const auto& [key, text] : wish.settings) {
    const Setting* setting = manifest.setting(key);
    if (setting != nullptr && setting->secret)
      refuse_usage("'" + key +
                   "' is a secret. What stands on a command line can be read by "
                   "everybody on this machine: use --secret " +
                   key + "=@FILE, " + key + "=env:NAME, or " + key +
                   "=- for stdin, and replace the one that was shown");
    for (const char* own : {"default_region", "regions", "image"})
      if (key == own)
        refuse_usage("'" + key + "' is said with " + (key == "image" ? "--image" : "--region") +
                     ", not as a setting");
    if (key == account_id_key) refuse_usage("'account_id' is set by berth itself");
    settings.erase(key);
    if (!text.empty()) settings[key] = typed(setting, text);
  }
  record.settings_json = json::serialize(settings);
  if (!wish.regions.empty()) {
    record.default_region = wish.regions.front();
    record.regions = wish.regions;
  }
  if (wish.image) record.image = *wish.image;
  if (wish.ssh_user && !wish.ssh_user->empty() && !is_user_name(*wish.ssh_user))
    refuse_usage("'" + one_line(*wish.ssh_user, 40) +
                 "' is no user's name (--ssh-user): 1 to 32 of a-z, 0-9, '_' and '-', not "
                 "beginning with '-'");
  if (wish.ssh_user) record.ssh_user = *wish.ssh_user;
  if (wish.ssh_port) record.ssh_port = *wish.ssh_port;
  if (!wish.ssh_public_keys.empty()) record.ssh_public_keys = wish.ssh_public_keys;
}

void AccountChanges::refuse_to_redirect(const AccountRecord& record, const AccountChange& wish,
                                        const Manifest& manifest) const {
  AccountRecord changed = record;
  settle_plain_settings(changed, wish, manifest);
  const auto where = redirected(record.settings_json, changed.settings_json);
  if (where.empty()) return;
  std::string missing;
  for (const std::string& key : record.secret_keys)
    if (std::none_of(wish.secrets.begin(), wish.secrets.end(),
                     [&](const AccountSecret& given) { return given.key == key; }))
      missing += " --secret " + key + "=@FILE";
  if (missing.empty()) return;
  refuse_usage("account " + record.id + " was not changed: " + joined(where, ", ") +
               " would send its stored credentials to another place. Give them again with it:" +
               missing);
}

std::string AccountChanges::secrets_json(std::string before, const AccountChange& wish,
                                         const Manifest& manifest) const {
  json::object secrets = json::parse(before).as_object();
  wipe(before);
  for (const AccountSecret& given : wish.secrets) {
    const Setting* setting = manifest.setting(given.key);
    if (setting != nullptr && !setting->secret)
      refuse_usage("'" + given.key + "' is no secret: use --set " + given.key + "=VALUE");
    std::string value = value_of(given, environment_);
    if (codec::valid_utf8(value) != value) refuse_usage(given.key + " is no UTF-8 text");
    secrets[given.key] = typed(setting, value);
    wipe(value);
  }
  return json::serialize(secrets);
}

void AccountChanges::refuse_misfits(const AccountSettings& account,
                                    const Manifest& manifest) const {
  std::vector<std::string> problems;
  for (const SettingProblem& problem : setting_problems(manifest, account.settings.json)) {
    const Setting* setting = manifest.setting(problem.key);
    const bool missing_secret = setting != nullptr && setting->secret;
    problems.push_back(problem.text +
                       (missing_secret ? ": give it with --secret " + problem.key + "=@FILE" : ""));
  }
  if (!problems.empty()) refuse_usage(joined(problems, "\n"));
}

AccountChanges::Outcome AccountChanges::check(const AccountSettings& account) {
  const Redaction redaction(account.settings.secrets);
  const auto told = [&](std::string_view code, const std::string& text) {
    std::string sentence = codec::valid_utf8(redaction.apply(text)).substr(0, longest_sentence);
    return Outcome{std::string(code), codec::valid_utf8(sentence), {}};
  };
  try {
    const OpenedPlugin plugin = opener_.open(use_of(account));
    HostCall call(parts_.clock, parts_.journal, account.id + " check",
                  parts_.settings().provisioning.call_timeout_ms);
    const Result<AccountCheck> answer = cloud_provider_over(plugin.instance)->check(call);
    if (!answer) {
      const Failure& failure = answer.failure();
      return told(to_word(failure.code),
                  failure.message.empty() ? failure.vendor_text : failure.message);
    }
    Outcome outcome = told("ok", joined(answer->notes, " "));
    outcome.vendor_account = codec::valid_utf8(redaction.apply(answer->account));
    return outcome;
  } catch (const PluginUnusable& problem) {
    return told(to_word(ErrorCode::unsupported), problem.what());
  }
}

AccountChanges::Outcome AccountChanges::check_or_refuse(const AccountSettings& account,
                                                        const char* undone) {
  Outcome outcome = check(account);
  if (outcome.code != "ok")
    throw Error(is_denial(outcome.code) ? Problem::refused : Problem::plugin,
                "account " + account.id + " was not " + undone + ": its check failed (" +
                    outcome.code + "): " + outcome.sentence +
                    " Mend it, or save it unused with --unchecked.");
  return outcome;
}

void AccountChanges::note(AccountRecord& record, const Outcome& outcome) const {
  record.validated_unix_ms = parts_.clock.now().unix_ms;
  record.validation = outcome.code;
  record.validation_sentence = outcome.sentence;
  if (outcome.code == "ok") record.vendor_account = outcome.vendor_account;
}

void AccountChanges::allow(const LedgerView& view, Act act, const std::string& organization,
                           const std::string& account) const {
  require(parts_, view, act, {.organization = organization, .target = account}, caller_);
}

void AccountChanges::allow(Act act, const std::string& organization,
                           const std::string& account) const {
  on_record(parts_, [&] {
    parts_.ledger.read(
        [&](const LedgerView& view) { allow(view, act, organization, account); });
  });
}

AccountReport AccountChanges::add(const AccountChange& wish) {
  allow(Act::add_account, wish.organization, wish.account);
  if (!is_name(wish.account))
    refuse_usage("'" + wish.account +
                 "' cannot name an account: 1 to 40 of a-z, 0-9 and '-', "
                 "beginning with a letter");
  if (const AccountSettings* same = parts_.settings().account(wish.account))
    refuse_usage("there is an account '" + wish.account + "' in " + same->place.text() +
                 ": choose another name");
  AccountRecord record;
  record.id = wish.organization + "." + wish.account;
  record.organization = wish.organization;
  record.plugin = wish.plugin;
  const auto refuse_taken = [&](const LedgerView& view) {
    if (const auto known = view.account(record.id);
        known && known->status != AccountStatus::removed)
      refuse_usage("there is an account " + record.id + " already; `berth accounts update " +
                   record.id + "` changes it");
  };
  parts_.ledger.read(refuse_taken);
  const Manifest& manifest = manifest_of(wish.plugin);
  settle_plain_settings(record, wish, manifest);
  (void)keys();  // without one nothing could be saved: told before a cloud is asked
  std::string secrets = secrets_json("{}", wish, manifest);
  record.secret_keys = keys_in(secrets);
  const AccountSettings account = settings_of(record, &secrets, "");
  refuse_misfits(account, manifest);
  if (!wish.unchecked) {
    note(record, check_or_refuse(account, "added"));
    record.status = wish.active.value_or(true) ? AccountStatus::active : AccountStatus::inactive;
  }
  parts_.ledger.write([&](LedgerTransaction& tx) {
    allow(tx, Act::add_account, wish.organization, wish.account);  // by the config of just now
    refuse_taken(tx);
    const Moment now = parts_.clock.now();
    put(record, secrets, keys().sealing());  // read now: a rotation may have begun since
    record.created_unix_ms = record.updated_unix_ms = now.unix_ms;
    record.created_by = record.updated_by = caller_.name;
    tx.save(record);
    tx.schedule(TaskKind::reap, record.id, now);
    tell_changed(tx, "account.added", record,
                 caller_.name + " added account " + record.id + " (" + record.plugin + ")" +
                     (wish.unchecked ? ", unchecked." : "."));
  });
  wipe(secrets);
  return account_report(parts_, record.id);
}

AccountReport AccountChanges::update(const AccountChange& wish) {
  AccountRecord record;
  bool servers = false;
  parts_.ledger.read([&](const LedgerView& view) {
    record = named(view, wish.account);
    servers = !living_at(view, record.id).empty();
  });
  allow(Act::change_account, record.organization, record.id);
  const std::int64_t seen = record.revision;
  const bool aside = wish.active && !*wish.active;
  std::string secrets;
  if (!aside || !wish.secrets.empty()) {
    const Manifest& manifest = manifest_of(record.plugin);
    refuse_to_redirect(record, wish, manifest);
    settle_plain_settings(record, wish, manifest);
    const bool all_anew = std::all_of(
        record.secret_keys.begin(), record.secret_keys.end(), [&](const std::string& key) {
          return std::any_of(wish.secrets.begin(), wish.secrets.end(),
                             [&](const AccountSecret& given) { return given.key == key; });
        });
    secrets = secrets_json(all_anew ? "{}" : opened_secrets(record), wish, manifest);
    record.secret_keys = keys_in(secrets);
    const AccountSettings account = settings_of(record, &secrets, "");
    refuse_misfits(account, manifest);
    if (wish.unchecked) {
      record.status = AccountStatus::unchecked;
    } else {
      const Outcome outcome = check_or_refuse(account, "changed");
      if (servers && !record.vendor_account.empty() &&
          outcome.vendor_account != record.vendor_account)
        throw Error(Problem::refused, "account " + record.id +
                                          " was not changed: these "
                                          "credentials belong to '" +
                                          outcome.vendor_account +
                                          "', and its servers "
                                          "are at '" +
                                          record.vendor_account +
                                          "'. Add them as another account.");
      note(record, outcome);
      const bool stays_aside = record.status == AccountStatus::inactive && !wish.active;
      if (!stays_aside) record.status = AccountStatus::active;
    }
  } else {
    refuse_to_redirect(record, wish, manifest_of(record.plugin));
    settle_plain_settings(record, wish, manifest_of(record.plugin));
  }
  if (aside) record.status = AccountStatus::inactive;
  parts_.ledger.write([&](LedgerTransaction& tx) {
    allow(tx, Act::change_account, record.organization, record.id);
    if (named(tx, record.id).revision != seen)
      throw Error(Problem::refused, "account " + record.id +
                                        " was changed by somebody else meanwhile; run this again");
    if (!secrets.empty()) put(record, secrets, keys().sealing());
    record.updated_unix_ms = parts_.clock.now().unix_ms;
    record.updated_by = caller_.name;
    tx.save(record);
    std::vector<std::string> given;
    for (const AccountSecret& secret : wish.secrets) given.push_back(secret.key);
    tell_changed(tx, "account.changed", record,
                 caller_.name + " changed account " + record.id + "; it is " +
                     std::string(to_word(record.status)) + "." +
                     (given.empty() ? "" : " New secrets: " + joined(given, ", ") + "."));
  });
  wipe(secrets);
  return account_report(parts_, record.id);
}

AccountReport AccountChanges::validate_configured(const AccountSettings& account) {
  // An account that no organization may use is the operator's own: any admin may check it.
  std::vector<std::string> organizations = account.organizations;
  if (organizations.empty())
    for (const OrganizationSettings& one : parts_.settings().organizations)
      organizations.push_back(one.id);
  const bool admin = std::any_of(
      organizations.begin(), organizations.end(), [&](const std::string& id) {
        const OrganizationSettings* one = parts_.settings().organization(id);
        return one != nullptr && std::find(one->admins.begin(), one->admins.end(),
                                           caller_.name) != one->admins.end();
      });
  if (!admin && !organizations.empty())
    allow(Act::check_account, organizations.front(), account.id);  // says no, and records it
  AccountReport report = account_report(parts_, account.id);
  const Outcome outcome = check(account);
  report.validated_unix_ms = parts_.clock.now().unix_ms;
  report.validation = outcome.code;
  report.validation_sentence = outcome.sentence;
  return report;
}

AccountReport AccountChanges::validate(std::string_view account) {
  if (const AccountSettings* configured = parts_.settings().account(account))
    return validate_configured(*configured);
  AccountRecord record;
  parts_.ledger.read([&](const LedgerView& view) { record = named(view, account); });
  allow(Act::check_account, record.organization, record.id);
  std::string secrets = opened_secrets(record);
  const Outcome outcome = check(settings_of(record, &secrets, ""));
  wipe(secrets);
  parts_.ledger.write([&](LedgerTransaction& tx) {
    allow(tx, Act::check_account, record.organization, record.id);
    AccountRecord now = named(tx, record.id);
    if (now.revision != record.revision)
      throw Error(Problem::refused, "account " + record.id +
                                        " was changed by somebody else meanwhile; run this again");
    note(now, outcome);
    if (outcome.code == "ok") {
      if (now.status != AccountStatus::inactive) now.status = AccountStatus::active;
    } else if (is_denial(outcome.code) && now.status == AccountStatus::active) {
      now.status = AccountStatus::denied;
    }
    tx.save(now);
    tell_changed(tx, "account.validated", now,
                 caller_.name + " validated account " + now.id + ": " +
                     (outcome.code == "ok" ? "it works." : outcome.code + ". " + outcome.sentence));
  });
  return account_report(parts_, record.id);
}

std::string AccountChanges::remove(std::string_view account) {
  AccountRecord record;
  const auto forget = [&](LedgerTransaction& tx) {
    record = named(tx, account);
    allow(tx, Act::remove_account, record.organization, record.id);
    if (const auto living = living_at(tx, record.id); !living.empty())
      throw Error(Problem::refused,
                  "account " + record.id + " cannot be removed: " + joined(living, ", ") +
                      (living.size() == 1 ? " lives" : " live") +
                      " there, and could not be destroyed any more. `berth servers remove NAME` "
                      "gives a server back, `berth reap` what nobody owns; `berth accounts "
                      "update " +
                      record.id + " --active no` stops buying there at once.");
    const Moment now = parts_.clock.now();
    record.status = AccountStatus::removed;
    record.sealed.clear();
    record.key_id.clear();
    record.secret_keys.clear();
    record.settings_json = "{}";
    record.updated_unix_ms = now.unix_ms;
    record.updated_by = caller_.name;
    tx.save(record);
    for (const TaskKind kind : {TaskKind::reap, TaskKind::look})
      if (tx.task(kind, record.id)) tx.settle(kind, record.id, std::nullopt);
    tell_changed(tx, "account.removed", record,
                 caller_.name + " removed account " + record.id + ".");
  };
  on_record(parts_, [&] { parts_.ledger.write(forget); });
  return record.id;
}

void AccountChanges::seal_projects_anew(LedgerTransaction& tx, const Keyring& ring,
                                        KeyRotation& rotation) const {
  for (ProjectRecord& project : tx.projects("")) {
    if (project.sealed.empty() || project.key_id == ring.sealing().id()) continue;
    try {
      put_secrets(project, secrets_of(project, ring), ring.sealing());
    } catch (const KeyProblem& problem) {
      rotation.left.push_back("project " + project.id +
                              ": its secrets cannot be opened: " + problem.what());
      continue;
    }
    tx.save(project);
    rotation.projects.push_back(project.id);
  }
}

KeyRotation AccountChanges::rotate_key() {
  const auto require_admin = [&] { require(parts_.settings(), Act::rotate_key, caller_); };
  on_record(parts_, require_admin);
  KeyRotation rotation;
  try {
    std::optional<KeyFileRotation> file;
    if (keys_.in_file()) file.emplace(keys_.file());
    parts_.ledger.write([&](LedgerTransaction& tx) {
      rotation = {};
      require_admin();  // by the config of just now
      const Keyring ring = keys_.read();
      const CredentialKey& next = ring.sealing();
      rotation.key_id = next.id();
      for (AccountRecord& record : tx.accounts()) {
        if (record.key_id == next.id()) continue;
        try {
          std::string secrets = secrets_json_of(record, ring);
          put(record, secrets, next);
          wipe(secrets);
        } catch (const KeyProblem& problem) {
          rotation.left.push_back(record.id +
                                  ": its credentials cannot be opened: " + problem.what());
          continue;
        }
        tx.save(record);
        tell_changed(tx, "account.sealed_anew", record,
                     caller_.name + " sealed the credentials of account " + record.id +
                         " with key " + next.id() + ".");
        rotation.accounts.push_back(record.id);
      }
      seal_projects_anew(tx, ring, rotation);
    });
    if (file) {
      file->end();
      rotation.old_key_file = old_key_file(keys_.file()).string();
    }
  } catch (const KeyProblem& problem) {
    throw Error(Problem::config, problem.what());
  }
  return rotation;
}

}  // namespace berth
