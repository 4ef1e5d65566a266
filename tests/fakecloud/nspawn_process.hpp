// The first process of a machine: it makes the namespaces and mounts, and becomes systemd-nspawn.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace fakecloud {

struct NspawnOrder {
  std::string name;                           // of the container; [a-z0-9-]
  std::filesystem::path image;                // read only
  std::filesystem::path folder;               // upper, work, root, console.log
  std::vector<std::filesystem::path> groups;  // made before, and empty
};

// Returns its pid. What goes wrong afterwards stands in console.log. Throws std::runtime_error.
pid_t start_nspawn(const NspawnOrder& order);

// Tries the same namespaces and mounts, and starts nothing: the error, or empty.
std::string try_mounts(const NspawnOrder& order);

}  // namespace fakecloud
