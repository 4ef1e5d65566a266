#include "reach/open.hpp"

#include "berth/config.hpp"
#include "reach/diagnose.hpp"
#include "reach/hosted.hpp"
#include "reach/in_process.hpp"
#include "reach/library.hpp"

namespace berth {
namespace {

// The secret values of these settings, in the manifest's order.
std::vector<std::string> secret_values(const Manifest& manifest, const Settings& settings) {
  std::vector<std::string> values;
  for (const Setting& setting : manifest.config) {
    const auto found = settings.find(setting.key);
    if (!setting.secret || found == settings.end()) continue;
    if (const auto* text = std::get_if<std::string>(&found->second)) values.push_back(*text);
    if (const auto* list = std::get_if<std::vector<std::string>>(&found->second))
      values.insert(values.end(), list->begin(), list->end());
  }
  return values;
}

// All accounts with one credential share its budget; one without a credential has its own.
std::string fingerprint_of(const std::vector<std::string>& secrets, const std::string& plugin,
                           const std::string& account) {
  if (!secrets.empty()) return credential_fingerprint(secrets);
  return credential_fingerprint({"no secret", plugin, account});
}

}  // namespace

std::vector<SettingProblem> setting_problems(const Manifest& manifest,
                                             std::string_view settings_json) {
  const Result<Settings> settings = settings_of_json(settings_json);
  if (!settings.ok()) return {{"", settings.failure().message}};
  std::vector<SettingProblem> problems;
  // One key at a time, so that each sentence has its key: first what is there, then what is not.
  Manifest all_optional = manifest;
  for (Setting& setting : all_optional.config) setting.required = false;
  for (const auto& [key, value] : *settings)
    for (std::string& text : settings_problems(all_optional, {{key, value}}))
      problems.push_back({key, std::move(text)});
  for (const Setting& setting : manifest.config) {
    if (settings->count(setting.key) > 0) continue;
    Manifest only = manifest;
    only.config = {setting};
    for (std::string& text : settings_problems(only, {}))
      problems.push_back({setting.key, std::move(text)});
  }
  return problems;
}

OpenedPlugin PluginOpener::open(const PluginUse& use) {
  return open(catalogue_.find(use.plugin), use);
}

OpenedPlugin PluginOpener::open(const CatalogueEntry& entry, const PluginUse& use) {
  if (!entry.problem.empty() || !entry.manifest) throw PluginUnusable(entry.problem);
  const Manifest& manifest = *entry.manifest;
  for (const SettingProblem& problem : setting_problems(manifest, use.settings_json))
    throw PluginUnusable("the settings of the plugin " + manifest.id + ": " + problem.text);
  Settings settings = with_defaults(manifest, *settings_of_json(use.settings_json));
  if (!use.account_id.empty()) settings[account_id_key] = use.account_id;

  const std::vector<std::string> credential = secret_values(manifest, settings);
  std::vector<std::string> secrets = credential;
  secrets.insert(secrets.end(), use.secrets.begin(), use.secrets.end());
  const Redaction redaction(secrets);
  auto journal = std::make_unique<RedactedJournal>(journal_, redaction);
  const std::string config = json_of_settings(settings);

  OpenedPlugin opened;
  opened.manifest = manifest;
  opened.in_process = !entry.file.empty() &&
                      (use.how == HowToRun::in_process ||
                       (use.how == HowToRun::automatic && entry.in_process));
  std::unique_ptr<PluginInstance> inside;
  if (opened.in_process) {
    inside = std::make_unique<InProcessInstance>(load_plugin(entry.file), manifest.id, config,
                                                 manifest.concurrent);
  } else {
    IsolatedOptions options;
    options.name = manifest.id;
    options.argv = worker_command(entry, catalogue_.options());
    options.manifest_json = entry.manifest_json;
    options.concurrent = manifest.concurrent;
    options.patience = use.patience;
    inside = std::make_unique<IsolatedInstance>(std::move(options), config, *journal);
  }
  auto budget = budgets_.of(fingerprint_of(credential, manifest.id, use.account_id),
                            manifest.rate.value_or(RateLimit{}), use.account_id);
  opened.instance = std::make_shared<HostedInstance>(std::move(journal), std::move(inside),
                                                     entry.bundled ? of_bundled_ : transport_,
                                                     std::move(budget), redaction, pause_);
  return opened;
}

}  // namespace berth
