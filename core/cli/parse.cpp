// The only file with CLI11. It splits the words; what is an error, and how it is said, is ours: its
// own checks name a missing option before the mistyped one that explains it.
#include "cli/parse.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <map>

#include "berth/did_you_mean.hpp"

namespace berth::cli {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

[[noreturn]] void refuse(const std::string& sentence) { throw Error(Problem::usage, sentence); }

std::string alternatives(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

/// Ends a sentence: `; did you mean "deploy"?`, or a full stop.
std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const std::string near = did_you_mean(word, known);
  return near.empty() ? "." : near;
}

/// `name` is "--org" or "ID".
void set(const std::string& name, const std::vector<std::string>& words, const Target& target,
         const std::string& value) {
  if (!words.empty() && std::find(words.begin(), words.end(), value) == words.end())
    refuse(fmt::format("{} cannot be \"{}\"{} It is one of {}.", name, value,
                       suggestion(value, words), alternatives(words)));
  std::visit(Overloaded{[&](bool* flag) { *flag = true; },
                        [&](std::string* text) { *text = value; },
                        [&](std::optional<std::string>* text) { *text = value; },
                        [&](std::vector<std::string>* texts) { texts->push_back(value); },
                        [&](int* number) {
                          const char* end = value.data() + value.size();
                          const auto read = std::from_chars(value.data(), end, *number);
                          if (read.ec != std::errc() || read.ptr != end || *number < 0)
                            refuse(
                                fmt::format("{} needs a whole number, not \"{}\".", name, value));
                        }},
             target);
}

class Parser {
 public:
  Parser(const CommandTable& table, const Globals& globals) : table_(table), globals_(globals) {
    app_.set_help_flag();  // --help is an option like others: see help.cpp
    app_.allow_extras();
    app_.require_subcommand(0, 1);
    add_options(app_, table.globals);
    for (const Command& command : table.commands) add_command(app_, command);
  }

  CommandPath parse(std::vector<std::string> words) {
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
    try {
      app_.parse(std::move(words));
    } catch (const CLI::ArgumentMismatch& mismatch) {
      explain(mismatch.what());
    }
    const CommandPath path = chosen();
    if (globals_.help || globals_.version) return path;
    refuse_unknown(path);
    refuse_missing(path);
    return path;
  }

 private:
  void add_options(CLI::App& app, const std::vector<Option>& options) {
    for (const Option& option : options) {
      const std::string names = option.name == "--help" ? "-h,--help" : option.name;
      if (option.value.empty()) {
        app.add_flag_callback(names, [this, &option] { given(option.name, option.target); });
        continue;
      }
      const auto take = [this, &option](const std::string& value) {
        if (value.starts_with("--")) needs_value(option);  // `--org --app web`
        set(option.name, option.words, option.target, value);
        given_.push_back(option.name);
      };
      if (std::holds_alternative<std::vector<std::string>*>(option.target))
        app.add_option_function<std::vector<std::string>>(
               names,
               [take](const std::vector<std::string>& values) {
                 for (const std::string& value : values) take(value);
               })
            ->allow_extra_args(false);
      else
        app.add_option_function<std::string>(names, take);
    }
  }

  void add_command(CLI::App& parent, const Command& command) {
    CLI::App& app = *parent.add_subcommand(command.name);
    app.set_help_flag();
    app.allow_extras();
    app.fallthrough();  // global options also stand behind the command
    app.require_subcommand(0, command.commands.empty() ? 0 : 1);
    commands_[&app] = &command;
    add_options(app, command.options);
    for (const Argument& argument : command.arguments)
      app.add_option_function<std::string>(
          argument.name, [this, &argument](const std::string& value) {
            set(argument.name, argument.words, argument.target, value);
            given_.push_back(argument.name);
          });
    for (const Command& inner : command.commands) add_command(app, inner);
  }

  void given(const std::string& name, const Target& target) {
    set(name, {}, target, "");
    given_.push_back(name);
  }

  [[nodiscard]] CommandPath chosen() const {
    CommandPath path;
    const CLI::App* app = &app_;
    while (!app->get_subcommands().empty()) {
      app = app->get_subcommands().front();
      path.push_back(commands_.at(app));
    }
    return path;
  }

  [[nodiscard]] bool was_given(const std::string& name) const {
    return std::find(given_.begin(), given_.end(), name) != given_.end();
  }

  void refuse_unknown(const CommandPath& path) const {
    const std::vector<std::string> rest = app_.remaining(true);
    const auto option = std::find_if(rest.begin(), rest.end(), [](const std::string& word) {
      return word.size() > 1 && word.front() == '-' && word != "--";
    });
    const bool group = path.empty() || !path.back()->commands.empty();
    if (group) {
      const std::vector<Command>& commands = path.empty() ? table_.commands : path.back()->commands;
      std::vector<std::string> names;
      for (const Command& command : commands)
        if (!command.hidden()) names.push_back(command.name);
      const auto word = std::find_if(
          rest.begin(), rest.end(), [](const std::string& each) { return !each.starts_with('-'); });
      if (word != rest.end() && (option == rest.end() || word < option || path.empty()))
        refuse(fmt::format("{} has no command \"{}\"{} {}", spelled(path), *word,
                           suggestion(*word, names), see_help(path)));
      if (option == rest.end())
        refuse(fmt::format("{} needs a command: {}. {}", spelled(path), alternatives(names),
                           see_help(path)));
    }
    if (option != rest.end()) {
      std::vector<std::string> names;
      for (const Option* known : options_of(path)) names.push_back(known->name);
      const std::string word = option->substr(0, option->find('='));
      refuse(fmt::format("{} has no option \"{}\"{} {}", spelled(path), word,
                         suggestion(word, names), see_help(path)));
    }
    for (const std::string& word : rest)
      if (word != "--")
        refuse(fmt::format("{} does not take \"{}\". {}", spelled(path), word, see_help(path)));
  }

  void refuse_missing(const CommandPath& path) const {
    const Command& command = *path.back();
    std::vector<std::string> missing;
    for (const Argument& argument : command.arguments)
      if (argument.required && !was_given(argument.name))
        missing.push_back(fmt::format("{} ({})", argument.name, argument.help));
    for (const Option& option : command.options)
      if (option.required && !was_given(option.name) &&
          (option.unless.empty() || !was_given(option.unless)))
        missing.push_back(fmt::format("{} {} ({})", option.name, option.value, option.help));
    if (missing.empty()) return;
    std::string list;
    for (std::size_t i = 0; i < missing.size(); ++i)
      list += (i == 0 ? "" : i + 1 == missing.size() ? " and " : ", ") + missing[i];
    refuse(fmt::format("{} needs {}. {}", spelled(path), list, see_help(path)));
  }

  /// CLI11 says "--org: 1 required TEXT missing", or "at most 1 required but received 2".
  [[noreturn]] void explain(const std::string& what) const {
    const std::string name = what.substr(0, what.find(':'));
    for (const Option* option : options_of(chosen()))
      if (option->name == name && what.find("missing") != std::string::npos) needs_value(*option);
    if (what.find("received") != std::string::npos) refuse(name + " is given more than once.");
    refuse(what);
  }

  [[noreturn]] static void needs_value(const Option& option) {
    refuse(fmt::format("{} needs a value: {} ({}).", option.name, option.value, option.help));
  }

  [[nodiscard]] std::vector<const Option*> options_of(const CommandPath& path) const {
    std::vector<const Option*> options;
    for (const Option& option : table_.globals) options.push_back(&option);
    for (const Command* command : path)
      for (const Option& option : command->options) options.push_back(&option);
    return options;
  }

  static std::string see_help(const CommandPath& path) {
    return "See `" + spelled(path) + " --help`.";
  }

  const CommandTable& table_;
  const Globals& globals_;
  CLI::App app_;
  std::map<const CLI::App*, const Command*> commands_;
  std::vector<std::string> given_;
};

}  // namespace

std::string spelled(const CommandPath& path) {
  std::string text = "berth";
  for (const Command* command : path) text += " " + command->name;
  return text;
}

CommandPath parse(const CommandTable& table, const Globals& globals,
                  const std::vector<std::string>& words) {
  return Parser(table, globals).parse(words);
}

}  // namespace berth::cli
