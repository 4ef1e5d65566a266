// One simulated life: a fleet, users, faults and deaths by the seed, then an end in peace, after
// which everything must be in order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "world.hpp"

namespace berth::sim {

enum class Manner {
  deaths,      // processes die, faults of the clouds, full disks, clocks that jump
  power_cuts,  // the machine loses its power, in the middle of a commit where the dice say so
};

struct Outcome {
  std::vector<std::string> complaints;  // empty: all is well
  Totals totals;
  std::uint64_t fingerprint = 0;  // of all that happened: the same seed gives the same
};

/// `trace`: tells everything on stdout.
Outcome live(Stage& stage, std::uint64_t seed, Manner manner, bool trace = false);

}  // namespace berth::sim
