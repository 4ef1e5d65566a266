#include "engine/offer_codec.hpp"

#include <boost/json.hpp>
#include <stdexcept>

#include "berth/codec.hpp"
#include "engine/json_writer.hpp"

namespace berth {
namespace {

namespace json = boost::json;

Money money_of(const json::value& value) {
  const json::object& object = value.as_object();
  return {nanos_of_decimal(object.at("amount").as_string()).value_or(0),
          std::string(object.at("currency").as_string())};
}

RankedOffer offer_of(const json::value& value) {
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
  return ranked;
}

}  // namespace

std::string encode_offers(const std::vector<RankedOffer>& offers) {
  JsonWriter json(512 * offers.size());
  json.begin_array();
  for (const RankedOffer& ranked : offers) {
    json.begin_object()
        .text("account", ranked.offer.account)
        .text("provider", ranked.offer.provider)
        .json("offer", codec::encode(ranked.offer.offer))
        .number("disk_mib", ranked.disk_mib)
        .money("monthly", ranked.monthly)
        .money("monthly_compared", ranked.monthly_compared)
        .end_object();
  }
  return json.end_array().taken();
}

std::vector<RankedOffer> decode_offers(std::string_view text) {
  std::vector<RankedOffer> offers;
  const json::value list = json::parse(text);
  for (const json::value& value : list.as_array()) offers.push_back(offer_of(value));
  return offers;
}

RankedOffer decode_offer(std::string_view text, int candidate) {
  json::monotonic_resource memory;  // hundreds of small values, given back at once
  const json::value list = json::parse(text, &memory);
  return offer_of(list.as_array().at(static_cast<std::size_t>(candidate)));
}

}  // namespace berth
