// What a cloud shows against what the ledger knows, in both directions. Changes nothing.
#pragma once

#include <string>
#include <vector>

#include "engine/parts.hpp"

namespace berth {

/// What to ask of an account: everything of this installation, and every server that we know there,
/// the ready ones too.
struct AccountQuestion {
  std::string account;
  FindRequest request;
  std::vector<std::string> known;         // the vendor's ids of the servers that have an owner
  std::vector<std::string> ready;         // attempts whose servers were ready when it was asked
  std::vector<std::string> more_regions;  // where we bought once, or may buy
};
AccountQuestion question_about(const EngineParts& parts, const LedgerView& view,
                               const std::string& account);

/// Asks it, outside of any transaction. Where the cloud shows something that is not known, the
/// account's prices are read as well.
Result<Found> ask(const EngineParts& parts, const AccountQuestion& question);

/// A server that nobody owns, as it stands after this look.
struct SeenStray {
  StrayRecord record;
  bool just_confirmed = false;  // seen for the second time, a settling time after the first
  bool reap = false;            // old enough as well: to be destroyed now
  std::int64_t until_unix_ms = 0;  // when that is so at the earliest
};

/// A ready server of ours that is not in a complete list, or is there again.
struct SeenServer {
  AttemptRecord attempt;
  bool lost = false;   // absent twice, a settling time apart; or the cloud's own word
  bool again = false;  // it was lost, and the list shows it
  std::string ended;   // the cloud's own word that it is no more, and why; "": it is just absent
};

struct Reconciliation {
  std::vector<SeenStray> strays;
  std::vector<std::string> over;    // ids of strays that are none any more
  std::vector<SeenServer> servers;  // whose looks have to be saved
  int to_reap = 0, to_lose = 0;
  int known = 0;       // servers with an owner at this account
  int elsewhere = 0;   // strays that another copy of the ledger bought, or a later state of it
  std::string breaker;  // why it is too much for one pass; ""
  bool waits = false;  // something has to be seen once more, a settling time later
  std::int64_t next_ms = 0;  // until the next look may decide something; 0: nothing is open
};

Reconciliation reconcile(const EngineParts& parts, const LedgerView& view,
                         const AccountQuestion& question, const Found& found);

/// "attempt x of acme went on to digitalocean-main": why nobody owns it.
std::string why_stray(const LedgerView& view, const StrayRecord& stray);

/// The code of strays that only a person may have destroyed.
inline constexpr const char* elsewhere_code = "elsewhere";

/// A ready server that is lost says so here.
inline constexpr const char* lost_code = "lost";
[[nodiscard]] bool is_lost(const AttemptRecord& attempt);

}  // namespace berth
