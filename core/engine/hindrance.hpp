// What hinders a server that is waited for: what people are shown instead of "not ready yet".
#pragma once

#include <string>

#include "berth/cloud_provider.hpp"
#include "engine/parts.hpp"

namespace berth {

/// ": no capacity", the vendor's word on the state it shows, or nothing.
std::string reason_of(const CloudServer& server);

/// A look shows the server of a booting attempt. True: it runs, and lacks what it takes to be used;
/// that is noted. What an earlier look noted, and is over, is taken away. Saves what it changes.
bool note_lack(LedgerTransaction& tx, AttemptRecord& attempt, const CloudServer& server);

/// No look can tell how this server is. Saves the attempt if it boots.
void note_unseen(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
                 const Failure& failure);

/// The time of a server that did not start is up. True: it runs and lacked something all the while.
/// Another one of that account would lack the same, so who waits for it fails, and the account is
/// left alone for a while. Saves the attempt.
bool give_up_lacking(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt);

/// One or two sentences; "": nothing hinders it that is known.
std::string hindrance_of(const AttemptRecord& attempt);

}  // namespace berth
