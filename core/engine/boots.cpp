#include "engine/boots.hpp"

#include <algorithm>

#include "engine/offer_codec.hpp"

namespace berth {

void remember_boot(const EngineParts& parts, const AttemptRecord& attempt, const std::string& why) {
  const std::vector<RankedOffer> offers = decode_offers(attempt.offers_json);
  if (static_cast<std::size_t>(attempt.candidate) >= offers.size()) return;
  const std::int64_t now = parts.clock.now().unix_ms;
  BootEntry entry;
  entry.attempt_id = attempt.id;
  entry.offer_key = offers[static_cast<std::size_t>(attempt.candidate)].offer.key();
  entry.at_unix_ms = now;
  entry.ready = why.empty();
  if (attempt.accepted_unix_ms > 0)
    entry.took_ms = std::max<std::int64_t>(0, now - attempt.accepted_unix_ms);
  entry.why = parts.clouds.redacted(why);
  while (!entry.why.empty() && entry.why.back() == '.') entry.why.pop_back();
  parts.cache.store_boot(entry);
}

}  // namespace berth
