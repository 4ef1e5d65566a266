// What the program's exit status means. README and the man page say the same, word for word; a test
// compares them.
#pragma once

#include <string_view>
#include <vector>

#include "berth.hpp"

namespace berth::cli {

struct ExitMeaning {
  int status;
  std::string_view word;     // of a deployment's status; "" where it is none
  std::string_view meaning;
};

const std::vector<ExitMeaning>& exit_meanings();

/// usage, config, not_found 2 · refused 4 · ledger, plugin, unexpected 1.
int exit_of(Problem problem);

/// The reason_code of a failure's document: "usage", "not_found" …
std::string_view reason_code_of(Problem problem);

/// What `deploy` would end with at once: place, provision 0 · hold 3 · deny 4, or 5 where the
/// offers do not do.
int exit_of(const Plan& plan);

/// Stopped by a signal while the deployment goes on: 128 + its number, as shells have it.
int exit_of_signal(int signal);

}  // namespace berth::cli
