// Ctrl-C and SIGTERM: the program's business, not the library's.
#pragma once

#include <cstdint>

namespace berth::cli {

class Interrupts {
 public:
  virtual ~Interrupts() = default;
  /// From now on signals are counted. After `patience` of them the next one ends the process as if
  /// nobody listened: a call that hangs must not hold a person.
  virtual void listen(int patience) = 0;
  [[nodiscard]] virtual int count() const = 0;
  /// The last one's number; 0: none.
  [[nodiscard]] virtual int signal() const = 0;
  /// From now on SIGHUP is counted, by itself, and ends nothing.
  virtual void outlive_hangups() {}
  [[nodiscard]] virtual int hangups() const { return 0; }
  /// Waits at most `ms` for one more.
  virtual bool another_within(std::int64_t ms) = 0;
};

/// The process's own. One object at a time.
class SignalInterrupts : public Interrupts {
 public:
  void listen(int patience) override;
  [[nodiscard]] int count() const override;
  [[nodiscard]] int signal() const override;
  void outlive_hangups() override;
  [[nodiscard]] int hangups() const override;
  bool another_within(std::int64_t ms) override;
};

/// A reader that went away (`berth audit | head`) shows as a failed write, not as our death in the
/// middle of a deployment. A handler, not SIG_IGN: what berth starts gets the default back.
void outlive_closed_pipes();

}  // namespace berth::cli
