#include "world.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace berth::sim {
namespace {

namespace fs = std::filesystem;

std::string make_folder() {
  std::string name = fs::temp_directory_path() / "berth-sim-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder can be made in /tmp");
  return name;
}

CatalogueOptions only_bundled(const std::string& folder) {
  CatalogueOptions options;
  options.bundled_dir = folder;
  return options;
}

/// Enough to choose from, little enough to read in no time.
fakecloud::Catalogue few_prices() {
  fakecloud::Catalogue all = fakecloud::load_catalogue(fakecloud::default_price_folder());
  const auto keep = [](auto& list, const auto& wanted) {
    list.erase(std::remove_if(list.begin(), list.end(), [&](const auto& one) {
                 return !wanted(one);
               }), list.end());
  };
  keep(all.aws_types, [](const auto& type) {
    return type.name.rfind("t3.", 0) == 0 || type.name.rfind("m6i.", 0) == 0;
  });
  keep(all.sizes, [](const auto& size) { return size.slug.rfind("s-", 0) == 0; });
  keep(all.hetzner_types, [](const auto& type) { return type.name.rfind("cx", 0) == 0; });
  return all;
}

/// What a ledger notes beside itself is of its own life.
void forget_generations(const std::string& folder) {
  std::error_code ignored;
  fs::remove(folder + "/generation", ignored);
  fs::remove(folder + ".generation", ignored);
}

}  // namespace

std::string SimEntropy::id() {
  static constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::string text;
  for (int i = 0; i < 26; ++i) text += alphabet[static_cast<std::size_t>(dice_.below(32))];
  return text;
}

Stage::Stage(const std::string& plugin_folder)
    : folder(make_folder()),
      journal(silent_journal()),
      plugins(only_bundled(plugin_folder), *journal),
      prices(few_prices()) {
  open_sqlite_ledger(folder, "installation-one").reset();
}

Stage::~Stage() {
  forget_generations(folder);
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

World::World(Stage& on, std::uint64_t seed)
    : stage(on),
      dice(seed),
      baton(on.baton),
      disk(on.disk),
      clock(baton),
      entropy(dice),
      config(on.folder + "/berth.toml", [this] { return baton.now(); }),
      prices(on.prices),
      committed(baton),
      power(baton),
      witness(*this) {
  baton.begin(seed ^ 0x5eedULL);
  on.disk_dice = Dice(seed ^ 0xd15cULL);
  disk.begin();
  forget_generations(on.folder);
}

World::~World() { close_ledger(); }

void World::open_ledger() {
  std::string note;
  ledger = open_sqlite_ledger(stage.folder, entropy.id());
  cache = open_sqlite_cache(stage.folder, note);
}

void World::close_ledger() {
  ledger.reset();
  cache.reset();
}

void World::put_the_backup_back() {
  close_ledger();
  disk.put_back();
  clock.reboot();
  for (auto& [pid, session] : sessions) session.ended = true;
  open_ledger();
}

void World::ledger_failed(const LedgerError& problem) {
  say(std::string("ledger: ") + problem.what());
  if (disk.off()) power.notify();
}

void World::say(const std::string& line) {
  if (!trace) return;
  const std::int64_t ms = baton.now();
  std::cout << ms / 60'000 << ":" << ms / 1000 % 60 << "." << ms % 1000 << " " << line << "\n";
}

bool World::ssh_answers(const std::string& address) {
  const auto reachable = clouds->reachable_addresses(clock.true_unix_ms());
  return std::find(reachable.begin(), reachable.end(), address) != reachable.end();
}

}  // namespace berth::sim
