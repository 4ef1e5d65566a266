#include "run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "control_group.hpp"

namespace fakecloud {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const fs::path& path) {
  throw std::runtime_error(path.string() + ": " + std::strerror(errno));
}

// An open file with an exclusive lock, or -1 where another process holds it and `wait` is false.
int locked(const fs::path& path, bool wait) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) fail(path);
  if (::flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) == 0) return fd;
  ::close(fd);
  return -1;
}

// Held while a folder is made or cleaned: one that is not locked yet is not one that was left.
class Turn {
 public:
  explicit Turn(const fs::path& folder) : fd_(locked(folder / "lock", true)) {
    if (fd_ < 0) fail(folder / "lock");
  }
  ~Turn() { ::close(fd_); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  int fd_;
};

fs::path running_folder(const fs::path& cache) {
  const auto path = cache / "running";
  fs::create_directories(path);
  if (::chmod(path.c_str(), 0700) != 0) fail(path);  // user-data is nobody else's business
  return path;
}

MachineFolder read_machine(const fs::path& path) {
  MachineFolder out{path, {}};
  std::ifstream in(path / "groups");
  for (std::string line; std::getline(in, line);) out.groups.emplace_back(line);
  return out;
}

void end_left(const MachineFolder& machine) {
  for (int tries = 0; tries < 500; ++tries) {
    for (const auto& group : machine.groups) kill_control_group(group);
    if (machine.remove()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw std::runtime_error("cannot remove what is left of a machine in " + machine.path.string() +
                           " and its control groups");
}

}  // namespace

void MachineFolder::make() const {
  fs::create_directories(path);
  std::ofstream names(path / "groups");
  for (const auto& group : groups) names << group.string() << "\n";
  if (!names.flush()) fail(path / "groups");
  for (const auto& group : groups)
    if (::mkdir(group.c_str(), 0755) != 0) fail(group);
}

bool MachineFolder::remove() const {
  bool all = true;
  for (const auto& group : groups) all = remove_control_group(group) && all;
  if (!all) return false;  // the folder names them: it goes last
  std::error_code failed;
  fs::remove_all(path, failed);
  return !failed;
}

RunFolder::RunFolder(const fs::path& cache) {
  const auto running = running_folder(cache);
  const Turn turn(running);
  auto name = (running / (std::to_string(::getpid()) + "-XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) fail(name);
  path_ = name;
  lock_ = locked(path_ / "lock", false);
}

RunFolder::~RunFolder() {
  try {
    const Turn turn(path_.parent_path());
    std::error_code ignored;  // where a machine is left in it, the next one cleans it
    fs::remove(path_ / "lock", ignored);
    fs::remove(path_, ignored);
  } catch (const std::exception&) {
    // Whoever took the cache away has taken this along.
  }
  ::close(lock_);
}

int clean_leftovers(const fs::path& cache) {
  const auto running = running_folder(cache);
  const Turn turn(running);
  int machines = 0;
  for (const auto& entry : fs::directory_iterator(running)) {
    if (!entry.is_directory()) continue;
    const int lock = locked(entry.path() / "lock", false);
    if (lock < 0) continue;  // its owner lives
    for (const auto& machine : fs::directory_iterator(entry.path())) {
      if (!machine.is_directory()) continue;
      end_left(read_machine(machine.path()));
      ++machines;
    }
    fs::remove_all(entry.path());
    ::close(lock);
  }
  return machines;
}

}  // namespace fakecloud
