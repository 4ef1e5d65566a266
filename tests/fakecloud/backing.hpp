// What stands behind a machine of the fake clouds: nothing (its state is a function of time), or
// something that really runs. BackedMachines keeps the two in step; it knows neither processes nor
// a clock.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "cloud.hpp"

namespace fakecloud {

struct BackingReport {
  enum class What {
    runs,    // its first process runs, as a hypervisor would say; sshd is not up yet
    failed,  // it did not start, or ended by itself; nothing of it is left
    gone,    // it was told to end, and nothing of it is left
  };
  std::uint64_t number = 0;
  What what = What::runs;
  std::string reason;  // of `failed`, one line
};

// Everything here returns at once. Destroying it ends every machine and leaves nothing behind.
class Backing {
 public:
  virtual ~Backing() = default;
  // Whatever goes wrong is told by `look`.
  virtual void start(const Machine& machine) = 0;
  virtual void end(std::uint64_t number) = 0;
  // What happened since it was asked last.
  virtual std::vector<BackingReport> look() = 0;
};

class BackedMachines {
 public:
  // Both must outlive it. `cloud` has Options::backed.
  BackedMachines(Cloud& cloud, Backing& backing) : cloud_(cloud), backing_(backing) {}

  // Starts what was created, ends what was deleted, and tells the cloud what has become of them.
  void look(std::int64_t now_unix_ms);

 private:
  Cloud& cloud_;
  Backing& backing_;
  std::set<std::uint64_t> on_, ending_;
};

}  // namespace fakecloud
