#include "coolify/coolify.hpp"

#include <boost/json.hpp>
#include <charconv>

#include "json_api/fields.hpp"

namespace berth::notifiers {
namespace {

namespace json = json_api::json;

/// Coolify has no labels, so a server of ours is known by its description.
constexpr std::string_view mark = "berth server ";

void read_error(json_api::Refusal& refusal) {
  refusal.vendor_text = json_api::text_at(refusal.body, {"message"});
  // "errors" names each field that was wrong.
  if (const json::value* errors = json_api::value_at(refusal.body, {"errors"}))
    refusal.vendor_text += (refusal.vendor_text.empty() ? "" : " ") + json::serialize(*errors);
}

constexpr json_api::Dialect dialect{"Coolify", &read_error, &json_api::failure_by_status};

std::string endpoint_of(const PluginConfig& config) {
  std::string url = config.text("url");
  if (url.rfind("https://", 0) != 0 && url.rfind("http://", 0) != 0)
    throw ConfigError("\"url\" must begin with https:// or http://");
  while (url.back() == '/') url.pop_back();
  const std::string_view path = "/api/v1";
  if (url.size() < path.size() || url.compare(url.size() - path.size(), path.size(), path) != 0)
    url += path;
  return url;
}

std::string proxy_type_of(const PluginConfig& config) {
  std::string type = config.text_or("proxy_type", "");
  if (!type.empty() && type != "traefik" && type != "caddy" && type != "none")
    throw ConfigError("\"proxy_type\" is \"" + type + "\": it may be traefik, caddy or none");
  return type;
}

}  // namespace

Coolify::Coolify(const PluginConfig& config)
    : api_(endpoint_of(config), config.text("token"), dialect),
      private_key_uuid_(config.text("private_key_uuid")),
      proxy_type_(proxy_type_of(config)),
      validate_(!config.has("validate") || config.boolean("validate")) {
  if (private_key_uuid_.empty()) throw ConfigError("\"private_key_uuid\" is empty");
}

Result<Done> Coolify::notify(const Event& event, Call& call) {
  if (event.type == "server.auto-provisioned") return add(event, call);
  if (event.type == "server.destroyed") return remove(event, call);
  return Done{};
}

Result<std::string> Coolify::registered(const std::string& server_id, Call& call) const {
  const Result<json::value> listed = api_.get(call, "/servers");
  if (!listed) return listed.failure();
  const json::array* servers = listed->if_array();
  if (servers == nullptr) {
    Failure failure = json_api::refused(ErrorCode::unavailable,
                                        "Coolify's list of servers is no list: is the url right?");
    return failure;
  }
  const std::string wanted = std::string(mark) + server_id;
  for (const json::value& server : *servers)
    if (json_api::text_at(server, {"description"}) == wanted)
      return json_api::text_at(server, {"uuid"});
  return std::string();
}

Result<Done> Coolify::add(const Event& event, Call& call) const {
  boost::system::error_code problem;
  const json::value fields = json::parse(event.fields_json, problem);
  const std::string id = json_api::text_at(fields, {"server_id"});
  const std::string ip = json_api::text_at(fields, {"ip"});
  if (problem || id.empty() || ip.empty())
    return json_api::refused(ErrorCode::invalid, "The event names no server, or no address of it.");
  const Result<std::string> known = registered(id, call);
  if (!known) return known.failure();
  if (!known->empty()) return Done{};

  std::int64_t port = 22;
  const std::string port_text = json_api::text_at(fields, {"ssh_port"});
  std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  const std::string user = json_api::text_at(fields, {"ssh_user"});
  json::object body{{"name", json_api::text_at(fields, {"server_name"})},
                    {"description", std::string(mark) + id},
                    {"ip", ip},
                    {"port", port},
                    {"user", user.empty() ? "root" : user},
                    {"private_key_uuid", private_key_uuid_},
                    {"is_build_server", false},
                    {"instant_validate", validate_}};
  if (!proxy_type_.empty()) body["proxy_type"] = proxy_type_;
  const Result<json::value> made = api_.post(call, "/servers", body);
  if (!made) return made.failure();
  return Done{};
}

Result<Done> Coolify::remove(const Event& event, Call& call) const {
  boost::system::error_code problem;
  const json::value fields = json::parse(event.fields_json, problem);
  const std::string id = json_api::text_at(fields, {"server_id"});
  if (problem || id.empty()) return Done{};  // a server that never had a place in the fleet
  const Result<std::string> known = registered(id, call);
  if (!known) return known.failure();
  if (known->empty()) return Done{};
  const Result<json::value> gone = api_.remove(call, "/servers/" + json_api::encoded(*known));
  if (!gone && gone.failure().code != ErrorCode::not_found) return gone.failure();
  return Done{};
}

}  // namespace berth::notifiers
