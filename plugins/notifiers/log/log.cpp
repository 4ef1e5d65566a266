#include "log/log.hpp"

#include <cerrno>
#include <cstring>
#include <exception>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/codec.hpp"

namespace berth::notifiers {
namespace {

Failure failed(ErrorCode code, std::string message) {
  Failure failure;
  failure.code = code;
  failure.effect = Effect::none;
  failure.message = std::move(message);
  return failure;
}

/// A full disk, or a folder that is missing just now: a person can mend it, so it is tried again.
Failure failed(const std::string& path, std::string_view what, int error) {
  return failed(ErrorCode::unavailable, path + " could not be " + std::string(what) + ": " +
                                            std::strerror(error));
}

class OpenFile {
 public:
  // O_NONBLOCK: a pipe without a reader must not hang the call (it has no effect on a file).
  explicit OpenFile(const std::string& path)
      : fd_(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

Log::Log(const PluginConfig& config) : path_(config.text_or("path", "")) {
  if (!path_.empty() && path_.front() != '/')
    throw ConfigError("\"path\" must be absolute: berth has no working directory of its own");
}

Result<Done> Log::notify(const Event& event, Call& call) {
  std::string line;
  try {
    line = codec::encode(event);
  } catch (const std::exception& error) {
    return failed(ErrorCode::invalid, std::string("The event is no JSON: ") + error.what());
  }
  if (path_.empty()) {
    call.log(LogLevel::info, line);
    return Done{};
  }
  // Opened for each event, so that a log rotated away is made anew.
  const OpenFile file(path_);
  if (file.fd() < 0) return failed(path_, "opened", errno);
  struct stat status {};
  if (::fstat(file.fd(), &status) != 0) return failed(path_, "looked at", errno);
  if (!S_ISREG(status.st_mode))
    return failed(ErrorCode::invalid, path_ + " is not a file.");

  line += '\n';
  // A full disk may have cut the last line: this one starts on its own, and readers skip the half.
  char last = '\n';
  if (status.st_size > 0 && ::pread(file.fd(), &last, 1, status.st_size - 1) == 1 && last != '\n')
    line.insert(line.begin(), '\n');
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(file.fd(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed(path_, "written", errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return Done{};
}

}  // namespace berth::notifiers
