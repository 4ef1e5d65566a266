// The folder with berth's own files: making it and them for this user's eyes only, one at a time.
#pragma once

#include <string>

namespace berth {

/// Makes the folder, and those above it that are missing, with mode 0700. "": it is there and can
/// be written; else why not.
std::string make_state_folder(const std::string& folder);

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
