#include "credentials/key_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "config/secrets.hpp"

namespace berth {
namespace {

namespace fs = std::filesystem;

/// Closes what it holds.
class OpenFile {
 public:
  explicit OpenFile(int number) : number_(number) {}
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

[[noreturn]] void fail(const fs::path& file, const std::string& what) {
  throw KeyProblem(file.string() + " " + what + " (" + std::generic_category().message(errno) +
                   ")");
}

fs::path beside(const fs::path& file, const char* ending) {
  fs::path path = file;
  path += ending;
  return path;
}

/// A name that is not on disk yet is gone with the power.
void sync_folder_of(const fs::path& file) {
  const fs::path folder = fs::absolute(file).parent_path();
  const OpenFile opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.number() < 0 || ::fsync(opened.number()) != 0)
    fail(folder, "cannot be written to disk");
}

void write_all(int number, const fs::path& file, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(number, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail(file, "cannot be written");
    done += static_cast<std::size_t>(count);
  }
  if (::fsync(number) != 0) fail(file, "cannot be written to disk");
}

/// The file, open and locked. Another rotation may have put another in its place meanwhile.
int locked(const fs::path& file) {
  for (;;) {
    key_of_file(file);
    const int number = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (number < 0) fail(file, "cannot be read");
    struct stat opened {}, named {};
    const bool held = ::flock(number, LOCK_EX | LOCK_NB) == 0;
    const bool same = held && ::fstat(number, &opened) == 0 && ::stat(file.c_str(), &named) == 0 &&
                      opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
    if (same) return number;
    ::close(number);
    if (!held)
      throw KeyProblem("the key in " + file.string() +
                       " is just being replaced by another berth; wait until that has ended");
  }
}

}  // namespace

fs::path next_key_file(const fs::path& file) { return beside(file, ".next"); }
fs::path old_key_file(const fs::path& file) { return beside(file, ".old"); }

CredentialKey key_of_file(const fs::path& file) {
  Secret secret = secret_from_file(file);
  if (!secret.why.empty()) throw KeyProblem("the key of the credentials: " + secret.why);
  try {
    CredentialKey key = CredentialKey::parsed(secret.value, "the key in " + file.string());
    wipe(secret.value);
    return key;
  } catch (const KeyProblem&) {
    wipe(secret.value);
    throw;
  }
}

std::string make_key_file(const fs::path& file) {
  const CredentialKey key = CredentialKey::fresh();
  // Under another name until it is whole: half a key must never be found in its place.
  const fs::path draft = beside(file, ".new");
  ::unlink(draft.c_str());
  std::string text = key.text() + "\n";
  {
    const OpenFile opened(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (opened.number() < 0) fail(draft, "cannot be made");
    if (::fchmod(opened.number(), 0600) != 0) fail(draft, "cannot be closed to others");
    write_all(opened.number(), draft, text);
  }
  wipe(text);
  const int linked = ::link(draft.c_str(), file.c_str());  // unlike rename, never over another
  const int why = errno;
  ::unlink(draft.c_str());
  errno = why;
  if (linked != 0 && errno == EEXIST)
    throw KeyProblem(file.string() +
                     " is there already. A key that is overwritten opens nothing any more: name "
                     "another file, or use `berth accounts rotate-key`.");
  if (linked != 0) fail(file, "cannot be made");
  sync_folder_of(file);
  return key.id();
}

KeyFileRotation::KeyFileRotation(const fs::path& file) : file_(file), locked_(locked(file)) {
  try {
    std::error_code ignored;
    if (fs::exists(next_key_file(file), ignored))
      key_of_file(next_key_file(file));
    else
      make_key_file(next_key_file(file));
  } catch (...) {
    ::close(locked_);
    throw;
  }
}

KeyFileRotation::~KeyFileRotation() { ::close(locked_); }

void KeyFileRotation::end() {
  const fs::path old = old_key_file(file_);
  if (::unlink(old.c_str()) != 0 && errno != ENOENT) fail(old, "cannot be removed");
  if (::link(file_.c_str(), old.c_str()) != 0) fail(old, "cannot be made");
  if (::rename(next_key_file(file_).c_str(), file_.c_str()) != 0) fail(file_, "cannot be replaced");
  sync_folder_of(file_);
}

}  // namespace berth
