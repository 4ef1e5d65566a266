#include "engine/standing.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "engine/finish.hpp"
#include "engine/tell.hpp"

namespace berth {
namespace {

/// "name-17" was bought by the copy "name".
std::string_view buyer_of(std::string_view mark) { return mark.substr(0, mark.rfind('-')); }

/// And when that copy had come to generation 17.
std::int64_t generation_of(std::string_view mark) {
  std::int64_t number = 0;
  const std::size_t dash = mark.rfind('-');
  if (dash != mark.npos) std::from_chars(mark.data() + dash + 1, mark.data() + mark.size(), number);
  return number;
}

}  // namespace

std::string mark_of(const LedgerView& view) {
  const Identity identity = view.identity();
  return identity.name + "-" + std::to_string(identity.generation);
}

bool is_minted(const std::string& id) {
  return id.size() == 26 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
         });
}

bool bought_elsewhere(const CloudServer& server, const std::optional<AttemptRecord>& known) {
  if (!known) return is_minted(server.attempt_id);  // every intent is recorded before its create
  if (known->failure_code == put_back_code) return true;
  const auto label = server.labels.find(ledger_label);
  return label != server.labels.end() && !known->mark.empty() &&
         (buyer_of(label->second) != buyer_of(known->mark) ||
          generation_of(label->second) > generation_of(known->mark));
}

bool decided_elsewhere(const LedgerView& view, const AttemptRecord& attempt) {
  return !attempt.mark.empty() && buyer_of(attempt.mark) != view.identity().name;
}

bool may_destroy(const LedgerView& view, const AttemptRecord& attempt) {
  const Identity identity = view.identity();
  return identity.paused.empty() || attempt.failure_code == "removed" ||
         (!attempt.mark.empty() && !decided_elsewhere(view, attempt));
}

std::string watch_standing(const EngineParts& parts, LedgerTransaction& tx) {
  Identity identity = tx.identity();
  if (identity.paused.empty() || identity.told) return identity.paused;
  identity.told = true;
  tx.save(identity);
  for (const OrganizationSettings& one : parts.settings().organizations)
    tell(parts, tx, "reap.paused", one.id, "", identity.paused, {}, admins_of(parts, one.id));
  parts.journal.write(LogLevel::error, identity.paused);
  return identity.paused;
}

void suspect(const EngineParts& parts, LedgerTransaction& tx, const std::string& why) {
  Identity identity = tx.identity();
  if (!identity.paused.empty()) return;
  identity.name = parts.entropy.id();  // what it buys from now on is told from what others bought
  identity.paused = why;
  identity.told = false;
  tx.save(identity);
}

void stand_by(LedgerTransaction& tx) {
  Identity identity = tx.identity();
  if (identity.paused.empty()) return;
  identity.paused.clear();
  identity.told = false;
  tx.save(identity);
}

}  // namespace berth
