// A plugin's offers, from its reply to the decision: whatever it says, amounts stay exact and the
// cheapest that fits is first.
#include <cstdint>
#include <string>
#include <string_view>

#include "berth/codec.hpp"
#include "engine/offer_codec.hpp"
#include "policy/ranking.hpp"
#include "require.hpp"

using namespace berth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<OfferList> list = codec::decode<OfferList>(text);
  if (!list) return 0;
  Facts facts;
  facts.now_unix_ms = 1'795'000'000'000;
  facts.rates = {{"EUR", 1'170'000'000}};
  facts.offers.emplace();
  for (const Offer& offer : list->offers) {
    AccountOffer one;
    one.account = "main";
    one.provider = "fuzzed";
    one.offer = offer;
    facts.offers->push_back(one);
  }
  const Room required{3'000, 5'120, 61'440};
  const Ranking ranking = rank_offers(facts, required, {});
  fuzz::require(ranking.kept + ranking.missed == list->offers.size(), "an offer was lost");
  std::int64_t last = 0;
  for (const RankedOffer& one : ranking.ranked) {
    const Offer& offer = one.offer.offer;
    fuzz::require(one.monthly.nanos > 0 && one.monthly_compared.nanos >= last, "order of prices");
    fuzz::require(offer.vcpu >= 3 && offer.memory_mib >= 5'120, "too small, and kept");
    fuzz::require(one.disk_mib >= required.disk_mib, "disk too small, and kept");
    last = one.monthly_compared.nanos;
  }
  for (const DroppedOffer& one : ranking.dropped)
    fuzz::require(!one.code.empty() && !one.sentence.empty(), "dropped without a reason");
  const std::string stored = encode_offers(ranking.ranked);
  fuzz::require(encode_offers(decode_offers(stored)) == stored, "offers change on their way");
  return 0;
}
