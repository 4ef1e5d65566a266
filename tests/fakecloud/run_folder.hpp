// Where the machines of one berth-fakecloud live on disk, and how those of one that died are found:
// the folder is locked as long as its owner lives, and names what else has to go.
#pragma once

#include <filesystem>
#include <vector>

namespace fakecloud {

// What a machine keeps outside of its processes, which take their mounts along when they end.
struct MachineFolder {
  std::filesystem::path path;
  std::vector<std::filesystem::path> groups;  // control groups

  // Writes down the groups before they are made, and makes both. Throws std::runtime_error.
  void make() const;
  // True when nothing is left. REQUIRES: its processes have ended.
  bool remove() const;
};

class RunFolder {
 public:
  // A new one below `cache`. Throws std::runtime_error.
  explicit RunFolder(const std::filesystem::path& cache);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

// Ends what is left of those whose owner is no more. How many machines those were. Throws
// std::runtime_error where something could not be removed.
int clean_leftovers(const std::filesystem::path& cache);

}  // namespace fakecloud
