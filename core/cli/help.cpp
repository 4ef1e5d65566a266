#include "cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "cli/exits.hpp"

namespace berth::cli {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

std::string aligned(const std::string& title, const Lines& lines) {
  if (lines.empty()) return {};
  std::size_t widest = 0;
  for (const auto& [left, right] : lines) widest = std::max(widest, left.size());
  std::string text = "\n" + title + ":\n";
  for (const auto& [left, right] : lines)
    text += fmt::format("  {:<{}}  {}\n", left, widest, right);
  return text;
}

std::string option_help(const Option& option) {
  std::string text = option.help;
  if (!option.words.empty()) {
    text += ": ";
    for (std::size_t i = 0; i < option.words.size(); ++i)
      text += (i == 0 ? "" : ", ") + option.words[i];
  }
  if (std::holds_alternative<std::vector<std::string>*>(option.target)) text += "; may be repeated";
  if (!option.required) return text;
  return text + (option.unless.empty() ? " (needed)" : " (needed, or " + option.unless + ")");
}

Lines option_lines(const std::vector<Option>& options) {
  Lines lines;
  for (const Option& option : options) {
    std::string left = option.name == "--help" ? "-h, --help" : option.name;
    if (!option.value.empty()) left += " " + option.value;
    lines.emplace_back(left, option_help(option));
  }
  return lines;
}

Lines command_lines(const std::vector<Command>& commands) {
  Lines lines;
  for (const Command& command : commands)
    if (!command.hidden()) lines.emplace_back(command.name, command.summary);
  return lines;
}

Lines exit_lines() {
  Lines lines;
  for (const ExitMeaning& exit : exit_meanings())
    lines.emplace_back(std::to_string(exit.status),
                       exit.word.empty() ? std::string(exit.meaning)
                                         : fmt::format("{}: {}", exit.word, exit.meaning));
  return lines;
}

std::string indented(const std::string& lines) {
  std::string text = "  ";
  for (const char c : lines) {
    text += c;
    if (c == '\n') text += "  ";
  }
  return text + '\n';
}

}  // namespace

std::string help_text(const CommandTable& table, const CommandPath& path) {
  if (path.empty())
    return "berth: every deployment finds a berth.\n\nUsage: berth [OPTION …] COMMAND …\n" +
           aligned("Commands", command_lines(table.commands)) +
           aligned("Options, before or after the command", option_lines(table.globals)) +
           aligned("Exit status", exit_lines()) +
           "\nExample:\n"
           "  berth deploy --org acme --app web --cpu 2 --memory 4 --disk 50\n"
           "\n`berth COMMAND --help` shows a command's options; `man berth` says more.\n";
  const Command& command = *path.back();
  std::string usage = spelled(path);
  for (const Argument& argument : command.arguments)
    usage += argument.required ? " " + argument.name : " [" + argument.name + "]";
  for (const Option& option : command.options)
    if (option.required) usage += " " + option.name + " " + option.value;
  const bool has_more = std::any_of(command.options.begin(), command.options.end(),
                                    [](const Option& option) { return !option.required; });
  if (has_more) usage += " [OPTION …]";
  if (!command.commands.empty()) usage += " COMMAND …";
  Lines arguments;
  for (const Argument& argument : command.arguments)
    arguments.emplace_back(argument.name, argument.help);
  std::string text = command.summary + "\n\nUsage: " + usage + "\n" +
                     aligned("Arguments", arguments) +
                     aligned("Commands", command_lines(command.commands)) +
                     aligned("Options", option_lines(command.options)) +
                     aligned("Options of every command", option_lines(table.globals));
  if (!command.example.empty()) text += "\nExample:\n" + indented(command.example);
  return text;
}

}  // namespace berth::cli
