#include "account.hpp"

#include <algorithm>

namespace berth::aws {

std::vector<std::string> Account::all_regions() const {
  std::vector<std::string> all = regions;
  if (std::find(all.begin(), all.end(), default_region) == all.end()) all.push_back(default_region);
  return all;
}

std::vector<std::string> Account::buying_regions() const {
  return regions.empty() ? std::vector<std::string>{default_region} : regions;
}

Account account_of(const PluginConfig& config) {
  Account account;
  account.credentials = {config.text("access_key_id"), config.text("secret_access_key"),
                         config.text_or("session_token", "")};
  account.default_region = config.text_or("default_region", account.default_region);
  account.regions = config.list("regions");
  account.endpoint = config.text_or("endpoint", account.endpoint);
  account.pricing_endpoint = config.text_or("pricing_endpoint", account.pricing_endpoint);
  account.sts_endpoint = config.text_or("sts_endpoint", account.sts_endpoint);
  account.image = config.text_or("image", "");
  account.subnet_id = config.text_or("subnet_id", "");
  account.security_group_ids = config.list("security_group_ids");
  account.key_name = config.text_or("key_name", "");
  account.zones = config.list("zones");
  account.instance_families = config.list("instance_families");

  for (const std::string& region : account.all_regions())
    if (!is_region(region))
      throw ConfigError("\"" + region + "\" is not a region such as us-east-1");
  // Elsewhere every create would be refused, one zone after another.
  if (!account.subnet_id.empty() && account.zones.size() != 1)
    throw ConfigError(
        "a subnet lies in one zone: beside \"subnet_id\", set \"zones\" to that zone");
  return account;
}

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_zone_of(std::string_view zone, std::string_view region) {
  return zone.size() == region.size() + 1 && zone.substr(0, region.size()) == region &&
         zone.back() >= 'a' && zone.back() <= 'z';
}

std::string endpoint_in(std::string endpoint, const std::string& region) {
  constexpr std::string_view placeholder = "{region}";
  for (auto at = endpoint.find(placeholder); at != std::string::npos;
       at = endpoint.find(placeholder, at + region.size()))
    endpoint.replace(at, placeholder.size(), region);
  // SigV4 signs the path, and EC2's only path is "/".
  if (endpoint.empty() || endpoint.back() != '/') endpoint += '/';
  return endpoint;
}

}  // namespace berth::aws
