#include "stacks/project_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace berth {
namespace {

constexpr std::size_t largest_file = 4U << 20U;
constexpr const char* own_folder = ".berth";
constexpr std::string_view half_made = "half-made.";  // in own_folder, with a number

/// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string name_in(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string advice(int error) {
  switch (error) {
    case ELOOP: return "a symbolic link is in the way; berth does not follow it: move it away";
    case EXDEV: return "it leads out of the project";
    case ENOTDIR: return "a file is where a folder is needed: move it away";
    case EISDIR: return "a folder is where a file is needed: move it away";
    case EACCES:
    case EPERM: return "berth may not write there: see who owns it";
    case EROFS: return "the file system is read-only";
    case ENOSPC:
    case EDQUOT: return "the disk is full: make room, and run this again";
    case EEXIST: return "a file of this name has appeared: look at it, and run this again";
    case ENOSYS: return "this kernel has no openat2: berth needs Linux 5.6 or newer";
    default: return std::strerror(error);
  }
}

}  // namespace

ProjectFolder::ProjectFolder(const std::filesystem::path& projects, const std::string& slug,
                             Missing missing)
    : path_(projects / slug) {
  const bool make = missing == Missing::make;
  std::error_code error;
  if (make) std::filesystem::create_directories(projects, error);
  const Descriptor root(open(projects.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (root.get() < 0) {
    if (!make && errno == ENOENT) return;
    throw FolderProblem(projects.string() + ": " + advice(make && error ? error.value() : errno));
  }
  if (make && mkdirat(root.get(), slug.c_str(), 0755) != 0 && errno != EEXIST)
    throw FolderProblem(path_.string() + ": " + advice(errno));
  folder_ = open_beneath(root.get(), slug, O_RDONLY | O_DIRECTORY);
  if (folder_ < 0 && (make || errno != ENOENT))
    throw FolderProblem(path_.string() + ": " + advice(errno));
}

ProjectFolder::~ProjectFolder() {
  if (folder_ >= 0) close(folder_);
}

void ProjectFolder::lock() {
  if (folder_ < 0 || flock(folder_, LOCK_EX | LOCK_NB) == 0) return;
  if (errno == EWOULDBLOCK)
    throw FolderBusy("another berth works in " + path_.string() +
                     " just now: wait for it, and run this again");
  throw FolderProblem(path_.string() + " cannot be locked: " + advice(errno));
}

void ProjectFolder::fail(const std::string& path, const std::string& what, int error) const {
  throw FolderProblem((path_ / path).string() + " cannot be " + what + ": " + advice(error));
}

int ProjectFolder::open_beneath(int folder, const std::string& name, int flags) const {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how));
}

int ProjectFolder::parent_of(const std::string& path, bool make) const {
  int folder = fcntl(folder_, F_DUPFD_CLOEXEC, 0);
  for (std::size_t begin = 0, end = path.find('/'); folder >= 0 && end != std::string::npos;
       begin = end + 1, end = path.find('/', begin)) {
    const Descriptor outer(folder);
    const std::string name = path.substr(begin, end - begin);
    if (make && mkdirat(outer.get(), name.c_str(), 0755) != 0 && errno != EEXIST) return -1;
    folder = open_beneath(outer.get(), name, O_RDONLY | O_DIRECTORY);
  }
  return folder;
}

std::optional<std::string> ProjectFolder::read(const std::string& path) const {
  if (folder_ < 0) return std::nullopt;
  const Descriptor file(open_beneath(folder_, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW));
  if (file.get() < 0) {
    if (errno == ENOENT) return std::nullopt;
    fail(path, "read", errno);
  }
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) fail(path, "read", errno);
  if (S_ISDIR(facts.st_mode)) fail(path, "read", EISDIR);
  if (!S_ISREG(facts.st_mode))
    throw FolderProblem((path_ / path).string() + " is no regular file: move it away");
  std::string content;
  char block[65536];
  for (;;) {
    const ssize_t got = ::read(file.get(), block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, "read", errno);
    if (got == 0) return content;
    content.append(block, static_cast<std::size_t>(got));
    if (content.size() > largest_file)
      throw FolderProblem((path_ / path).string() + " is over 4 MiB: move it away");
  }
}

int ProjectFolder::own_folder_for(const std::string& path) const {
  if (mkdirat(folder_, own_folder, 0700) != 0 && errno != EEXIST) fail(path, "written", errno);
  const int own = open_beneath(folder_, own_folder, O_RDONLY | O_DIRECTORY);
  if (own < 0) fail(own_folder, "opened", errno);
  return own;
}

void ProjectFolder::write(const std::string& path, const std::string& content, mode_t mode,
                          bool replace) {
  stage(path, content, mode, replace);
  place_staged();
}

void ProjectFolder::stage(const std::string& path, const std::string& content, mode_t mode,
                          bool replace) {
  const Descriptor own(own_folder_for(path));
  const std::string name = std::string(half_made) + std::to_string(staged_.size());
  if (unlinkat(own.get(), name.c_str(), 0) != 0 && errno != ENOENT) fail(path, "written", errno);
  open_how how{};
  how.flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const Descriptor file(
      static_cast<int>(syscall(SYS_openat2, own.get(), name.c_str(), &how, sizeof how)));
  if (file.get() < 0) fail(path, "written", errno);
  staged_.push_back({name, path, replace});
  if (fchmod(file.get(), mode) != 0) fail(path, "written", errno);
  for (std::size_t written = 0; written < content.size();) {
    const ssize_t put = ::write(file.get(), content.data() + written, content.size() - written);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail(path, "written", errno);
    written += static_cast<std::size_t>(put);
  }
  if (fsync(file.get()) != 0) fail(path, "written", errno);
}

void ProjectFolder::place_staged() {
  if (staged_.empty()) return;
  const Descriptor own(own_folder_for(staged_.front().path));
  for (const Staged& one : staged_) {
    const Descriptor parent(parent_of(one.path, true));
    if (parent.get() < 0) fail(one.path, "written", errno);
    const std::string name = name_in(one.path);
    const unsigned int flags = one.replace ? 0 : RENAME_NOREPLACE;
    if (renameat2(own.get(), one.name.c_str(), parent.get(), name.c_str(), flags) != 0)
      fail(one.path, "written", errno);
    (void)fsync(parent.get());  // a file system without it has no promise to keep
  }
  staged_.clear();
}

void ProjectFolder::drop_staged() {
  staged_.clear();
  if (folder_ < 0) return;
  const int own = open_beneath(folder_, own_folder, O_RDONLY | O_DIRECTORY);
  if (own < 0) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(fdopendir(own), closedir);
  while (const dirent* entry = readdir(entries.get()))
    if (std::string_view(entry->d_name).substr(0, half_made.size()) == half_made)
      (void)unlinkat(own, entry->d_name, 0);  // what stays is overwritten by the next
}

void ProjectFolder::remove(const std::string& path) {
  const Descriptor parent(parent_of(path, false));
  if (parent.get() < 0) {
    if (errno == ENOENT) return;
    fail(path, "removed", errno);
  }
  if (unlinkat(parent.get(), name_in(path).c_str(), 0) != 0 && errno != ENOENT)
    fail(path, "removed", errno);
}

bool ProjectFolder::has_own_folder() const {
  return folder_ >= 0 && faccessat(folder_, own_folder, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool ProjectFolder::has_files() const {
  if (folder_ < 0) return false;
  const int again = open_beneath(folder_, ".", O_RDONLY | O_DIRECTORY);
  if (again < 0) fail("", "read", errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(fdopendir(again), closedir);
  while (const dirent* entry = readdir(entries.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != ".." && name != own_folder) return true;
  }
  return false;
}

}  // namespace berth
