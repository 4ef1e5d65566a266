// The world that simulated processes of berth live in: one machine with its clock and its disk,
// the clouds, the commands it runs, the people who are told. All of it follows the dice.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "baton.hpp"
#include "config_file.hpp"
#include "dice.hpp"
#include "disk.hpp"
#include "fakecloud/cloud.hpp"
#include "ledger/ledger.hpp"
#include "offers/cache.hpp"
#include "reach/catalogue.hpp"
#include "witness.hpp"
#include "world/world.hpp"

namespace berth::sim {

/// How rough a life is. Probabilities are of each such moment.
struct Roughness {
  double death = 0;        // before or after each effect and each commit
  double full_disk = 0;    // of each commit
  double slow = 0;         // an answer that takes up to a minute
  double lying = 0;        // an answer of a plugin that is wrong
  double hiding = 0;       // a look from which on a server is hidden for minutes
  double notifier = 0;     // a delivery that fails
  double command = 0;      // a deploy command that fails or hangs
};

class Process;

class SimClock final : public Clock {
 public:
  explicit SimClock(const Baton& baton) : baton_(baton) {}
  [[nodiscard]] Moment now() const override {
    return {begin_unix_ms + baton_.now() + wall_, 10'000'000 + baton_.now() - booted_at_,
            "boot-" + std::to_string(boot_)};
  }
  /// Somebody sets the wall clock: so far from the true time.
  void set_wall(std::int64_t off_by_ms) { wall_ = off_by_ms; }
  void reboot() {
    ++boot_;
    booted_at_ = baton_.now();
  }
  /// The clouds' clock, which nobody sets.
  [[nodiscard]] std::int64_t true_unix_ms() const { return begin_unix_ms + baton_.now(); }

  static constexpr std::int64_t begin_unix_ms = 1'795'284'000'000;

 private:
  const Baton& baton_;
  std::int64_t wall_ = 0, booted_at_ = 0;
  int boot_ = 1;
};

class SimEntropy final : public Entropy {
 public:
  explicit SimEntropy(Dice& dice) : dice_(dice) {}
  std::string id() override;
  std::int64_t below(std::int64_t bound) override { return dice_.below(bound); }

 private:
  Dice& dice_;
};

/// A deploy command that runs, or ran. It outlives the process that began it.
struct SimSession {
  std::string deployment_id;
  std::int64_t until_ms = 0;  // of the baton
  bool ended = false;
};

/// What outlives single lives: the plugins and prices, read once, and a disk with an empty ledger.
struct Stage {
  explicit Stage(const std::string& plugin_folder);
  ~Stage();
  std::string folder;  // real, and empty but for lock files
  std::unique_ptr<Journal> journal;
  Catalogue plugins;
  fakecloud::Catalogue prices;
  Baton baton;
  Dice disk_dice{1};
  Disk disk{disk_dice};
};

class World {
 public:
  World(Stage& stage, std::uint64_t seed);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Stage& stage;
  Dice dice;
  Baton& baton;
  Disk& disk;
  SimClock clock;
  SimEntropy entropy;
  Roughness roughness;
  ConfigFile config;
  fakecloud::Catalogue prices;     // what the clouds ask for just now
  std::unique_ptr<Ledger> ledger;  // nullptr while the machine is off
  std::unique_ptr<Cache> cache;
  Signal committed;  // somebody wrote to the ledger
  Signal power;                  // it failed
  std::set<std::string> living;  // owners whose lock is held
  std::set<Process*> running;    // also the dead, until their last thread has ended
  std::map<std::int64_t, SimSession> sessions;
  std::map<std::string, std::int64_t> hidden;  // "account server": until when no look shows it
  std::int64_t last_pid = 1000;
  Witness witness;
  std::unique_ptr<fakecloud::Cloud> clouds;  // writes to the witness
  bool trace = false;  // tell everything on stdout

  void open_ledger();
  void close_ledger();
  /// The state folder is what it was at disk.keep(): what the ledger learned since is forgotten.
  /// The machine starts again. REQUIRES: nothing runs on it.
  void put_the_backup_back();
  /// A full disk is the process's own trouble; a power failure is everybody's.
  void ledger_failed(const LedgerError& problem);
  void say(const std::string& line);
  [[nodiscard]] bool ssh_answers(const std::string& address);
};

}  // namespace berth::sim
