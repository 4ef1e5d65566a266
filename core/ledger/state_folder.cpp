#include "ledger/state_folder.hpp"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <vector>

#include "trust/ownership.hpp"

namespace berth {

namespace {

constexpr const char* another =
    ". Give this user a folder that it may write, or name another one (state_dir in the "
    "configuration)";

/// The nearest folder on the way to `path` that is there; "" if there is none.
std::filesystem::path nearest_of(std::filesystem::path path) {
  std::error_code ignored;
  while (!path.empty() && !std::filesystem::exists(path, ignored)) {
    if (path == path.parent_path()) return {};
    path = path.parent_path();
  }
  return path;
}

/// Can something be made in this folder? Tried, since modes do not tell all (/proc, a read-only
/// mount): a folder of no other's name, which is gone at once. 0, or the errno.
int making_problem(const std::filesystem::path& folder) {
  std::string trial = (folder / ".berth-check-XXXXXX").string();
  if (mkdtemp(trial.data()) == nullptr) return errno;
  return rmdir(trial.c_str()) == 0 ? 0 : errno;
}

/// "": it is there, and can be written by this user and nobody else.
std::string use_problem(const std::string& folder) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored))
    return std::string("it is not a folder") + another;
  if (faccessat(AT_FDCWD, folder.c_str(), R_OK | W_OK | X_OK, AT_EACCESS) != 0)
    return std::string("it cannot be written (") + strerror(errno) + ")" + another;
  if (const auto problem = distrust_of_folder(folder)) return problem->words_for(folder);
  return "";
}

}  // namespace

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
      return path->string() + " cannot be made (" + strerror(errno) + ")" + another;
    }
  }
  return use_problem(folder);
}

std::string state_folder_problem(const std::string& folder) {
  std::error_code ignored;
  const std::filesystem::path whole = std::filesystem::absolute(folder, ignored);
  const std::filesystem::path nearest = nearest_of(whole);
  if (nearest == whole) return use_problem(folder);
  if (const int problem = making_problem(nearest); problem != 0)
    return "it cannot be made in " + nearest.string() + " (" + strerror(problem) + ")" + another;
  if (const auto problem = distrust_of_folder(folder)) return problem->words_for(folder);
  return "";
}

std::string appending_problem(const std::string& file) {
  std::error_code ignored;
  int problem = 0;
  if (std::filesystem::is_directory(file, ignored)) {
    problem = EISDIR;
  } else if (std::filesystem::exists(file, ignored)) {
    const int opened = open(file.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);
    if (opened < 0) problem = errno;
    if (opened >= 0) close(opened);
  } else {
    const std::filesystem::path whole = std::filesystem::absolute(file, ignored);
    problem = making_problem(nearest_of(whole.parent_path()));
  }
  return problem == 0 ? "" : std::string("it cannot be opened (") + strerror(problem) + ")";
}

std::string state_file_problem(const std::string& path) {
  for (const char* part : {"", "-wal", "-shm", "-journal"})
    if (const auto problem = distrust_of_own_file(path + part))
      return problem->text_for(path + part);
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
