// Where it is asked who may do what: the table is core/access/, the facts are in the config and in
// the ledger.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "access/access.hpp"
#include "access/caller.hpp"
#include "engine/parts.hpp"
#include "engine/requests.hpp"

namespace berth {

/// What an act is about; as much of it as there is.
struct Concerns {
  std::string organization = {};        // "": all there is
  std::string application = {};
  std::string deployment = {};
  std::string target = {};              // what it is, for the record; "": the application
  std::optional<std::string> maker = {};  // of a project; of an application the ledger knows
};

/// Somebody asked for what is not theirs to do.
class Denied : public Refusal {
 public:
  Denied(std::string because, const std::string& remedy, Caller by, const AccessRule& what,
         Concerns of)
      : Refusal(Refused::not_allowed, because + remedy), why(std::move(because)),
        caller(std::move(by)), rule(what), about(std::move(of)) {}
  std::string why;
  Caller caller;
  AccessRule rule;
  Concerns about;
};

/// Throws Refusal (no such organization) and Denied.
/// REQUIRES: inside of the transaction that acts, or a race may be lost.
void require(const EngineParts& parts, const LedgerView& view, Act act, const Concerns& about,
             const Caller& by);

/// The same for what is about all there is, also where there is no ledger yet.
void require(const Configuration& settings, Act act, const Caller& by);

/// `fields` and who did it.
boost::json::object signed_by(const Caller& by, boost::json::object fields = {});

/// A try that was denied stays on record, in a transaction of its own: that of the try is undone.
void record_denied(const EngineParts& parts, const Denied& denied);

/// `act`, whose denial is recorded. REQUIRES: outside of transactions.
template <class Body>
auto on_record(const EngineParts& parts, const Body& act) -> decltype(act()) {
  try {
    return act();
  } catch (const Denied& denied) {
    record_denied(parts, denied);
    throw;
  }
}

}  // namespace berth
