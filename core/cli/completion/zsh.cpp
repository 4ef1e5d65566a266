#include <fmt/format.h>

#include "cli/completion/completion.hpp"

namespace berth::cli {
namespace {

/// 'name:what it is', quoted for zsh; a colon within separates no longer.
std::string described(const std::string& name, const std::string& help) {
  std::string text = "'" + name + ":";
  for (const char c : help) {
    if (c == '\'') text += "'\\''";
    else if (c == ':') text += "\\:";
    else text += c;
  }
  return text + "'";
}

std::string offering(const std::vector<std::string>& words, Completes completes) {
  if (!words.empty()) {
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : " ") + word;
    return fmt::format("compadd -- {}", list);
  }
  if (completes == Completes::file) return "_files";
  if (completes == Completes::directory) return "_files -/";
  const std::string_view kind = completion_kind(completes);
  return kind.empty()
             ? ""
             : fmt::format("compadd -- ${{(f)\"$(berth __complete {} -- \"$PREFIX\" "
                           "2>/dev/null)\"}}",
                           kind);
}

std::string value_case(const std::string& pattern, const Option& option) {
  if (option.value.empty()) return {};
  const std::string offer = offering(option.words, option.completes);
  return fmt::format("    {}) {}{}return ;;\n", pattern, offer, offer.empty() ? "" : "; ");
}

std::string descriptions_of(const std::vector<Option>& options) {
  std::string list;
  for (const Option& option : options) list += " " + described(option.name, option.help);
  return list;
}

std::string descriptions_of(const std::vector<Command>& commands) {
  std::string list;
  for (const Command& command : commands)
    if (!command.hidden()) list += " " + described(command.name, command.summary);
  return list;
}

}  // namespace

std::string zsh_completion(const CommandTable& table) {
  std::string places;
  std::string values;
  std::string words = fmt::format("    '') found=({} ) ;;\n", descriptions_of(table.commands));
  for (const Option& option : table.globals)
    values += value_case("*' " + option.name + "'", option);
  for (const auto& [path, command] : placed_commands(table)) {
    places += fmt::format("      '{0}') at='{0}' ;;\n", path);
    for (const Option& option : command->options)
      values += value_case(fmt::format("'{} {}'", path, option.name), option);
    std::string offer =
        fmt::format("found=({} )", command->commands.empty() ? descriptions_of(command->options)
                                                             : descriptions_of(command->commands));
    if (!command->arguments.empty()) {
      const Argument& first = command->arguments.front();
      const std::string bare = offering(first.words, first.completes);
      if (!bare.empty())
        offer += fmt::format("\n      if [[ $current != -* ]]; then {}; return; fi", bare);
    }
    words += fmt::format("    '{}') {} ;;\n", path, offer);
  }
  // `at`, not `path`: zsh's path is $PATH.
  return fmt::format(R"zsh(#compdef berth
# zsh completion for berth. Made by `berth completion zsh`: do not edit.
_berth() {{
  local at='' current="${{words[CURRENT]}}" previous="${{words[CURRENT-1]}}"
  local -a found
  local -i i
  for ((i = 2; i < CURRENT; i++)); do
    case "${{words[i]}}" in
      {0}) ((i++)); continue ;;
    esac
    case "$at/${{words[i]}}" in
{1}    esac
  done
  case "$at $previous" in
{2}  esac
  case "$at" in
{3}  esac
  if [[ $current == -* ]]; then found+=({4} ); fi
  _describe 'berth' found
}}
if [[ "${{funcstack[1]}}" == _berth ]]; then
  _berth "$@"
else
  compdef _berth berth
fi
)zsh",
                     options_with_values(table, "|"), places, values, words,
                     descriptions_of(table.globals));
}

}  // namespace berth::cli
