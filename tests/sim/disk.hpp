// A disk in memory under the real SQLite: what was written and not synced yet may be lost, kept in
// part, or torn when the power fails.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dice.hpp"

namespace berth::sim {

/// While it lives, SQLite opens every file of this process here. One at a time. Threads: one at a
/// time.
class Disk {
 public:
  explicit Disk(Dice& dice);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  /// A new life: the files are as at the first begin(), all of them synced. REQUIRES: no file is
  /// open.
  void begin();

  /// The power fails after so many more writes and syncs; from there on all is refused.
  void fail_after(std::int64_t operations) { left_ = operations; }
  [[nodiscard]] bool off() const { return off_; }
  void power_off() { off_ = true; }
  /// Copies every file as whoever reads it sees it, and puts those copies in the place of all that
  /// there is. REQUIRES of put_back(): keep() was called in this life, and no file is open.
  void keep();
  void put_back();
  /// What survives is decided here. REQUIRES: no file is open.
  void power_on();

  // For the file system beneath SQLite; see disk.cpp.
  struct File;
  struct Write {
    std::int64_t at = -1;  // -1: the file was cut to `size`
    std::string bytes;
    std::int64_t size = 0;
  };
  std::shared_ptr<File> open(const std::string& path, bool make);
  void remove(const std::string& path);
  [[nodiscard]] bool exists(const std::string& path) const;
  bool operation();  // counts one; false: there is no power (any more)
  Dice& dice() { return dice_; }

 private:
  void settle(File& file);
  void fill(const std::map<std::string, std::string>& contents);

  Dice& dice_;
  std::map<std::string, std::shared_ptr<File>> files_;
  std::map<std::string, std::string> backup_;
  std::map<std::string, std::string> first_;  // what they held at the first begin()
  bool begun_ = false;
  std::int64_t left_ = -1;
  bool off_ = false;
};

}  // namespace berth::sim
