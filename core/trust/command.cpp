#include "trust/command.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>

#include "trust/ownership.hpp"

namespace berth {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool can_be_run(const fs::path& path) { return is_file(path) && ::access(path.c_str(), X_OK) == 0; }

/// "" when the folders of $PATH have no such program.
fs::path found_on(const std::string& search_path, const std::string& name) {
  std::istringstream folders(search_path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path path = fs::path(folder.empty() ? "." : folder) / name;
    if (can_be_run(path)) return path;
  }
  return {};
}

std::string path_of_this_process() {
  const char* search_path = std::getenv("PATH");
  return search_path == nullptr ? "/usr/bin:/bin" : search_path;
}

/// Of the program and of each argument that names a file.
std::string distrust_of_files(const fs::path& program, const std::vector<std::string>& argv) {
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const fs::path file = i == 0 ? program : fs::path(argv[i]);
    if (!is_file(file)) continue;
    if (const auto problem = distrust_of(file))
      return file.string() + ": " + problem->words_for(file);
  }
  return {};
}

}  // namespace

std::string command_distrust(const std::vector<std::string>& argv) {
  if (argv.empty()) return {};
  const bool named = argv.front().find('/') != std::string::npos;
  return distrust_of_files(
      named ? fs::path(argv.front()) : found_on(path_of_this_process(), argv.front()), argv);
}

std::string command_problem(const std::vector<std::string>& argv, const std::string& search_path) {
  if (argv.empty()) return {};
  const std::string& name = argv.front();
  fs::path program = name;
  if (name.find('/') == std::string::npos) {
    program = found_on(search_path, name);
    if (program.empty())
      return "there is no program '" + name + "' on $PATH. Install it, or name it with its path";
  } else if (!is_file(program)) {
    std::error_code ignored;
    return "there is no file " + fs::absolute(program, ignored).lexically_normal().string() +
           ". Check the path; one that begins without '/' is looked for in the folder in which "
           "berth is started";
  } else if (!can_be_run(program)) {
    return program.string() + " may not be executed. " +
           (is_of_the_system(program) ? "Name a program" : "Run: chmod u+x " + program.string());
  }
  return distrust_of_files(program, argv);
}

std::string command_problem(const std::vector<std::string>& argv) {
  return command_problem(argv, path_of_this_process());
}

}  // namespace berth
