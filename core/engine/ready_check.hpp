// Is a server that answers over SSH what was bought, and ready to be used? Pure: what is asked of
// it, and how its answer is read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fleet/server.hpp"

namespace berth {

/// What a server has to show.
struct ReadyRules {
  std::string marker;   // the attempt whose user-data must have ended; "": not asked
  std::string command;  // must exit with 0; "": none
  bool docker = false;  // Docker must answer
};

/// A POSIX shell script that looks at the server and writes its findings.
std::string ready_script(const ReadyRules& rules);

struct Readiness {
  bool ready = false;
  bool hopeless = false;  // waiting will not help: it is not what was bought
  std::string why;        // one sentence, with the end of the log that tells more
};

/// `output`: what the script wrote. `capacity`: what the offer promised.
Readiness readiness_of(const ReadyRules& rules, const Room& capacity, std::string_view output);

/// The user-data of a server that tells when its own user-data has ended: the user's part as it is,
/// and after it a script that writes the marker of this attempt. An attempt always gets the same
/// bytes. REQUIRES: is_plain_user_data(user_data).
std::string marked_user_data(const std::string& user_data, std::string_view attempt_id);

}  // namespace berth
