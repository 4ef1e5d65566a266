#include "engine/hindrance.hpp"

#include "engine/attempt.hpp"
#include "engine/finish.hpp"
#include "engine/offer_codec.hpp"
#include "engine/refusals.hpp"
#include "offers/refusals.hpp"

namespace berth {
namespace {

constexpr std::string_view lacking_code = "server_unusable", unseen_code = "not_seen";

/// "has no public IPv4 address", of a server that runs; "": nothing.
std::string lack_of(const CloudServer& server) {
  if (server.state != ServerState::running && server.state != ServerState::pending) return {};
  if (!server.lacks.empty()) return server.lacks;
  const bool nowhere = server.state == ServerState::running && server.public_ipv4.empty();
  return nowhere ? "has no public IPv4 address" : "";
}

bool is_noted(const AttemptRecord& attempt) {
  return attempt.failure_code == lacking_code || attempt.failure_code == unseen_code;
}

void note(LedgerTransaction& tx, AttemptRecord& attempt, std::string_view code,
          std::string sentence) {
  if (attempt.failure_code == code && attempt.failure == sentence) return;
  attempt.failure_code = code;
  attempt.failure = std::move(sentence);
  tx.save(attempt);
}

bool starts(const AttemptRecord& attempt) {
  return attempt.status == AttemptStatus::booting && attempt.phase == "accepted";
}

/// Whatever is bought there just now would be of no more use.
void leave_account(const EngineParts& parts, const AttemptRecord& attempt, std::string why) {
  const AccountOffer offer = decode_offer(attempt.offers_json, attempt.candidate).offer;
  const AccountPointer account = parts.accounts.find(attempt.account);
  OfferRefusal refusal = refusal_of(offer, StockScope::account, "",
                                    account != nullptr ? account->credential : std::string());
  refusal.code = to_word(ErrorCode::invalid);
  refusal.until_unix_ms =
      parts.clock.now().unix_ms + parts.settings().provisioning.ready_timeout_ms;
  while (!why.empty() && why.back() == '.') why.pop_back();
  refusal.why = std::move(why);
  parts.cache.store_refusal(refusal);
}

}  // namespace

std::string reason_of(const CloudServer& server) {
  std::string detail = server.detail;
  while (!detail.empty() && detail.back() == '.') detail.pop_back();
  return detail.empty() ? detail : ": " + detail;
}

bool note_lack(LedgerTransaction& tx, AttemptRecord& attempt, const CloudServer& server) {
  if (!starts(attempt)) return false;
  const std::string lack = lack_of(server);
  if (!lack.empty())
    note(tx, attempt, lacking_code, "It runs, but " + lack + ".");
  else if (is_noted(attempt))
    note(tx, attempt, "", "");
  return !lack.empty();
}

void note_unseen(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
                 const Failure& failure) {
  if (!starts(attempt)) return;
  note(tx, attempt, unseen_code,
       parts.clouds.redacted(attempt.account + " cannot be looked at: " + words_of(failure)) + ".");
}

bool give_up_lacking(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt) {
  if (!starts(attempt) || attempt.failure_code != lacking_code) return false;
  const std::string sentence = "Server " + attempt.vendor_id + " at " + attempt.account + " " +
                               attempt.failure.substr(std::string_view("It ").size());
  leave_account(parts, attempt, sentence);
  for (DeploymentRecord& waiting : tx.waiting_for(attempt.id))
    finish(parts, tx, waiting, DeploymentStatus::provisioning_failed, lacking_code,
           "Insufficient capacity: " + sentence + " No second one is bought at " +
               attempt.account + ". Mend the settings of that account (its network or subnet), or "
               "set another one for the organization." + manual_way(waiting));
  give_up(parts, tx, attempt, lacking_code, sentence, false);
  return true;
}

std::string hindrance_of(const AttemptRecord& attempt) {
  if (attempt.failure.empty()) return {};
  const std::string ended = attempt.failure + (attempt.failure.back() == '.' ? "" : ".");
  switch (attempt.status) {
    case AttemptStatus::intended: return ended;
    case AttemptStatus::requested:
      // What an earlier offer was refused with says nothing of this call.
      if (!attempt.unknown_outcome) return {};
      return attempt.account + " gave no usable answer: " + ended +
             " berth looks whether there is a server.";
    case AttemptStatus::booting:
      return attempt.phase == "accepted" && !is_noted(attempt) ? std::string() : ended;
    default: return {};
  }
}

}  // namespace berth
