#include "prices.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <string_view>
#include <utility>

#include "berth/money.hpp"

namespace berth::aws {
namespace {

namespace json = boost::json;

// Null-tolerant: a missing step of the way is a null, not an exception.
const json::value* step(const json::value* value, std::string_view key) {
  const json::object* object = value == nullptr ? nullptr : value->if_object();
  return object == nullptr ? nullptr : object->if_contains({key.data(), key.size()});
}

std::string text_of(const json::value* value) {
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->c_str(), text->size());
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// {"USD": "0.0104000000"}: dollars where there are any, else the one currency there is (China).
void read_price(const json::value* per_unit, PricedProduct& product) {
  const json::object* amounts = per_unit == nullptr ? nullptr : per_unit->if_object();
  if (amounts == nullptr) return;
  for (const auto& amount : *amounts) {
    const std::string currency(amount.key().data(), amount.key().size());
    const auto nanos = nanos_of_decimal(text_of(&amount.value()));
    if (!nanos || *nanos <= 0) continue;
    const bool dollars_held = product.currency == "USD" && currency != "USD";
    if (dollars_held || (currency == product.currency && *nanos <= product.nanos)) continue;
    product.currency = currency;
    product.nanos = *nanos;
  }
}

}  // namespace

std::optional<PricedProduct> priced_product(const std::string& document, const std::string& unit) {
  json::error_code error;
  const json::value root = json::parse(document, error);
  if (error) return std::nullopt;
  const json::value* attributes = step(step(&root, "product"), "attributes");
  PricedProduct product;
  product.instance_type = text_of(step(attributes, "instanceType"));
  product.usage_type = text_of(step(attributes, "usagetype"));
  product.unit = unit;

  const json::value* terms = step(step(&root, "terms"), "OnDemand");
  if (terms == nullptr || !terms->is_object()) return std::nullopt;
  for (const auto& term : terms->get_object()) {
    const json::value* dimensions = step(&term.value(), "priceDimensions");
    if (dimensions == nullptr || !dimensions->is_object()) continue;
    for (const auto& dimension : dimensions->get_object())
      if (text_of(step(&dimension.value(), "unit")) == unit)
        read_price(step(&dimension.value(), "pricePerUnit"), product);
  }
  if (product.nanos <= 0) return std::nullopt;
  return product;
}

Result<RegionPrices> region_prices(Api& api, const std::string& region) {
  // Without tenancy=Shared a third of the types comes out 6-10 % too dear: the dedicated price is
  // in the same answer. operatingSystem and preInstalledSw leave out licences; capacitystatus=Used
  // leaves out reservations, whose price is 0.
  const auto servers = api.get_products("AmazonEC2", {{"regionCode", region},
                                                      {"operatingSystem", "Linux"},
                                                      {"preInstalledSw", "NA"},
                                                      {"capacitystatus", "Used"},
                                                      {"marketoption", "OnDemand"},
                                                      {"tenancy", "Shared"}});
  if (servers.failure) return *servers.failure;
  const auto disks = api.get_products(
      "AmazonEC2",
      {{"regionCode", region}, {"productFamily", "Storage"}, {"volumeApiName", "gp3"}});
  if (disks.failure) return *disks.failure;
  // This product has no productFamily; the group also holds idle and contiguous addresses.
  const auto addresses =
      api.get_products("AmazonVPC", {{"regionCode", region}, {"group", "VPCPublicIPv4Address"}});
  if (addresses.failure) return *addresses.failure;

  RegionPrices prices;
  for (const std::string& document : servers.items) {
    const auto product = priced_product(document, "Hrs");
    if (!product || product->instance_type.empty()) continue;
    if (prices.currency.empty()) prices.currency = product->currency;
    if (product->currency != prices.currency) continue;
    std::int64_t& held = prices.hourly_nanos[product->instance_type];
    held = std::max(held, product->nanos);
  }
  const auto raise = [&prices](std::optional<std::int64_t>& held, const PricedProduct& product) {
    if (product.currency == prices.currency) held = std::max(held.value_or(0), product.nanos);
  };
  for (const std::string& document : disks.items)
    if (const auto product = priced_product(document, "GB-Mo"))
      raise(prices.disk_gib_month_nanos, *product);
  for (const std::string& document : addresses.items)
    if (const auto product = priced_product(document, "Hrs"))
      if (ends_with(product->usage_type, "PublicIPv4:InUseAddress"))
        raise(prices.ipv4_hourly_nanos, *product);
  return prices;
}

}  // namespace berth::aws
