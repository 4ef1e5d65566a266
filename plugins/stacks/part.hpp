// A part of a project: a folder with part.toml and files/, for one technology, for what several of
// them share, or for what every project has. docs/stacks.md explains each key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "berth/stack_provisioner.hpp"

namespace berth::stacks {

/// Slot -> ids: the stacks for which something holds. Empty: all of them.
using When = std::map<std::string, std::vector<std::string>>;

/// How long is waited for a service, and how it is asked whether it works.
struct Health {
  std::string command;  // within its container, by its shell
  std::string native;   // on this machine; "": `command`
  std::int64_t start_s = 60;
};

/// A program that runs, in a container or on this machine.
struct Service {
  std::string name;
  std::string image;       // "postgres:17.6-alpine", or
  std::string dockerfile;  // the file it is built from, in `context`
  std::string context = ".";
  std::string user;  // "" for the image's own, which is not root
  std::string port;  // the plan's name of the port on 127.0.0.1; "": none
  std::int64_t container_port = 0;
  std::map<std::string, std::string> environment;
  std::vector<std::string> command;
  std::vector<std::string> volumes;  // "database-data:/var/lib/postgresql/data"
  std::vector<std::string> tmpfs;
  bool read_only = true;
  std::vector<std::string> depends_on;  // names; those that the stack lacks are left out
  Health health;
  // On this machine, without containers.
  std::vector<std::string> needs;  // "php8.2:php8.2-cli": a program and the package that has it
  std::map<std::string, std::string> native_environment;  // in place of `environment`
  std::string prepare;                                    // shell, before every start
  std::string run;  // shell, in the foreground: the service itself
};

/// A line of .env.
struct EnvLine {
  std::string name, value, comment;
  bool secret = false;  // left empty in .env.example
  When when;
};

/// A file with something to say of it.
struct FileNote {
  std::string path;  // of a file, or with '/' at its end, of all below a folder
  When when;
  bool secret = false;
  RenderedFile::Update update = RenderedFile::Update::merge;
};

struct PartFile {
  std::string path;
  std::string content;
  bool executable = false;
};

struct Part {
  std::filesystem::path folder;
  std::string slot, id;  // slot "": every project has it; id "": it is no choice
  std::string name;      // of its folder: <% values.NAME.KEY %>
  When only;             // of one that several choices of its slot share: which
  std::string title, version;
  std::vector<std::string> aliases;
  bool pages = false;  // a backend that renders pages itself
  std::int64_t millicores = 0, memory_mib = 0, disk_mib = 0;
  std::string health_path;
  std::vector<StackPort> ports;
  std::vector<StackSecret> secrets;
  std::map<std::string, std::string> values;  // versions and the like: <% laravel.php %>
  std::vector<StackRule> rules;
  std::vector<Service> services;
  std::vector<EnvLine> env;
  std::vector<std::string> ignored;  // lines of .gitignore and .dockerignore
  std::vector<std::string> next_steps;
  std::map<std::string, std::string> credentials;  // "database", "username"; no secrets
  std::vector<FileNote> notes;
  std::vector<PartFile> files;
};

/// Throws TemplateProblem with file:line:column.
Part read_part(const std::filesystem::path& folder);

/// All parts below `root`: every/, shared/NAME/ and SLOT/ID/. Throws TemplateProblem.
std::vector<Part> read_parts(const std::filesystem::path& root);

/// Whether `when` holds for the stack.
bool holds(const When& when, const Stack& stack);

}  // namespace berth::stacks
