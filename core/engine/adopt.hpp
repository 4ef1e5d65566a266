// A person says that this ledger is the one that counts: what the clouds have of it and it does not
// know joins the fleet.
#pragma once

#include <string>
#include <vector>

#include "access/caller.hpp"
#include "engine/parts.hpp"

namespace berth {

/// A server that this ledger did not know.
struct AdoptedServer {
  StrayRecord stray;
  std::string organization, application;  // as its labels say, or who adopted it; "" not told
  std::string server_id;                  // its row in the fleet; "" it has none
  std::string sentence;                   // what of it is not known, or why it was left
};

struct Adoption {
  std::vector<AdoptedServer> servers;
  std::vector<std::string> problems;  // why something may have been missed
  std::string was_paused;             // why nothing was destroyed so far; ""
  bool accepted = false;              // reaping goes on
};

/// Looks at all accounts and takes in what they have of this installation and the ledger does not
/// know. `organization`: whose they are where the label does not tell; "": those are left. With all
/// seen and none left the pause ends. `only_look`: writes nothing.
Adoption adopt(const EngineParts& parts, const std::string& organization, const Caller& by,
               bool only_look);

}  // namespace berth
