// A project's folder. Every path is resolved beneath it and through no symbolic link, whatever a
// template calls its files and whatever its user put in the way.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace berth {

/// What happened, where, and what to do; nothing was changed by the call that threw it.
class FolderProblem : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Threads: one at a time. Processes: the ledger's lock on the project keeps others away.
class ProjectFolder {
 public:
  /// Makes it where it is missing. Throws FolderProblem: no folder, a link, not ours to write.
  ProjectFolder(const std::filesystem::path& projects, const std::string& slug);
  ~ProjectFolder();
  ProjectFolder(const ProjectFolder&) = delete;
  ProjectFolder& operator=(const ProjectFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// "" where `path` may be that of a file in a project, or what is wrong with it.
  static std::string path_problem(const std::string& path);

  /// nullopt: there is none. Throws FolderProblem: a link, a folder, no regular file, over 4 MiB.
  [[nodiscard]] std::optional<std::string> read(const std::string& path) const;

  /// One file, whole or not at all, with the folders on its way. `replace`: takes the place of one
  /// that is there; otherwise one that has appeared meanwhile is left alone, and this throws.
  void write(const std::string& path, const std::string& content, mode_t mode, bool replace);

  /// Nothing where there is none. Folders stay.
  void remove(const std::string& path);

  /// Whether anything but berth's own folder is in it.
  [[nodiscard]] bool has_files() const;

 private:
  /// The folder that holds `path`, as a descriptor of the caller's; -1: there is none.
  [[nodiscard]] int parent_of(const std::string& path, bool make) const;
  [[nodiscard]] int open_beneath(int folder, const std::string& name, int flags) const;
  [[noreturn]] void fail(const std::string& path, const std::string& what, int error) const;

  std::filesystem::path path_;
  int folder_ = -1;
};

}  // namespace berth
