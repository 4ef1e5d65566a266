#include <boost/json.hpp>
#include <filesystem>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exits.hpp"
#include "cli/utf8.hpp"
#include "cli/wording.hpp"

namespace berth::cli {
namespace {

int check(Options options, bool also_plugins, Answer& answer) {
  options.bundled_only = !also_plugins;
  const std::vector<std::string> problems = Berth::check_config(options);
  const std::vector<std::string> warnings = Berth::config_warnings(options);
  boost::json::array lines, told;
  for (const std::string& problem : problems) lines.emplace_back(problem);
  boost::json::object document;
  document["status"] = problems.empty() ? "ok" : "failed";
  document["problems"] = std::move(lines);
  for (const std::string& warning : warnings) told.emplace_back(warning);
  document["warnings"] = std::move(told);
  answer.document(document);
  for (const std::string& problem : problems) answer.print(printable(problem));
  for (const std::string& warning : warnings) answer.print("warning: " + printable(warning));
  answer.print(problems.empty() ? "ok" : counted(problems.size(), "problem", "problems"));
  return problems.empty() ? 0 : exit_of(Problem::config);
}

int path(const Options& options, Answer& answer) {
  const std::string text =
      std::filesystem::absolute(Berth::config_path(options)).lexically_normal().string();
  boost::json::object document;
  document["config"] = text;
  answer.document(document);
  answer.print(text);
  return 0;
}

}  // namespace

Command config_command() {
  auto plugins = std::make_shared<bool>(false);
  return {"config",
          "the configuration: check, path",
          "",
          {},
          {},
          {},
          {{"check", "list every problem of the config, also of the plugins' settings",
            "berth config check --config ./berth.toml", {},
            {{"--plugins", "", "also start what the config names by path or command, and ask it",
              plugins.get()}},
            ToDoAlone{[plugins](const Options& options, Answer& answer) {
              return check(options, *plugins, answer);
            }}},
           {"path", "say which config is used", "berth config path", {}, {}, ToDoAlone{path}}}};
}

}  // namespace berth::cli
