#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <cstdlib>
#include <system_error>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exits.hpp"
#include "cli/utf8.hpp"
#include "cli/wording.hpp"

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

int check(const Options& options, Answer& answer) {
  const std::vector<std::string> problems = Berth::check_config(options);
  boost::json::array lines;
  for (const std::string& problem : problems) lines.emplace_back(problem);
  boost::json::object document;
  document["status"] = problems.empty() ? "ok" : "failed";
  document["problems"] = std::move(lines);
  answer.document(document);
  for (const std::string& problem : problems) answer.print(printable(problem));
  answer.print(problems.empty() ? "ok" : counted(problems.size(), "problem", "problems"));
  return problems.empty() ? 0 : exit_of(Problem::config);
}

/// REQUIRES: the order of find_config (core/config/load.hpp), which this program cannot include.
fs::path config_path(const Options& options) {
  if (!options.config.empty()) return options.config;
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return fs::path(value == nullptr ? "" : value);
  };
  if (const fs::path named = variable("BERTH_CONFIG"); !named.empty()) return named;
  const fs::path home = variable("XDG_CONFIG_HOME").empty() ? variable("HOME") / ".config"
                                                            : variable("XDG_CONFIG_HOME");
  for (const fs::path& place : {fs::path("berth.toml"), home / "berth" / "berth.toml",
                                fs::path("/etc/berth/berth.toml")}) {
    std::error_code unreadable;  // a place that cannot be looked at holds no config for us
    if (fs::exists(place, unreadable)) return place;
  }
  return {};
}

int path(const Options& options, Answer& answer) {
  const fs::path found = config_path(options);
  if (found.empty())
    throw Error(Problem::config,
                "There is no berth.toml: not named by --config or $BERTH_CONFIG, not in this "
                "folder, not in ~/.config/berth and not in /etc/berth. Write one, or name it.");
  const std::string text = fs::absolute(found).lexically_normal().string();
  boost::json::object document;
  document["config"] = text;
  answer.document(document);
  answer.print(text);
  return 0;
}

}  // namespace

Command config_command() {
  return {"config",
          "the configuration: check, path",
          "",
          {},
          {},
          {},
          {{"check", "list every problem of the config, also of the plugins' settings",
            "berth config check --config ./berth.toml", {}, {}, ToDoAlone{check}},
           {"path", "say which config is used", "berth config path", {}, {}, ToDoAlone{path}}}};
}

}  // namespace berth::cli
