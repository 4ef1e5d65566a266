// berth-sim: whole lives of berth in a simulated world, one for each seed.
//
//   berth-sim --seeds 10000            lives 1 to 10000
//   berth-sim --power-cuts 5000        until so many power cuts have been survived
//   berth-sim --seed 4711              one life, told line by line; replays exactly
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

#include "life.hpp"

namespace berth::sim {
namespace {

struct Asked {
  std::uint64_t from = 1, seeds = 0, power_cuts = 0;
  std::uint64_t seed = 0;
  bool power = false;  // --seed is of a life with power cuts
  unsigned jobs = 0;
  bool until_first = false;
  std::string plugins;
};

std::string replay(const Asked& asked, std::uint64_t seed, Manner manner) {
  return std::string("berth-sim --seed ") + std::to_string(seed) +
         (manner == Manner::power_cuts ? " --power" : "") +
         (asked.plugins.empty() ? "" : " --plugins " + asked.plugins);
}

void complain(const Asked& asked, std::uint64_t seed, Manner manner, const Outcome& outcome) {
  std::string text = "seed " + std::to_string(seed) + " failed:\n";
  for (const std::string& one : outcome.complaints) text += "  " + one + "\n";
  text += "  replay: " + replay(asked, seed, manner) + "\n";
  std::cout << text << std::flush;
}

/// What a job of its own tells the one that started it, as plain bytes through a pipe.
struct Report {
  Totals totals;
  std::uint64_t lives = 0, failed = 0;
};

/// Every `jobs`-th seed. Ends early after a hundred failures: they have one cause.
Report lives_of(const Asked& asked, Manner manner, unsigned job, unsigned jobs) {
  Stage stage(asked.plugins);
  Report report;
  const std::uint64_t cuts = asked.power_cuts / jobs + 1;
  for (std::uint64_t i = job; manner == Manner::power_cuts || i < asked.seeds; i += jobs) {
    if (manner == Manner::power_cuts && report.totals.power_cuts >= cuts) break;
    const std::uint64_t seed = asked.from + i;
    const Outcome outcome = live(stage, seed, manner);
    ++report.lives;
    report.totals.add(outcome.totals);
    if (outcome.complaints.empty()) continue;
    ++report.failed;
    complain(asked, seed, manner, outcome);
    if (asked.until_first || report.failed >= 100) break;
  }
  return report;
}

/// Jobs are processes: the simulated disk is SQLite's only file system in each.
int live_all(const Asked& asked, Manner manner) {
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::pair<pid_t, int>> jobs;
  for (unsigned job = 0; job < asked.jobs; ++job) {
    int ends[2];
    if (pipe(ends) != 0) return std::perror("pipe"), 1;
    const pid_t pid = fork();
    if (pid < 0) return std::perror("fork"), 1;
    if (pid == 0) {
      close(ends[0]);
      try {
        const Report report = lives_of(asked, manner, job, asked.jobs);
        _exit(write(ends[1], &report, sizeof report) == sizeof report ? 0 : 1);
      } catch (const std::exception& problem) {
        std::cout << "berth-sim: " << problem.what() << std::endl;
        _exit(1);
      }
    }
    close(ends[1]);
    jobs.emplace_back(pid, ends[0]);
  }
  Report all;
  bool broken = false;
  for (const auto& [pid, from] : jobs) {
    Report one;
    if (read(from, &one, sizeof one) == sizeof one) {
      all.totals.add(one.totals);
      all.lives += one.lives;
      all.failed += one.failed;
    }
    close(from);
    int status = 0;
    waitpid(pid, &status, 0);
    broken = broken || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  }
  const double took =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const Totals& sums = all.totals;
  std::printf("COUNTED: %llu lives, %llu failed: %llu deployments acknowledged, "
              "%llu servers bought, %llu requests, %llu commits, "
              "%llu deaths, %llu power cuts, %llu restores, %llu commands; "
              "%.0f s, %.0f deployments a second\n",
              static_cast<unsigned long long>(all.lives),
              static_cast<unsigned long long>(all.failed),
              static_cast<unsigned long long>(sums.deployments),
              static_cast<unsigned long long>(sums.machines),
              static_cast<unsigned long long>(sums.requests),
              static_cast<unsigned long long>(sums.commits),
              static_cast<unsigned long long>(sums.deaths),
              static_cast<unsigned long long>(sums.power_cuts),
              static_cast<unsigned long long>(sums.restores),
              static_cast<unsigned long long>(sums.commands), took,
              static_cast<double>(sums.deployments) / took);
  if (broken) std::printf("a job ended before its time\n");
  return all.failed == 0 && !broken && all.lives > 0 ? 0 : 1;
}

int replay_one(const Asked& asked) {
  const Manner manner = asked.power ? Manner::power_cuts : Manner::deaths;
  Stage stage(asked.plugins);
  const Outcome told = live(stage, asked.seed, manner, true);
  const Outcome again = live(stage, asked.seed, manner);
  if (told.fingerprint != again.fingerprint)
    std::cout << "this seed does not replay: something asks the real world\n";
  if (told.complaints.empty())
    std::cout << "seed " << asked.seed << ": all is well\n";
  else
    complain(asked, asked.seed, manner, told);
  return told.complaints.empty() && told.fingerprint == again.fingerprint ? 0 : 1;
}

}  // namespace
}  // namespace berth::sim

int main(int argc, char** argv) {
  mallopt(M_ARENA_MAX, 1);  // of all threads one runs at a time: more pools only grow
  berth::sim::Asked asked;
  asked.plugins = BERTH_SIM_PLUGINS;
  asked.jobs = std::max(1U, std::thread::hardware_concurrency());
  CLI::App app{"berth-sim: whole lives of berth in a simulated world, one for each seed"};
  app.add_option("--seeds", asked.seeds, "so many lives with deaths and faults");
  app.add_option("--power-cuts", asked.power_cuts, "lives until so many power cuts");
  app.add_option("--from", asked.from, "the first seed")->capture_default_str();
  app.add_option("--seed", asked.seed, "one life, told line by line");
  app.add_flag("--power", asked.power, "--seed is one with power cuts");
  app.add_flag("--until-first", asked.until_first, "stop at the first failure");
  app.add_option("--jobs", asked.jobs, "processes at once")->check(CLI::Range(1, 256));
  app.add_option("--plugins", asked.plugins, "where the bundled plugins are");
  CLI11_PARSE(app, argc, argv);
  try {
    if (asked.seed != 0) return berth::sim::replay_one(asked);
    int status = 0;
    if (asked.seeds != 0) status |= berth::sim::live_all(asked, berth::sim::Manner::deaths);
    if (asked.power_cuts != 0)
      status |= berth::sim::live_all(asked, berth::sim::Manner::power_cuts);
    return status;
  } catch (const std::exception& problem) {
    std::cerr << "berth-sim: " << problem.what() << "\n";
    return 2;
  }
}
