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

/// Another process works in the folder just now.
class FolderBusy : public FolderProblem {
 public:
  using FolderProblem::FolderProblem;
};

enum class Missing { make, leave };

/// Threads: one at a time. Processes: one at a time, where each calls lock().
class ProjectFolder {
 public:
  /// Makes it where it is missing, or leaves it missing: then nothing is in it. Throws
  /// FolderProblem: no folder, a link, not ours to write.
  ProjectFolder(const std::filesystem::path& projects, const std::string& slug,
                Missing missing = Missing::make);
  ~ProjectFolder();
  ProjectFolder(const ProjectFolder&) = delete;
  ProjectFolder& operator=(const ProjectFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Until this object goes, or the process dies. Throws FolderBusy.
  void lock();

  /// nullopt: there is none. Throws FolderProblem: a link, a folder, no regular file, over 4 MiB.
  [[nodiscard]] std::optional<std::string> read(const std::string& path) const;

  /// One file, whole or not at all, with the folders on its way. `replace`: takes the place of one
  /// that is there; otherwise one that has appeared meanwhile is left alone, and this throws.
  void write(const std::string& path, const std::string& content, mode_t mode, bool replace);

  /// write() in two steps, so that many files appear only when there is room for all of them:
  /// the content durably, where nobody looks …
  void stage(const std::string& path, const std::string& content, mode_t mode, bool replace);
  /// … and all that was staged in its place, in order.
  void place_staged();
  /// Forgets what was staged, also by a process that died.
  void drop_staged();

  /// Nothing where there is none. Folders stay.
  void remove(const std::string& path);

  /// Whether anything but berth's own folder is in it.
  [[nodiscard]] bool has_files() const;
  /// Whether berth has put files in it before.
  [[nodiscard]] bool has_own_folder() const;

 private:
  /// The folder that holds `path`, as a descriptor of the caller's; -1: there is none.
  [[nodiscard]] int parent_of(const std::string& path, bool make) const;
  [[nodiscard]] int open_beneath(int folder, const std::string& name, int flags) const;
  [[noreturn]] void fail(const std::string& path, const std::string& what, int error) const;

  struct Staged {
    std::string name, path;  // in berth's own folder; where it belongs
    bool replace = false;
  };

  /// Berth's own folder, made where it is missing, as a descriptor of the caller's.
  [[nodiscard]] int own_folder_for(const std::string& path) const;

  std::filesystem::path path_;
  int folder_ = -1;  // -1: it is missing, and was left so
  std::vector<Staged> staged_;
};

}  // namespace berth
