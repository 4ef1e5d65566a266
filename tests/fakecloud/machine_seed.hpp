// What a real machine finds on its disk when it boots: where its sshd listens, and the create
// call's user-data and ssh keys where cloud-init looks for them (its NoCloud data source).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "machine.hpp"

namespace fakecloud {

struct SeedFile {
  std::string path;  // below the root
  std::string text;
};

std::vector<SeedFile> machine_seed(const Machine& machine, std::uint16_t ssh_port);

}  // namespace fakecloud
