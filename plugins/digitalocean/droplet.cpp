#include "droplet.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json/array.hpp>

#include "json_api/fields.hpp"

namespace berth::digitalocean {
namespace {

namespace json = boost::json;
using json_api::text_at;

constexpr std::string_view installation_prefix = "berth-installation:";
constexpr std::string_view attempt_prefix = "berth-attempt:";
constexpr std::string_view organization_prefix = "organization_id:";
constexpr std::string_view expires_prefix = "berth-expires-at:";  // Unix milliseconds

bool is_tag_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == ':' || c == '-';
}

std::string respelled(std::string_view text) {
  std::string out;
  for (const char c : text) out += is_tag_character(c) ? c : '-';
  return out;
}

struct StateRow {
  std::string_view vendor;
  ServerState state;
};

constexpr StateRow states[] = {
    {"new", ServerState::pending},
    {"active", ServerState::running},
    {"off", ServerState::stopped},
    {"archive", ServerState::stopped},
};

}  // namespace

std::string installation_tag(std::string_view installation_id) {
  return std::string(installation_prefix) + std::string(installation_id);
}

std::string attempt_tag(std::string_view attempt_id) {
  return std::string(attempt_prefix) + std::string(attempt_id);
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= 255 &&
         std::all_of(text.begin(), text.end(), is_tag_character);
}

std::optional<std::vector<std::string>> tags_of(const CreateRequest& request) {
  std::vector<std::string> tags{
      "auto_provisioned:true",
      "managed_by:berth",
      std::string(organization_prefix) + request.organization_id,
      installation_tag(request.installation_id),
      attempt_tag(request.attempt_id),
  };
  if (request.installation_id.empty() || request.organization_id.empty() ||
      request.attempt_id.empty() || !std::all_of(tags.begin(), tags.end(), is_tag))
    return std::nullopt;
  if (request.expires_at_unix_ms > 0)
    tags.push_back(std::string(expires_prefix) + std::to_string(request.expires_at_unix_ms));
  // The contract's own labels are there already, in this vendor's spelling.
  constexpr std::string_view own[] = {"auto_provisioned", "managed_by", "organization_id",
                                      "installation",     "attempt",    "expires-at"};
  for (const auto& [key, value] : request.labels)
    if (std::find(std::begin(own), std::end(own), key) == std::end(own))
      tags.push_back(respelled(key + ":" + value).substr(0, 255));
  return tags;
}

std::optional<CloudServer> server_of(const json::value& droplet) {
  CloudServer out;
  out.server_id = json_api::id_at(droplet, {"id"});
  if (out.server_id.empty()) return std::nullopt;
  if (const auto* tags = json_api::list_at(droplet, {"tags"})) {
    for (const json::value& item : *tags) {
      const std::string tag = text_at(item, {});
      const auto value_of = [&tag](std::string_view prefix) {
        return tag.compare(0, prefix.size(), prefix) == 0 ? tag.substr(prefix.size()) : "";
      };
      if (std::string id = value_of(installation_prefix); !id.empty()) out.installation_id = id;
      if (std::string id = value_of(attempt_prefix); !id.empty()) out.attempt_id = id;
      if (std::string id = value_of(organization_prefix); !id.empty()) out.organization_id = id;
      if (const std::size_t colon = tag.find(':');
          colon != tag.npos && tag.compare(0, 6, "berth-") == 0)
        out.labels[tag.substr(0, colon)] = tag.substr(colon + 1);
      const std::string expires = value_of(expires_prefix);
      std::int64_t expires_ms = 0;
      const auto [end, error] =
          std::from_chars(expires.data(), expires.data() + expires.size(), expires_ms);
      if (!expires.empty() && error == std::errc() && end == expires.data() + expires.size())
        out.expires_at_unix_ms = expires_ms;
    }
  }
  out.name = text_at(droplet, {"name"});
  out.region = text_at(droplet, {"region", "slug"});
  out.instance_type = text_at(droplet, {"size_slug"});
  if (const auto* networks = json_api::list_at(droplet, {"networks", "v4"})) {
    for (const json::value& network : *networks) {
      const std::string type = text_at(network, {"type"});
      if (type == "public" && out.public_ipv4.empty())
        out.public_ipv4 = text_at(network, {"ip_address"});
      if (type == "private" && out.private_ipv4.empty())
        out.private_ipv4 = text_at(network, {"ip_address"});
    }
  }
  out.created_unix_ms = json_api::unix_ms_of_rfc3339(text_at(droplet, {"created_at"})).value_or(0);
  out.arch = "x86_64";    // the vendor sells no other
  out.ssh_user = "root";  // of every image that the vendor makes
  out.detail = text_at(droplet, {"status"});
  for (const StateRow& row : states)
    if (row.vendor == out.detail) out.state = row.state;
  if (out.state == ServerState::running && out.public_ipv4.empty())
    out.detail += ", but has no public IPv4 address";
  return out;
}

bool is_named_after(const json::value& droplet, std::string_view attempt_id) {
  const auto* tags = json_api::list_at(droplet, {"tags"});
  if (attempt_id.empty() || tags == nullptr || !tags->empty()) return false;
  const std::string name = text_at(droplet, {"name"});
  const std::string ending = "-" + std::string(attempt_id);
  return name.size() > ending.size() &&
         name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
}

}  // namespace berth::digitalocean
