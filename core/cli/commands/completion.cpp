#include <memory>
#include <ostream>
#include <utility>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/completion/completion.hpp"

namespace berth::cli {

Command completion_command(std::vector<Option> globals, std::vector<Command> others) {
  auto shell = std::make_shared<std::string>();
  Command command{"completion",
                  "print the completion script of a shell",
                  "berth completion bash > ~/.local/share/bash-completion/completions/berth",
                  {{"SHELL", "bash, zsh or fish", shell.get(), true, {"bash", "zsh", "fish"}}}};
  others.push_back(command);  // so that it is completed itself
  auto table = std::make_shared<CommandTable>(CommandTable{std::move(globals), std::move(others)});
  command.action = ToDoAlone{[shell, table](const Options&, Answer& answer) {
    answer.terminal().out << (*shell == "zsh"    ? zsh_completion(*table)
                              : *shell == "fish" ? fish_completion(*table)
                                                 : bash_completion(*table))
                          << std::flush;
    return 0;
  }};
  return command;
}

}  // namespace berth::cli
