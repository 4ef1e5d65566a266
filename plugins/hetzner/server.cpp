#include "server.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json/array.hpp>

#include "json_api/fields.hpp"

namespace berth::hetzner {
namespace {

namespace json = boost::json;
using json_api::text_at;

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_label_character(char c) {
  return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
}

std::string respelled(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 63)) out += is_label_character(c) ? c : '-';
  while (!out.empty() && !is_alphanumeric(out.back())) out.pop_back();
  out.erase(out.begin(), std::find_if(out.begin(), out.end(), is_alphanumeric));
  return out;
}

struct StateRow {
  std::string_view vendor;
  ServerState state;
};

// `off` comes between creation and start too: whether it is the end is told by the actions.
constexpr StateRow states[] = {
    {"initializing", ServerState::pending}, {"starting", ServerState::pending},
    {"running", ServerState::running},      {"stopping", ServerState::stopping},
    {"off", ServerState::stopped},          {"deleting", ServerState::stopping},
    {"rebuilding", ServerState::pending},   {"migrating", ServerState::unknown},
};

}  // namespace

bool is_label_value(std::string_view text) {
  return text.size() <= 63 && (text.empty() || (is_alphanumeric(text.front()) &&
                                                is_alphanumeric(text.back()))) &&
         std::all_of(text.begin(), text.end(), is_label_character);
}

bool is_label_key(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return !text.empty() && is_label_value(text);
  std::string_view prefix = text.substr(0, slash);
  const std::string_view name = text.substr(slash + 1);
  // The vendor keeps its own prefix for itself.
  if (prefix.empty() || prefix.size() > 253 || prefix == "hetzner.cloud") return false;
  for (bool more = true; more;) {
    const std::size_t dot = prefix.find('.');
    const std::string_view part = prefix.substr(0, dot);
    if (part.empty() || !is_label_value(part)) return false;
    more = dot != std::string_view::npos;
    if (more) prefix.remove_prefix(dot + 1);
  }
  return !name.empty() && is_label_value(name);
}

std::optional<std::map<std::string, std::string>> labels_of(const CreateRequest& request) {
  for (const std::string* id :
       {&request.installation_id, &request.organization_id, &request.attempt_id})
    if (id->empty() || !is_label_value(*id)) return std::nullopt;
  std::map<std::string, std::string> labels;
  for (const auto& [key, value] : request.labels)
    if (const std::string name = respelled(key); !name.empty()) labels[name] = respelled(value);
  labels["auto_provisioned"] = "true";
  labels["managed_by"] = "berth";
  labels["organization_id"] = request.organization_id;
  labels[installation_label] = request.installation_id;
  labels["attempt"] = request.attempt_id;
  labels.erase("expires-at");
  if (request.expires_at_unix_ms > 0)
    labels["expires-at"] = std::to_string(request.expires_at_unix_ms);
  return labels;
}

std::optional<CloudServer> server_of(const json::value& server) {
  CloudServer out;
  out.server_id = json_api::id_at(server, {"id"});
  if (out.server_id.empty()) return std::nullopt;
  out.installation_id = text_at(server, {"labels", installation_label});
  out.organization_id = text_at(server, {"labels", "organization_id"});
  out.attempt_id = text_at(server, {"labels", "attempt"});
  const std::string expires = text_at(server, {"labels", "expires-at"});
  std::int64_t expires_ms = 0;
  const auto [end, error] =
      std::from_chars(expires.data(), expires.data() + expires.size(), expires_ms);
  if (error == std::errc() && end == expires.data() + expires.size())
    out.expires_at_unix_ms = expires_ms;
  if (const auto* labels = json_api::value_at(server, {"labels"}); labels && labels->is_object())
    for (const auto& [key, value] : labels->get_object())
      if (std::string_view(key).substr(0, 6) == "berth-" && value.is_string())
        out.labels[std::string(key)] = std::string(value.get_string());
  out.name = text_at(server, {"name"});
  out.region = text_at(server, {"location", "name"});
  // Servers made before 2026-07 may be shown by an endpoint that still says `datacenter`.
  if (out.region.empty()) out.region = text_at(server, {"datacenter", "location", "name"});
  out.instance_type = text_at(server, {"server_type", "name"});
  out.public_ipv4 = text_at(server, {"public_net", "ipv4", "ip"});
  if (const auto* networks = json_api::list_at(server, {"private_net"});
      networks != nullptr && !networks->empty())
    out.private_ipv4 = text_at(networks->front(), {"ip"});
  out.created_unix_ms = json_api::unix_ms_of_rfc3339(text_at(server, {"created"})).value_or(0);
  const std::string architecture = text_at(server, {"server_type", "architecture"});
  if (architecture == "x86") out.arch = "x86_64";
  if (architecture == "arm") out.arch = "arm64";
  out.ssh_user = "root";  // of every image that the vendor makes
  out.detail = text_at(server, {"status"});
  for (const StateRow& row : states)
    if (row.vendor == out.detail) out.state = row.state;
  if (out.state == ServerState::running && out.public_ipv4.empty())
    out.detail += ", but has no public IPv4 address";
  return out;
}

}  // namespace berth::hetzner
