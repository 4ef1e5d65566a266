#include <fmt/format.h>

#include "cli/completion/completion.hpp"

namespace berth::cli {
namespace {

/// What a value or argument offers, as bash statements; "" where it offers nothing.
std::string offering(const std::vector<std::string>& words, Completes completes) {
  if (!words.empty()) {
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : " ") + word;
    return fmt::format("words=\"{}\"", list);
  }
  if (completes == Completes::file) return "files=-f";
  if (completes == Completes::directory) return "files=-d";
  const std::string_view kind = completion_kind(completes);
  if (kind.empty()) return {};
  return fmt::format("words=\"$(berth __complete {} -- \"$current\" 2>/dev/null)\"", kind);
}

/// `"/deploy --arch") words="x86_64 arm64 any" ;;`
std::string value_case(const std::string& pattern, const Option& option) {
  if (option.value.empty()) return {};
  const std::string offer = offering(option.words, option.completes);
  return fmt::format("    {}) {}{}done=1 ;;\n", pattern, offer, offer.empty() ? "" : "; ");
}

std::string names_of(const std::vector<Option>& options) {
  std::string names;
  for (const Option& option : options) names += (names.empty() ? "" : " ") + option.name;
  return names;
}

std::string commands_of(const std::vector<Command>& commands) {
  std::string names;
  for (const Command& command : commands)
    if (!command.hidden()) names += (names.empty() ? "" : " ") + command.name;
  return names;
}

}  // namespace

std::string bash_completion(const CommandTable& table) {
  std::string places;
  std::string values;
  std::string words = fmt::format("      \"\") words=\"{}\" ;;\n", commands_of(table.commands));
  for (const Option& option : table.globals)
    values += value_case("*\" " + option.name + "\"", option);
  for (const auto& [path, command] : placed_commands(table)) {
    places += fmt::format("      \"{0}\") at=\"{0}\" ;;\n", path);
    for (const Option& option : command->options)
      values += value_case(fmt::format("\"{} {}\"", path, option.name), option);
    std::string offer = fmt::format("words=\"{}\"", command->commands.empty()
                                                        ? names_of(command->options)
                                                        : commands_of(command->commands));
    for (const Argument& argument : command->arguments) {
      // Options stand behind a dash, so a bare word asks for the first argument.
      const std::string bare = offering(argument.words, argument.completes);
      if (!bare.empty()) offer += fmt::format("; [[ $current == -* ]] || {}", bare);
      break;
    }
    words += fmt::format("      \"{}\") {} ;;\n", path, offer);
  }
  return fmt::format(
      R"bash(# bash completion for berth. Made by `berth completion bash`: do not edit.
# shellcheck shell=bash
_berth() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}"
  local at="" words="" files="" done="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${{COMP_WORDS[i]}}" in
      {0}) ((i++)); continue ;;
    esac
    case "$at/${{COMP_WORDS[i]}}" in
{1}    esac
  done
  case "$at $previous" in
{2}  esac
  if [[ -z $done ]]; then
    case "$at" in
{3}    esac
    [[ $current != -* ]] || words="$words {4}"
  fi
  if [[ -n $files ]]; then
    mapfile -t COMPREPLY < <(compgen "$files" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}}
complete -F _berth berth
)bash",
      options_with_values(table, "|"), places, values, words, names_of(table.globals));
}

}  // namespace berth::cli
