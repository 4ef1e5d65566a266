// A real machine behind each of the fake clouds': systemd-nspawn over a copy-on-write root file
// system, with a real sshd at the machine's 127.x.y.z and a real cloud-init. Linux, root, Debian's
// systemd-container. A machine lives in a process namespace and a mount namespace of its own, whose
// first process dies with us: neither a process nor a mount can outlive berth-fakecloud.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>

#include "backing.hpp"
#include "run_folder.hpp"

namespace fakecloud {

// $XDG_CACHE_HOME/berth/machine, else ~/.cache/berth/machine: where scripts/make-machine-image puts
// the image.
std::filesystem::path default_machine_cache();

// One sentence that says why it cannot work on this host; empty: it can.
std::string why_no_nspawn(const std::filesystem::path& cache);

class NspawnBacking final : public Backing {
 public:
  // Throws std::runtime_error.
  NspawnBacking(const std::filesystem::path& cache, std::uint16_t ssh_port);
  ~NspawnBacking() override;

  void start(const Machine& machine) override;
  void end(std::uint64_t number) override;
  std::vector<BackingReport> look() override;

 private:
  struct Running {
    MachineFolder folder;
    pid_t pid = -1;  // -1: it has ended, or never began
    bool told_it_runs = false, told_to_end = false;
    std::string reason;  // why it ended
    int looks_after_end = 0;
  };
  void launch(const Machine& machine, Running& running);
  bool still_runs(Running& running);

  const std::filesystem::path image_;
  const std::uint16_t ssh_port_;
  const std::vector<std::filesystem::path> group_homes_;
  RunFolder run_;
  std::map<std::uint64_t, Running> running_;
};

}  // namespace fakecloud
