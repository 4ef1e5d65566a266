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

boost::json::array list_of(const std::vector<std::string>& sentences) {
  boost::json::array lines;
  for (const std::string& sentence : sentences) lines.emplace_back(sentence);
  return lines;
}

int check(Options options, bool also_plugins, bool online, Answer& answer) {
  options.bundled_only = !also_plugins;
  ConfigReport report = Berth::check_config(options);
  for (std::string& warning : Berth::config_warnings(options))
    report.warnings.push_back(std::move(warning));
  if (online && report.problems.empty()) {  // else the vendors would be asked with mistakes
    options.read_only = true;
    ConfigReport more = Berth::open(options).check_accounts_of_config();
    report.problems = std::move(more.problems);
    report.warnings.insert(report.warnings.end(), more.warnings.begin(), more.warnings.end());
  }
  const auto& [problems, warnings] = report;
  boost::json::object document;
  document["status"] = problems.empty() ? "ok" : "failed";
  document["problems"] = list_of(problems);
  document["warnings"] = list_of(warnings);
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
  auto online = std::make_shared<bool>(false);
  return {"config",
          "the configuration: check, path",
          "",
          {},
          {},
          {},
          {{"check", "list every problem of the config, and what is risky in it",
            "berth config check --config ./berth.toml", {},
            {{"--plugins", "", "also start what the config names by path or command, and ask it",
              plugins.get()},
             {"--online", "", "also ask the vendors: credentials, regions, currencies",
              online.get()}},
            ToDoAlone{[plugins, online](const Options& options, Answer& answer) {
              return check(options, *plugins, *online, answer);
            }}},
           {"path", "say which config is used", "berth config path", {}, {}, ToDoAlone{path}}}};
}

}  // namespace berth::cli
