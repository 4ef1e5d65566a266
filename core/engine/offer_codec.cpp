#include "engine/offer_codec.hpp"

#include <boost/json.hpp>
#include <stdexcept>

#include "berth/codec.hpp"

namespace berth {
namespace {

namespace json = boost::json;

json::object object_of(const Money& money) {
  return {{"amount", decimal_of_nanos(money.nanos)}, {"currency", money.currency}};
}

Money money_of(const json::value& value) {
  const json::object& object = value.as_object();
  return {nanos_of_decimal(object.at("amount").as_string()).value_or(0),
          std::string(object.at("currency").as_string())};
}

}  // namespace

std::string encode_offers(const std::vector<RankedOffer>& offers) {
  json::array list;
  for (const RankedOffer& ranked : offers) {
    json::object one;
    one["account"] = ranked.offer.account;
    one["provider"] = ranked.offer.provider;
    one["offer"] = json::parse(codec::encode(ranked.offer.offer));
    one["disk_mib"] = ranked.disk_mib;
    one["monthly"] = object_of(ranked.monthly);
    one["monthly_compared"] = object_of(ranked.monthly_compared);
    list.push_back(std::move(one));
  }
  return json::serialize(list);
}

std::vector<RankedOffer> decode_offers(std::string_view text) {
  std::vector<RankedOffer> offers;
  const json::value list = json::parse(text);
  for (const json::value& value : list.as_array()) {
    const json::object& one = value.as_object();
    Result<Offer> offer = codec::decode<Offer>(json::serialize(one.at("offer")));
    if (!offer) throw std::runtime_error("stored offer: " + offer.failure().message);
    RankedOffer ranked;
    ranked.offer.account = one.at("account").as_string();
    ranked.offer.provider = one.at("provider").as_string();
    ranked.offer.offer = std::move(*offer);
    ranked.disk_mib = one.at("disk_mib").to_number<std::int64_t>();
    ranked.monthly = money_of(one.at("monthly"));
    ranked.monthly_compared = money_of(one.at("monthly_compared"));
    offers.push_back(std::move(ranked));
  }
  return offers;
}

}  // namespace berth
