#include <fmt/format.h>

#include "cli/completion/completion.hpp"

namespace berth::cli {
namespace {

std::string in_quotes(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

/// ` -x -a '…'`: an argument and what it may be.
std::string offering(const std::vector<std::string>& words, Completes completes) {
  if (!words.empty()) {
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : " ") + word;
    return " -x -a " + in_quotes(list);
  }
  if (completes == Completes::file) return " -r -F";
  if (completes == Completes::directory) return " -x -a '(__fish_complete_directories)'";
  const std::string_view kind = completion_kind(completes);
  return kind.empty() ? " -x"
                      : fmt::format(" -x -a '(berth __complete {} -- (commandline -ct)"
                                    " 2>/dev/null)'",
                                    kind);
}

std::string option_line(const std::string& condition, const Option& option) {
  std::string line = "complete -c berth" + condition + " -l " + option.name.substr(2);
  if (option.name == "--help") line += " -s h";
  if (!option.value.empty()) line += offering(option.words, option.completes);
  return line + " -d " + in_quotes(option.help) + "\n";
}

std::string command_lines(const std::string& path, const std::vector<Command>& commands) {
  std::string lines;
  for (const Command& command : commands)
    if (!command.hidden())
      lines += fmt::format("complete -c berth -n '__berth_at \"{}\"' -a {} -d {}\n", path,
                           command.name, in_quotes(command.summary));
  return lines;
}

}  // namespace

std::string fish_completion(const CommandTable& table) {
  std::string paths;
  std::string lines;
  for (const Option& option : table.globals) lines += option_line("", option);
  lines += command_lines("", table.commands);
  for (const auto& [path, command] : placed_commands(table)) {
    paths += " " + path;
    lines += command_lines(path, command->commands);
    const std::string condition = fmt::format(" -n '__berth_at \"{}\"'", path);
    for (const Option& option : command->options) lines += option_line(condition, option);
    if (command->arguments.empty()) continue;
    const Argument& first = command->arguments.front();
    const std::string offer = offering(first.words, first.completes);
    if (offer != " -x") lines += "complete -c berth" + condition + offer + "\n";
  }
  return fmt::format(
      R"fish(# fish completion for berth. Made by `berth completion fish`: do not edit.
function __berth_at
    set -l at ""
    set -l value ""
    for word in (commandline -opc)[2..-1]
        if test -n "$value"
            set value ""
            continue
        end
        if contains -- $word {0}
            set value 1
            continue
        end
        if contains -- "$at/$word"{1}
            set at "$at/$word"
        end
    end
    test "$at" = "$argv[1]"
end
complete -c berth -f
{2})fish",
      options_with_values(table, " "), paths, lines);
}

}  // namespace berth::cli
