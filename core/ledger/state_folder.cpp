#include "ledger/state_folder.hpp"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <vector>

namespace berth {

std::string make_state_folder(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<fs::path> missing;
  std::error_code ignored;
  for (fs::path path = folder; !path.empty() && !fs::exists(path, ignored);) {
    missing.push_back(path);
    if (path == path.parent_path()) break;
    path = path.parent_path();
  }
  for (auto path = missing.rbegin(); path != missing.rend(); ++path) {
    if (mkdir(path->c_str(), 0700) == 0) {
      chmod(path->c_str(), 0700);  // a umask may have taken the owner's own rights
    } else if (errno != EEXIST) {  // else another process made it just now
      return path->string() + " cannot be made (" + strerror(errno) + ")";
    }
  }
  if (!fs::is_directory(folder, ignored)) return "it is not a folder";
  if (faccessat(AT_FDCWD, folder.c_str(), R_OK | W_OK | X_OK, AT_EACCESS) != 0) {
    return std::string("it cannot be written (") + strerror(errno) + ")";
  }
  return "";
}

int make_private_file(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return errno == EEXIST ? 0 : errno;
  fchmod(file, 0600);
  close(file);
  return 0;
}

FolderLock::FolderLock(const std::string& folder, int patience_ms)
    : folder_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  constexpr int step_ms = 5;
  for (int waited = 0; folder_ >= 0 && waited <= patience_ms; waited += step_ms) {
    if (flock(folder_, LOCK_EX | LOCK_NB) == 0) {
      held_ = true;
      return;
    }
    if (errno != EWOULDBLOCK && errno != EINTR) return;
    const timespec pause{0, step_ms * 1'000'000};
    nanosleep(&pause, nullptr);
  }
}

FolderLock::~FolderLock() {
  if (folder_ >= 0) close(folder_);
}

void FolderLock::sync() const { fsync(folder_); }

}  // namespace berth
