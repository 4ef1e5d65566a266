// Which machine answers: the host key of a server, as it is on record and as it is shown.
#pragma once

#include <string>
#include <string_view>

#include "engine/parts.hpp"

namespace berth {

/// What a look has come to.
struct HostKeyLook {
  std::string key;      // the one to hold to; "": the server showed none, and none is on record
  std::string changed;  // it shows another one: both, and what to do, as sentences; ""
};

/// Asks a server which key it has, before anything is brought to it. The first one is recorded, and
/// held to from then on. Outside of transactions.
HostKeyLook look_at_host_key(const EngineParts& parts, const Server& server);

/// The sentences about a key that changed. `shown`: what the server shows now.
std::string changed_key_text(const EngineParts& parts, const Server& server,
                             const std::string& shown);

/// The same key, whatever is noted beside it.
bool same_host_key(std::string_view one, std::string_view other);

/// How to log in to a server.
Login login_to(const EngineParts& parts, const Server& server);

}  // namespace berth
