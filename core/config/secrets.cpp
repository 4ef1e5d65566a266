#include "config/secrets.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "trust/ownership.hpp"

namespace berth {

namespace {

constexpr std::size_t most_bytes = 64 * 1024;

/// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

std::string system_words() { return std::generic_category().message(errno); }

/// "" when the open file may hold a secret, else what to do.
std::string objection_to(int descriptor, const std::string& name) {
  struct stat found {};
  if (::fstat(descriptor, &found) != 0) return name + " cannot be read: " + system_words();
  if (!S_ISREG(found.st_mode)) return name + " is not a regular file";
  if (found.st_uid != ::geteuid() && found.st_uid != 0)
    return name + " belongs to another user: name a file of your own";
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return "others may read " + name +
           (is_of_the_system(name) ? ", which is a file of the system: name one of your own"
                                   : ": run chmod 600 " + name);
  if (static_cast<std::size_t>(found.st_size) > most_bytes)
    return name + " is too large to be a secret (64 KiB)";
  return {};
}

}  // namespace

Secret secret_from_environment(const std::string& name, const Environment& environment) {
  const char* value = environment(name);
  if (value == nullptr) return {{}, "the environment variable " + name + " is not set: export it"};
  if (*value == '\0') return {{}, "the environment variable " + name + " is empty"};
  return {value, {}};
}

Secret secret_from_file(const std::filesystem::path& file) {
  const std::string name = file.string();
  // Not blocking: a pipe in the file's place must not make us wait before we look what it is.
  const Descriptor opened(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (opened.number() < 0) return {{}, name + " cannot be read: " + system_words()};
  // What is judged is what was opened, so that it cannot be swapped in between.
  if (std::string objection = objection_to(opened.number(), name); !objection.empty())
    return {{}, std::move(objection)};
  if (const auto problem = distrust_of(file)) return {{}, name + ": " + problem->words_for(file)};
  Secret secret;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t count = ::read(opened.number(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return {{}, name + " cannot be read: " + system_words()};
    if (count == 0) break;
    secret.value.append(buffer.data(), static_cast<std::size_t>(count));
    if (secret.value.size() > most_bytes)
      return {{}, name + " is too large to be a secret (64 KiB)"};
  }
  while (!secret.value.empty() && (secret.value.back() == '\n' || secret.value.back() == '\r'))
    secret.value.pop_back();
  if (secret.value.empty()) return {{}, name + " is empty"};
  return secret;
}

}  // namespace berth
