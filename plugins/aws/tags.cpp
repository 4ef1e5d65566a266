#include "tags.hpp"

#include <charconv>
#include <system_error>

namespace berth::aws {
namespace {

bool is_tag_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view(" +-=._:/@").find(c) != std::string_view::npos;
}

ServerState state_of(const std::string& name) {
  // The first two mean "on its way"; a terminated instance stays listed for about an hour.
  if (name == "pending") return ServerState::pending;
  if (name == "shutting-down" || name == "stopping") return ServerState::stopping;
  if (name == "running") return ServerState::running;
  if (name == "stopped") return ServerState::stopped;
  if (name == "terminated") return ServerState::gone;
  return ServerState::unknown;
}

std::string tag_of(const Instance& instance, const char* key) {
  const auto found = instance.tags.find(key);
  return found == instance.tags.end() ? std::string() : found->second;
}

}  // namespace

std::string tag_text(std::string_view text, std::size_t most) {
  std::string out(text.substr(0, most));
  for (char& c : out)
    if (!is_tag_character(c)) c = '_';
  return out;
}

std::map<std::string, std::string> tags_of(const CreateRequest& request) {
  std::map<std::string, std::string> tags;
  for (const auto& [key, value] : request.labels) {
    std::string name = tag_text(key, 128);
    if (name.empty()) continue;
    if (name.substr(0, 4) == "aws:") name[3] = '_';  // the prefix is AWS's own
    tags[name] = tag_text(value);
  }
  tags["Name"] = tag_text(request.name);
  tags["managed_by"] = "berth";
  tags["auto_provisioned"] = "true";
  tags[organization_tag] = tag_text(request.organization_id);
  tags[installation_tag] = tag_text(request.installation_id);
  tags[attempt_tag] = tag_text(request.attempt_id);
  tags.erase(expires_tag);
  if (request.expires_at_unix_ms > 0)
    tags[expires_tag] = std::to_string(request.expires_at_unix_ms);
  return tags;
}

CloudServer server_of(const Instance& instance, const std::string& region) {
  CloudServer server;
  server.server_id = instance.id;
  server.attempt_id = tag_of(instance, attempt_tag);
  server.installation_id = tag_of(instance, installation_tag);
  server.organization_id = tag_of(instance, organization_tag);
  server.name = tag_of(instance, "Name");
  server.region = region;
  server.zone = instance.zone;
  server.instance_type = instance.type;
  server.state = state_of(instance.state);
  server.public_ipv4 = instance.public_ipv4;
  server.private_ipv4 = instance.private_ipv4;
  server.created_unix_ms = instance.launched_unix_ms;
  for (const auto& [key, value] : instance.tags)
    if (key.substr(0, 6) == "berth-") server.labels[key] = value;
  const std::string expires = tag_of(instance, expires_tag);
  std::int64_t expires_ms = 0;
  const auto [end, error] =
      std::from_chars(expires.data(), expires.data() + expires.size(), expires_ms);
  if (error == std::errc() && end == expires.data() + expires.size())
    server.expires_at_unix_ms = expires_ms;
  if (instance.architecture == "x86_64" || instance.architecture == "arm64")
    server.arch = instance.architecture;
  server.ssh_user = tag_of(instance, login_tag);
  server.detail = instance.state;
  if (!instance.state_reason.empty()) server.detail += ": " + instance.state_reason;
  if (server.state == ServerState::running && server.public_ipv4.empty())
    server.detail += ", but has no public IPv4 address";
  return server;
}

}  // namespace berth::aws
