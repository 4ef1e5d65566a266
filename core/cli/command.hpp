// What a command accepts, said once: the parser, --help, the completions and the test of the man
// page all read this. Std-only (CLI11 stays in parse.cpp).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "berth.hpp"

namespace berth::cli {

class Answer;
class Interrupts;

/// Where a value goes. The command owns it; it lives as long as the table.
/// A list takes one value each time that its option is given.
using Target = std::variant<bool*, int*, std::string*, std::optional<std::string>*,
                            std::vector<std::string>*>;

/// What the shell may offer for a value.
enum class Completes {
  nothing, file, directory, organization, application, deployment, server, account, plugin, offer,
  project,
};

struct Option {
  std::string name;   // "--org"
  std::string value;  // what stands for its value in --help: "ORG"; "" for a flag
  std::string help;   // no full stop
  Target target;
  bool required = false;
  std::vector<std::string> words = {};  // the values there are; empty: any
  Completes completes = Completes::nothing;
  std::string unless = {};  // not required where this other option is given
};

struct Argument {
  std::string name;  // "ID"
  std::string help;
  Target target;
  bool required = true;
  std::vector<std::string> words = {};
  Completes completes = Completes::nothing;
};

// The ways a command is carried out, by what it needs. Each returns the exit status.

/// Looks at the ledger, which is opened read-only.
struct ToRead {
  std::function<int(Berth&, Answer&)> run;
};
/// Changes the ledger.
struct ToChange {
  std::function<int(Berth&, Answer&)> run;
};
/// Does work that takes a while, and may be interrupted.
struct ToDrive {
  std::function<int(Berth&, Answer&, Interrupts&)> run;
  std::function<bool()> only_looks = {};  // this time it changes nothing; empty: it does
};
/// Needs no ledger.
struct ToDoAlone {
  std::function<int(const Options&, Answer&)> run;
};
using Action = std::variant<std::monostate, ToRead, ToChange, ToDrive, ToDoAlone>;

struct Command {
  std::string name;     // "deploy"; "__complete" is hidden, as all that begins with "__"
  std::string summary;  // one line, no full stop
  std::string example;  // a line or more; may be "" for a group
  std::vector<Argument> arguments = {};
  std::vector<Option> options = {};
  Action action = {};
  std::vector<Command> commands = {};  // of a group: "servers list", "servers add"

  [[nodiscard]] bool hidden() const { return name.starts_with("__"); }
};

/// What stands before or after any command.
struct Globals {
  std::string config, state_dir, user;
  bool json = false;
  bool help = false;
  bool version = false;
};

struct CommandTable {
  std::vector<Option> globals;
  std::vector<Command> commands;
};

/// Every command of berth, in the order of --help. `globals` must outlive the table.
CommandTable command_table(Globals& globals);

}  // namespace berth::cli
