#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <mutex>
#include <system_error>

#include "world/world.hpp"

namespace berth {
namespace {

class LockFileOwners final : public Owners {
 public:
  LockFileOwners(std::string folder, std::string own)
      : folder_(std::move(folder)), own_(std::move(own)) {}
  ~LockFileOwners() override {
    if (file_ < 0) return;
    unlink(path_of(own_).c_str());
    close(file_);
  }
  LockFileOwners(const LockFileOwners&) = delete;
  LockFileOwners& operator=(const LockFileOwners&) = delete;

  /// Locks when first asked: who only reads leaves no file behind.
  [[nodiscard]] const std::string& own() override {
    const std::lock_guard lock(mutex_);
    if (file_ < 0) take();
    return own_;
  }

  bool alive(std::string_view owner) override {
    if (owner == own_) return true;
    const std::string path = path_of(owner);
    // A file that is gone was removed by its owner's last act, or by whoever saw it dead.
    const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0) return errno != ENOENT;
    const bool locked = flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!locked) unlink(path.c_str());
    close(file);
    return locked;
  }

 private:
  void take() {
    // Its names are nobody else's business, also where the folder around it is open; with its mode
    // from the first moment, as nobody would correct it after a death.
    std::filesystem::create_directories(std::filesystem::path(folder_).parent_path());
    if (mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST)
      throw std::system_error(errno, std::generic_category(), folder_);
    file_ = open(path_of(own_).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file_ < 0) throw std::system_error(errno, std::generic_category(), path_of(own_));
    // Nobody else knows the name yet, so this cannot wait.
    if (flock(file_, LOCK_EX) != 0) {
      const int problem = errno;
      close(std::exchange(file_, -1));
      throw std::system_error(problem, std::generic_category(), path_of(own_));
    }
  }
  [[nodiscard]] std::string path_of(std::string_view owner) const {
    return folder_ + "/" + std::string(owner);
  }
  const std::string folder_, own_;
  std::mutex mutex_;
  int file_ = -1;
};

}  // namespace

std::unique_ptr<Owners> lock_file_owners(const std::string& folder, const std::string& own_id) {
  return std::make_unique<LockFileOwners>(folder, own_id);
}

}  // namespace berth
