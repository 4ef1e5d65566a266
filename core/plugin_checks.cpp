#include "plugin_checks.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "berth/config.hpp"
#include "berth/conformance.hpp"
#include "configured.hpp"
#include "http/redaction.hpp"
#include "offers/call.hpp"
#include "reach/diagnose.hpp"
#include "reach/in_process.hpp"
#include "reach/library.hpp"
#include "reach/proxies.hpp"
#include "trust/command.hpp"

namespace berth {
namespace {

constexpr std::int64_t call_timeout_ms = 60'000;

void check_settings(const std::string& plugin, const PluginSettings& settings, const Place& place,
                    Catalogue& catalogue, std::vector<std::string>& problems) {
  try {
    const CatalogueEntry& entry = catalogue.find(plugin);
    if (entry.manifest) {
      const auto place_of = [&](const std::string& key) {
        const auto known = settings.places.find(key);
        return (known == settings.places.end() ? place : known->second).text();
      };
      for (const SettingProblem& problem : setting_problems(*entry.manifest, settings.json)) {
        // A secret that is named but cannot be read just now is told below, in its own words.
        if (settings.unresolved.count(problem.key) != 0) continue;
        problems.push_back(place_of(problem.key) + ": " + problem.text);
      }
      if (std::string literal = literal_secret(*entry.manifest, settings, place); !literal.empty())
        problems.push_back(std::move(literal));
    }
  } catch (const PluginUnusable& problem) {
    problems.push_back(place.text() + ": " + problem.what());
  }
  for (const auto& [key, why] : settings.unresolved)
    problems.push_back(place.text() + ": " + key + ": " + why);
}

// The rules of the vendor that a manifest cannot say: the plugin's constructor has them. Only of
// what runs in this process, the bundled ones: to check a config starts no stranger's program.
void check_by_plugin(const AccountSettings& account, Catalogue& catalogue,
                     std::vector<std::string>& problems) {
  try {
    const CatalogueEntry& entry = catalogue.find(account.plugin);
    const PluginUse use = use_of(account);
    if (!entry.manifest || !entry.in_process || entry.file.empty() || use.how == HowToRun::worker)
      return;
    const Result<Settings> settings = settings_of_json(use.settings_json);
    if (!settings) return;
    InProcessInstance instance(load_plugin(entry.file), entry.id,
                               json_of_settings(with_defaults(*entry.manifest, *settings)), 1);
    const auto journal = silent_journal();
    const auto clock = system_clock();
    HostCall call(*clock, *journal, account.id + " check", call_timeout_ms);
    const std::optional<Failure> wrong = instance.start(call);
    if (!wrong) return;
    // "\"tags\": …" is shown with the line of that key.
    const std::string& text = wrong->message;
    const auto end = text.find('"', 1);
    const auto named = text.empty() || text[0] != '"' || end == std::string::npos
                           ? account.settings.places.end()
                           : account.settings.places.find(text.substr(1, end - 1));
    const Place& place = named == account.settings.places.end() ? account.place : named->second;
    problems.push_back(place.text() + ": " + Redaction(account.settings.secrets).apply(text));
  } catch (const PluginUnusable& problem) {
    problems.push_back(account.place.text() + ": " + problem.what());
  }
}

void append(std::vector<CheckLine>& lines, const std::vector<conformance::CheckResult>& results) {
  for (const conformance::CheckResult& result : results)
    lines.push_back(
        {std::string(conformance::to_word(result.outcome)), result.name, result.reason});
}

void check_command(const std::string& of, const std::vector<std::string>& command,
                   std::vector<std::string>& problems) {
  if (const std::string why = command_problem(command); !why.empty())
    problems.push_back(of + ": the command cannot be used: " + why);
}

}  // namespace

std::vector<std::string> command_problems(const Configuration& config) {
  std::vector<std::string> problems;
  const std::string file = config.file.string();
  check_command(file + ": [deploy]", config.deploy.command, problems);
  check_command(file + ": [deploy] release_command", config.deploy.release_command, problems);
  check_command(file + ": [stacks] deploy_command", config.stacks.deploy_command, problems);
  check_command(file + ": [stacks] release_command", config.stacks.release_command, problems);
  for (const OrganizationSettings& organization : config.organizations)
    for (const ApplicationSettings& application : organization.applications) {
      const std::string of = organization.place.text() + ": application '" + application.name + "'";
      check_command(of, application.command, problems);
      check_command(of + " release_command", application.release_command, problems);
    }
  return problems;
}

std::string literal_secret(const Manifest& manifest, const PluginSettings& settings,
                           const Place& place) {
  const auto& safe = settings.secret_keys;
  for (const Setting& setting : manifest.config) {
    if (!setting.secret || settings.places.count(setting.key) == 0 ||
        std::find(safe.begin(), safe.end(), setting.key) != safe.end())
      continue;
    const Place& where = settings.places.at(setting.key);
    return (where.line != 0 ? where : place).text() + ": '" + setting.key +
           "' is a secret and must not stand in the config: use " + setting.key +
           " = { env = \"NAME\" } or { file = \"PATH\" } (a file of mode 0600)";
  }
  return {};
}

std::vector<std::string> plugin_setting_problems(const Configuration& config,
                                                 Catalogue& catalogue) {
  std::vector<std::string> problems;
  for (const PluginEntry& plugin : config.plugins) {  // also those that nobody uses
    const auto& all = catalogue.list();
    const auto entry = std::find_if(all.begin(), all.end(), [&](const CatalogueEntry& each) {
      return each.id == plugin.id && !each.problem.empty();
    });
    if (entry != all.end()) problems.push_back(plugin.place.text() + ": " + entry->problem);
  }
  for (const AccountSettings& account : config.accounts) {
    const std::size_t before = problems.size();
    check_settings(account.plugin, account.settings, account.place, catalogue, problems);
    if (problems.size() == before) check_by_plugin(account, catalogue, problems);
  }
  for (const NotifierSettings& notifier : config.notifiers)
    check_settings(notifier.plugin, notifier.settings, notifier.place, catalogue, problems);
  for (const StackProvisionerSettings& one : config.stack_provisioners)
    // The bundled one that nobody named may be missing: who makes no projects does not need it.
    if (one.place.line != 0)
      check_settings(one.plugin, one.settings, one.place, catalogue, problems);
  return problems;
}

std::vector<CheckLine> check_conformance(const CatalogueEntry& entry, const OpenedPlugin& opened,
                                         const std::string& settings_json, bool walk,
                                         const std::string& attempt_id, const Clock& clock,
                                         Journal& journal) {
  const conformance::CallFactory calls = [&]() -> std::unique_ptr<Call> {
    return std::make_unique<HostCall>(clock, journal, entry.id + " check", call_timeout_ms);
  };
  conformance::Options options;
  options.walk = walk;
  options.attempt_id = attempt_id;
  std::vector<CheckLine> lines;
  const Result<Settings> read = settings_of_json(settings_json);
  const Settings settings = read ? *read : Settings{};
  if (entry.file.empty())
    lines.push_back({"skipped", "library.shape", "a script has no library"});
  else
    append(lines, conformance::check_library(&load_plugin(entry.file), settings, calls, options));
  if (opened.manifest.implements(cloud_provider_id))
    append(lines,
           conformance::run_conformance(*cloud_provider_over(opened.instance), calls, options));
  if (opened.manifest.implements(notifier_id))
    append(lines, conformance::run_conformance(*notifier_over(opened.instance), calls, options));
  if (opened.manifest.implements(stack_provisioner_id))
    append(lines,
           conformance::run_conformance(*stack_provisioner_over(opened.instance), calls, options));
  return lines;
}

}  // namespace berth
