#include "engine/offer_codec.hpp"

#include <boost/json.hpp>
#include <stdexcept>

#include "berth/codec.hpp"
#include "engine/json_writer.hpp"

namespace berth {
namespace {

namespace json = boost::json;

/// What `read` returns. Whatever is wrong with the text becomes one kind of error, as promised.
template <class Read>
auto readable(Read&& read) {
  try {
    return read();
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string("stored offers cannot be read: ") + error.what());
  }
}

Money money_of(const json::value& value) {
  const json::object& object = value.as_object();
  const auto nanos = nanos_of_decimal(object.at("amount").as_string());
  if (!nanos) throw std::invalid_argument("an amount is no decimal");
  return {*nanos, std::string(object.at("currency").as_string())};
}

RankedOffer offer_of(const json::value& value) {
  const json::object& one = value.as_object();
  Result<Offer> offer = codec::decode<Offer>(json::serialize(one.at("offer")));
  if (!offer) throw std::invalid_argument(offer.failure().message);
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

// A line for each offer, so that one can be read without the others.
std::string encode_offers(const std::vector<RankedOffer>& offers) {
  if (offers.empty()) return "[]";
  std::string text;
  text.reserve(640 * offers.size());
  for (const RankedOffer& ranked : offers) {
    text += text.empty() ? "[\n" : ",\n";
    text += JsonWriter(640)
                .begin_object()
                .text("account", ranked.offer.account)
                .text("provider", ranked.offer.provider)
                .json("offer", codec::encode(ranked.offer.offer))
                .number("disk_mib", ranked.disk_mib)
                .money("monthly", ranked.monthly)
                .money("monthly_compared", ranked.monthly_compared)
                .end_object()
                .taken();
  }
  return text + "\n]";
}

std::vector<RankedOffer> decode_offers(std::string_view text) {
  return readable([&] {
    std::vector<RankedOffer> offers;
    const json::value list = json::parse(text);
    for (const json::value& value : list.as_array()) offers.push_back(offer_of(value));
    return offers;
  });
}

RankedOffer decode_offer(std::string_view text, int candidate) {
  for (int line = 0; line <= candidate; ++line) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos)
      throw std::runtime_error("stored offers cannot be read: one is missing");
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (!text.empty() && text.back() == ',') text.remove_suffix(1);
  return readable([&] {
    json::monotonic_resource memory;  // many small values, given back at once
    return offer_of(json::parse(text, &memory));
  });
}

}  // namespace berth
