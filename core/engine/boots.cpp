#include "engine/boots.hpp"

#include <algorithm>
#include <map>

#include "engine/offer_codec.hpp"

namespace berth {
namespace {

/// Some clouds boot in a second, and then nobody should wait for five.
constexpr std::int64_t soon_ms = 1'000;
/// A look at a quarter of the age tells within a quarter more than it took.
constexpr std::int64_t share_of_age = 4;
constexpr std::int64_t slowest_in_intervals = 3;

std::string offer_key(const AttemptRecord& attempt) {
  if (attempt.offers_json == "[]") return {};  // one that was found, and never asked for
  return decode_offer(attempt.offers_json, attempt.candidate).offer.key();
}

/// The quickest of the boots that are remembered. What was measured is up to one interval more than
/// the truth, and a look at three quarters of it lets the measure shrink.
std::int64_t expected_ms(const EngineParts& parts, const std::string& offer_key) {
  std::int64_t quickest = 0;
  for (const BootEntry& boot : parts.cache.boots_of(offer_key))
    if (boot.ready && (quickest == 0 || boot.took_ms < quickest)) quickest = boot.took_ms;
  return std::min(quickest * 3 / 4, parts.settings().provisioning.ready_timeout_ms / 2);
}

}  // namespace

std::int64_t first_look_ms(const EngineParts& parts, const AttemptRecord& attempt) {
  return std::max(expected_ms(parts, offer_key(attempt)),
                  std::min(soon_ms, parts.settings().provisioning.look_interval_ms));
}

std::int64_t next_look_ms(const EngineParts& parts, const std::vector<AttemptRecord>& attempts) {
  const std::int64_t interval = parts.settings().provisioning.look_interval_ms;
  const std::int64_t now = parts.clock.now().unix_ms;
  std::int64_t next = slowest_in_intervals * interval;
  std::map<std::string, std::int64_t> expected;  // by offers: those of one decision have one text
  for (const AttemptRecord& attempt : attempts) {
    // One whose destroy is refused stays as it is until a person has changed something.
    if (attempt.status == AttemptStatus::destroying && attempt.destroy_refusals == 0)
      return interval;
    if (attempt.status != AttemptStatus::booting) continue;
    const std::int64_t age = std::max<std::int64_t>(0, now - attempt.accepted_unix_ms);
    const auto known = expected.find(attempt.offers_json);
    const std::int64_t first =
        known != expected.end()
            ? known->second
            : expected.emplace(attempt.offers_json, first_look_ms(parts, attempt)).first->second;
    next = std::min(next, std::max({first - age, age / share_of_age, interval}));
  }
  return next;
}

void remember_boot(const EngineParts& parts, const AttemptRecord& attempt, const std::string& why) {
  const std::string key = offer_key(attempt);
  if (key.empty()) return;
  const std::int64_t now = parts.clock.now().unix_ms;
  BootEntry entry;
  entry.attempt_id = attempt.id;
  entry.offer_key = key;
  entry.at_unix_ms = now;
  entry.ready = why.empty();
  if (attempt.accepted_unix_ms > 0)
    entry.took_ms = std::max<std::int64_t>(0, now - attempt.accepted_unix_ms);
  entry.why = parts.clouds.redacted(why);
  while (!entry.why.empty() && entry.why.back() == '.') entry.why.pop_back();
  parts.cache.store_boot(entry);
}

}  // namespace berth
