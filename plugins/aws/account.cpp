#include "account.hpp"

#include <algorithm>
#include <utility>

#include "berth/manifest.hpp"
#include "partition.hpp"

namespace berth::aws {

std::vector<std::string> Account::all_regions() const {
  std::vector<std::string> all = regions;
  if (std::find(all.begin(), all.end(), default_region) == all.end()) all.push_back(default_region);
  return all;
}

std::vector<std::string> Account::buying_regions() const {
  return regions.empty() ? std::vector<std::string>{default_region} : regions;
}

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_visible(char c) { return c > ' ' && c < 127; }

template <class Rule>
bool all(std::string_view text, Rule rule) {
  return std::all_of(text.begin(), text.end(), rule);
}

// "us-east-1", "us-gov-west-1", "cn-north-1"
bool is_region_name(const std::string& text) {
  return is_region(text) && is_lower(text.front()) && is_digit(text.back()) &&
         std::count(text.begin(), text.end(), '-') >= 2;
}

// "subnet-0123456789abcdef0": eight digits in old accounts, seventeen since.
bool is_id(std::string_view text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return (text.size() == 8 || text.size() == 17) &&
         all(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

[[noreturn]] void refuse(const std::string& key, const std::string& value, const char* rule) {
  throw ConfigError("\"" + key + "\": \"" + value + "\" " + rule);
}

void check_endpoint(const std::string& key, const std::string& endpoint) {
  const std::size_t scheme = endpoint.compare(0, 8, "https://") == 0  ? 8
                             : endpoint.compare(0, 7, "http://") == 0 ? 7
                                                                      : 0;
  const std::string rest = endpoint.substr(scheme);
  if (scheme == 0 || rest.empty() || rest[0] == '/' || !all(rest, is_visible) ||
      rest.find_first_of("?#@") != std::string::npos)
    refuse(key, endpoint,
           "is no address: https://HOST (or http://), without blanks, a user or a query");
}

bool is_image(const std::string& image) {
  const std::string debian = "debian-";
  return is_id(image, "ami-") ||
         (image.size() > debian.size() && image.compare(0, debian.size(), debian) == 0 &&
          all(std::string_view(image).substr(debian.size()), is_digit));
}

// AWS's own rules for each setting. Secrets are never quoted.
void check(const Credentials& keys) {
  if (keys.access_key_id.size() < 16 || keys.access_key_id.size() > 128 ||
      !all(keys.access_key_id,
           [](char c) { return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z') || c == '_'; }))
    throw ConfigError("\"access_key_id\" must be 16 to 128 letters and digits, such as AKIA...");
  if (keys.secret_access_key.empty() || !all(keys.secret_access_key, is_visible))
    throw ConfigError("\"secret_access_key\" must be one word, without blanks or line breaks");
  if (!all(keys.session_token, is_visible))
    throw ConfigError("\"session_token\" must be one word, without blanks or line breaks");
}

void check(const Account& account) {
  if (!account.chain) check(account.credentials);
  if (!is_region_name(account.default_region))
    refuse("default_region", account.default_region, "is not a region such as us-east-1");
  for (const std::string& region : account.regions)
    if (!is_region_name(region)) refuse("regions", region, "is not a region such as us-east-1");
  check_endpoint("endpoint", account.endpoint);
  check_endpoint("pricing_endpoint", account.pricing_endpoint);
  check_endpoint("sts_endpoint", account.sts_endpoint);
  if (!account.image.empty() && !is_image(account.image))
    refuse("image", account.image, "is no image on AWS: an id (ami-...) or debian-12");
  if (!account.subnet_id.empty() && !is_id(account.subnet_id, "subnet-"))
    refuse("subnet_id", account.subnet_id, "is no subnet's id such as subnet-0123456789abcdef0");
  for (const std::string& group : account.security_group_ids)
    if (!is_id(group, "sg-"))
      refuse("security_group_ids", group, "is no group's id such as sg-0123456789abcdef0");
  if (account.key_name.size() > 255 ||
      !all(account.key_name, [](char c) { return c >= ' ' && c < 127; }) ||
      (!account.key_name.empty() &&
       (account.key_name.front() == ' ' || account.key_name.back() == ' ')))
    refuse("key_name", account.key_name,
           "is no key pair's name: at most 255 of ASCII, no blanks at its ends");
  const std::vector<std::string> regions = account.all_regions();
  const Partition& partition = partition_of(account.default_region);
  for (const std::string& region : regions)
    if (partition_of(region).name != partition.name)
      refuse("regions", region,
             "lies in another partition than default_region: keys are of one partition, so give it "
             "an account of its own");
  if (partition.debian_owner.empty() && !is_id(account.image, "ami-"))
    refuse("image", account.image,
           "cannot be looked up in this partition (China, GovCloud): set the id of an AMI there");
  for (const std::string& zone : account.zones)
    if (std::none_of(regions.begin(), regions.end(),
                     [&](const std::string& region) { return is_zone_of(zone, region); }))
      refuse("zones", zone, "is no zone of the account's regions, such as us-east-1a");
  for (const std::string& family : account.instance_families)
    if (family.empty() || !is_lower(family.front()) ||
        !all(family, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; }))
      refuse("instance_families", family, "is no family such as m7g: name no sizes");
}

// An account that was added at run time has a dot in its id. Its admins are an organization's, and
// what lies around berth is not theirs: they give keys of their own.
bool was_added_at_run_time(const PluginConfig& config) {
  return config.text_or(account_id_key, "").find('.') != std::string::npos;
}

// Keys of the settings come first, and whole: half of a pair completed from elsewhere would be
// somebody else's.
bool uses_chain(const PluginConfig& config) {
  const bool id = config.has("access_key_id"), secret = config.has("secret_access_key");
  const bool own = id || secret || config.has("session_token");
  if (own && config.has("profile"))
    throw ConfigError("\"profile\": set it, or access_key_id and secret_access_key, not both");
  if (own || was_added_at_run_time(config)) {
    if (id && secret) return false;
    if (config.has("profile"))
      throw ConfigError("\"profile\" is for accounts of berth.toml: its keys are its user's");
    throw ConfigError(std::string("\"") + (id ? "secret_access_key" : "access_key_id") +
                      "\" is missing: " +
                      (own ? "set access_key_id and secret_access_key, or neither"
                           : "an account that is added at run time brings keys of its own"));
  }
  return true;
}

}  // namespace

Account account_of(const PluginConfig& config, std::shared_ptr<const Surroundings> around) {
  Account account;
  const bool chain = uses_chain(config);
  if (!chain)
    account.credentials = {config.text("access_key_id"), config.text("secret_access_key"),
                           config.text_or("session_token", "")};
  account.default_region = config.text_or("default_region", account.default_region);
  account.regions = config.list("regions");
  account.endpoint = config.text_or("endpoint", account.endpoint);
  account.pricing_endpoint = config.text_or("pricing_endpoint", account.pricing_endpoint);
  const std::string sts_endpoint = config.text_or("sts_endpoint", account.sts_endpoint);
  const bool sts_endpoint_is_set = sts_endpoint != account.sts_endpoint;
  account.sts_endpoint = sts_endpoint;
  account.image = config.text_or("image", "");
  account.subnet_id = config.text_or("subnet_id", "");
  account.security_group_ids = config.list("security_group_ids");
  account.key_name = config.text_or("key_name", "");
  account.zones = config.list("zones");
  account.instance_families = config.list("instance_families");

  if (chain)
    account.chain = std::make_shared<Chain>(
        ChainSettings{config.text_or("profile", ""), account.default_region, sts_endpoint,
                      sts_endpoint_is_set, std::move(around), account.clock_error_ms});
  check(account);
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
  const std::string suffix(partition_of(region).suffix);
  const std::pair<std::string_view, const std::string&> fillings[] = {{"{region}", region},
                                                                      {"{suffix}", suffix}};
  for (const auto& [placeholder, value] : fillings)
    for (auto at = endpoint.find(placeholder); at != std::string::npos;
         at = endpoint.find(placeholder, at + value.size()))
      endpoint.replace(at, placeholder.size(), value);
  // SigV4 signs the path, and EC2's only path is "/".
  if (endpoint.empty() || endpoint.back() != '/') endpoint += '/';
  return endpoint;
}

}  // namespace berth::aws
