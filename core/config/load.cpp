// The walk through berth.toml. toml++ is seen by this folder's readers only.
#include "config/load.hpp"

#include <algorithm>
#include <tuple>

#include "berth/toml_depth.hpp"
#include "config/read.hpp"
#include "config/secrets.hpp"
#include "config/table_reader.hpp"
#include "config/text_file.hpp"

namespace berth {

namespace {

constexpr std::size_t most_bytes = 4 * 1024 * 1024;

std::string lines_of(const std::vector<ConfigProblem>& problems) {
  std::string text;
  for (const ConfigProblem& problem : problems)
    text += (text.empty() ? "" : "\n") + problem.text();
  return text;
}

toml::table parse(std::string_view text, const Reading& reading) {
  if (const auto deep = TomlDepth(text).beyond())
    throw ConfigurationError({{{reading.file_name, deep->line, deep->column},
                               "nested too deeply: a key or header has at most " +
                                   std::to_string(most_toml_depth) +
                                   " parts, and brackets and braces stand at most so deep in "
                                   "each other",
                               "no key of berth needs more than 3; config/berth.toml has them "
                               "all"}});
  try {
    return toml::parse(text, reading.file_name);
  } catch (const toml::parse_error& error) {
    throw ConfigurationError({{reading.place_of(error.source()), std::string(error.description()),
                               "this is TOML: see https://toml.io"}});
  }
}

void throw_if_any(std::vector<ConfigProblem>& problems) {
  if (problems.empty()) return;
  // In the file's order: tables are walked by name.
  std::stable_sort(problems.begin(), problems.end(),
                   [](const ConfigProblem& left, const ConfigProblem& right) {
                     return std::tie(left.place.line, left.place.column) <
                            std::tie(right.place.line, right.place.column);
                   });
  throw ConfigurationError(std::move(problems));
}

}  // namespace

std::string ConfigProblem::text() const {
  std::string all = place.text() + ": " + sentence;
  if (!suggestion.empty()) all += " — " + suggestion;
  return all;
}

ConfigurationError::ConfigurationError(std::vector<ConfigProblem> problems)
    : std::runtime_error(lines_of(problems)), problems_(std::move(problems)) {}

Configuration parse_settings(std::string_view text, const std::filesystem::path& name,
                             const Environment& environment) {
  Reading reading{name.string(), std::filesystem::absolute(name).parent_path(), environment};
  const toml::table file = parse(text, reading);
  Configuration configuration;
  configuration.file = std::filesystem::absolute(name).lexically_normal();
  TableReader root(reading, file, "");
  read_berth(root, configuration);
  read_currency(root, configuration);
  read_placement(root, configuration);
  read_provisioning(root, configuration);
  read_deploy(root, configuration);
  read_credentials(root, configuration);
  read_reap(root, configuration);
  read_scale_down(root, configuration);
  read_organizations(root, configuration);
  read_accounts(root, configuration);
  read_notifiers(root, configuration);
  read_stacks(root, configuration);
  read_plugins(root, configuration);
  read_pipeline(root, configuration);
  throw_if_any(reading.problems);
  configuration.read_from = std::move(reading.files);
  return configuration;
}

Configuration load_settings(const std::filesystem::path& file, const Environment& environment) {
  std::string why;
  const auto text = read_text_file(file, most_bytes, why);
  if (!text)
    throw ConfigurationError({{{file.string(), 0, 0},
                               "the config cannot be read: " + why,
                               "name another with --config FILE or $BERTH_CONFIG"}});
  Configuration configuration = parse_settings(*text, file, environment);
  configuration.read_from.insert(configuration.read_from.begin(),
                                 {configuration.file, most_bytes, *text});
  return configuration;
}

bool files_changed(const Configuration& configuration) {
  return std::any_of(configuration.read_from.begin(), configuration.read_from.end(),
                     [](const NamedFile& file) {
                       if (file.most_bytes == 0) {
                         const Secret secret = secret_from_file(file.path);
                         return file.found != (secret.why.empty() ? secret.value : secret.why);
                       }
                       std::string why;
                       const auto text = read_text_file(file.path, file.most_bytes, why);
                       return file.found != (text ? *text : why);
                     });
}

}  // namespace berth
