#include "cli/cli.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <exception>
#include <ostream>

#include "cli/answer.hpp"
#include "cli/command.hpp"
#include "cli/exits.hpp"
#include "cli/help.hpp"
#include "cli/parse.hpp"
#include "cli/version.hpp"

namespace berth::cli {
namespace {

/// Errors of the command line itself are told as --json asks, so it is looked for before.
bool asks_for_json(const std::vector<std::string>& words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::find(words.begin(), end, "--json") != end;
}

/// `berth help deploy` is `berth deploy --help`: people try it.
std::vector<std::string> without_help_verb(std::vector<std::string> words) {
  if (words.empty() || words.front() != "help") return words;
  words.erase(words.begin());
  words.emplace_back("--help");
  return words;
}

Options options_of(const Globals& globals, Options options, bool read_only) {
  options.config = globals.config;
  options.state_dir = globals.state_dir;
  options.user = globals.user;
  options.read_only = read_only;
  return options;
}

int carry_out(const Action& action, const Globals& globals, const Options& options, Answer& answer,
              Interrupts& interrupts) {
  if (const auto* alone = std::get_if<ToDoAlone>(&action))
    return alone->run(options_of(globals, options, true), answer);
  const auto* drive = std::get_if<ToDrive>(&action);
  const bool read_only = std::holds_alternative<ToRead>(action) ||
                         (drive != nullptr && drive->only_looks && drive->only_looks());
  Berth berth = Berth::open(options_of(globals, options, read_only));
  if (const auto* reading = std::get_if<ToRead>(&action)) return reading->run(berth, answer);
  if (const auto* change = std::get_if<ToChange>(&action)) return change->run(berth, answer);
  return drive->run(berth, answer, interrupts);
}

int answer_version(Answer& answer) {
  boost::json::object document;
  document["version"] = version;
  answer.document(document);
  answer.print(fmt::format("berth {}", version));
  return 0;
}

int run(const std::vector<std::string>& words, const Options& options, Answer& answer,
        Interrupts& interrupts) {
  Globals globals;
  const CommandTable table = command_table(globals);
  if (words.empty()) {
    answer.note(help_text(table, {}));
    return exit_of(Problem::usage);
  }
  const CommandPath path = parse(table, globals, without_help_verb(words));
  if (globals.version) return answer_version(answer);
  if (globals.help) {
    answer.terminal().out << help_text(table, path) << std::flush;  // text, also with --json
    return 0;
  }
  return carry_out(path.back()->action, globals, options, answer, interrupts);
}

}  // namespace

int run_cli(const std::vector<std::string>& words, Terminal& terminal, Interrupts& interrupts,
            const Options& options) {
  Answer answer(terminal, asks_for_json(words));
  try {
    return run(words, options, answer, interrupts);
  } catch (const Error& error) {
    std::string text = error.what();
    if (error.problem() == Problem::unexpected)
      text += "\nThis is a defect of berth: please report it, with the command and this text.";
    answer.failure(reason_code_of(error.problem()), text);
    return exit_of(error.problem());
  } catch (const std::exception& defect) {
    answer.failure(reason_code_of(Problem::unexpected),
                   fmt::format("{}\nThis is a defect of berth: please report it, with the command "
                               "and this text.",
                               defect.what()));
    return exit_of(Problem::unexpected);
  }
}

}  // namespace berth::cli
