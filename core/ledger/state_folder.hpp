// The folder with berth's own files: making it and them for this user's eyes only, one at a time.
#pragma once

#include <string>

namespace berth {

/// Makes the folder, and those above it that are missing, with mode 0700. "": it is there, can be
/// written, and by nobody else; else why not, and what to do, without a full stop. It has to be of
/// this user or of root: what is in it is believed, and servers are bought and destroyed on its
/// word.
std::string make_state_folder(const std::string& folder);

/// The same without making it: what make_state_folder() would say. Whether a folder can be made is
/// tried beside it, and nothing stays of that.
std::string state_folder_problem(const std::string& folder);

/// Why nothing can be appended to this file, which may not be there yet: "it cannot be opened (…)";
/// "": it can. A file that is not there is not made.
std::string appending_problem(const std::string& file);

/// Why the database `path` and what SQLite keeps beside it are not to be relied on: a link, or of
/// somebody else, or somebody else may write them; "": nothing is wrong with them. A sentence.
std::string state_file_problem(const std::string& path);

/// Makes an empty file with mode 0600, whatever the umask is; one that exists is left alone. 0, or
/// the errno.
int make_private_file(const std::string& path);

/// Held by one process at a time while it sets up a file in the folder. The lock is on the folder
/// itself: there is no lock file to leave behind, and the kernel frees it with its holder.
class FolderLock {
 public:
  FolderLock(const std::string& folder, int patience_ms);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();
  /// false: not within the patience, or the folder cannot be read.
  [[nodiscard]] bool held() const { return held_; }
  /// The names of new files survive a power cut.
  void sync() const;

 private:
  int folder_;
  bool held_ = false;
};

}  // namespace berth
