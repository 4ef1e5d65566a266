// What AWS's own tools look at around a process: its environment, files, and programs that give
// keys. Behind an interface, so that a test has surroundings of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::aws {

/// Threads: any.
class Surroundings {
 public:
  struct File {
    std::optional<std::string> text;  // absent: there is none, or it cannot be read
    std::string why;                  // it is there and cannot be read: why
  };
  struct Ran {
    std::string out;
    std::string why;  // it gave nothing to go by: why; never what it wrote
  };

  virtual ~Surroundings() = default;
  /// An environment variable; "": not set, or empty.
  [[nodiscard]] virtual std::string variable(const std::string& name) const = 0;
  /// The user's home folder; "": not known.
  [[nodiscard]] virtual std::string home() const = 0;
  [[nodiscard]] virtual File read(const std::string& path) const = 0;
  /// Why somebody else could have written that file, with what to do; "": nobody could.
  [[nodiscard]] virtual std::string distrust(const std::string& path) const = 0;
  /// Why that command is not run, with what to do; "": it may be.
  [[nodiscard]] virtual std::string objection_to(const std::vector<std::string>& argv) const = 0;
  /// Runs it to its end without a shell, and ends it with all it started when the time is up or
  /// `given_up` says so.
  [[nodiscard]] virtual Ran run(const std::vector<std::string>& argv, std::int64_t timeout_ms,
                                const std::function<bool()>& given_up) const = 0;
};

using Environment = std::function<std::string(const std::string&)>;

/// This machine's; the environment is the process's own where none is given.
std::shared_ptr<const Surroundings> system_surroundings(Environment environment = {});

}  // namespace berth::aws
