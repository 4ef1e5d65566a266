// The Price List's part of Api: JSON 1.1, where EC2 and STS speak forms and XML.
// https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
#include <boost/json.hpp>
#include <set>

#include "api.hpp"
#include "errors.hpp"
#include "partition.hpp"

namespace berth::aws {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->c_str(), text->size());
}

json::object object_of(const std::string& body) {
  json::error_code error;
  json::value value = json::parse(body, error);
  if (error || !value.is_object()) return {};
  return std::move(value.get_object());
}

// {"__type": "com.amazonaws.pricing#AccessDeniedException", "Message": "…"}
VendorError error_of(const std::string& body) {
  const json::object object = object_of(body);
  VendorError error{text_of(object, "__type"), text_of(object, "Message")};
  if (error.text.empty()) error.text = text_of(object, "message");
  error.code.erase(0, error.code.rfind('#') + 1);
  if (error.code.empty()) error.text = body.substr(0, 2048);
  return error;
}

}  // namespace

Listing<std::string> Api::get_products(
    const std::string& service_code,
    const std::vector<std::pair<std::string, std::string>>& attributes) {
  const std::string action = "GetProducts of " + service_code;
  // The Price List lives in a few regions and knows the prices of all of its partition.
  std::string priced_region;
  for (const auto& [field, value] : attributes)
    if (field == "regionCode") priced_region = value;
  const SigningScope scope{std::string(partition_of(priced_region).price_region), "pricing"};
  json::array filters;
  for (const auto& [field, value] : attributes)
    filters.push_back({{"Type", "TERM_MATCH"}, {"Field", field}, {"Value", value}});

  Listing<std::string> listing;
  const auto fail = [&listing](Failure failure) {
    listing.failure = without_effect(std::move(failure));
    return listing;
  };
  std::set<std::string> seen;
  std::string token;
  for (int page = 0; page < most_pages; ++page) {
    json::object body{{"ServiceCode", service_code},
                      {"Filters", filters},
                      {"FormatVersion", "aws_v1"},
                      {"MaxResults", 100}};
    if (!token.empty()) body["NextToken"] = token;
    HttpRequest request;
    request.url = endpoint_in(account_.pricing_endpoint, scope.region);
    request.headers = {{"content-type", "application/x-amz-json-1.1"},
                       {"x-amz-target", "AWSPriceListService.GetProducts"}};
    request.body = json::serialize(body);
    const auto response = exchange(std::move(request), scope, action);
    if (!response) return fail(response.failure());
    if (response->status < 200 || response->status > 299) {
      const VendorError told = error_of(response->body);
      return fail(refused(*response, told, action));
    }
    const json::object answer = object_of(response->body);
    const json::value* list = answer.if_contains("PriceList");
    if (list == nullptr || !list->is_array())
      return fail(unreadable(action, "it has no PriceList"));
    for (const json::value& entry : list->get_array())
      if (const json::string* text = entry.if_string())
        listing.items.emplace_back(text->c_str(), text->size());
    token = text_of(answer, "NextToken");
    if (token.empty()) return listing;
    if (!seen.insert(token).second) return fail(unreadable(action, "its pages did not advance"));
  }
  return fail(unreadable(action, "it has too many pages"));
}

}  // namespace berth::aws
