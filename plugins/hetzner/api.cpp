#include "api.hpp"

#include "json_api/fields.hpp"

namespace berth::hetzner::api {
namespace {

// `last_page` may be null; `next_page` is what ends a list.
std::optional<std::int64_t> next_page(const json::value& body) {
  return json_api::integer_at(body, {"meta", "pagination", "next_page"});
}

std::optional<std::int64_t> total(const json::value& body) {
  return json_api::integer_at(body, {"meta", "pagination", "total_entries"});
}

constexpr json_api::PageShape shape{50, 200, &next_page, &total};  // per_page: at most 50

std::string path_of(std::string_view collection, std::string_view id, std::string_view rest = "") {
  return std::string(collection) + json_api::encoded(id) + std::string(rest);
}

}  // namespace

Result<Items> server_types(const Api& api, Call& call) {
  return json_api::read_pages(api, call, "/server_types", "server_types", shape);
}

Result<json::value> pricing(const Api& api, Call& call) { return api.get(call, "/pricing"); }

Result<Items> servers_by_label(const Api& api, Call& call, std::string_view key,
                               std::string_view value) {
  const std::string selector = std::string(key) + "==" + std::string(value);
  return json_api::read_pages(api, call, path_of("/servers?label_selector=", selector), "servers",
                              shape);
}

Result<Items> servers_by_name(const Api& api, Call& call, std::string_view name) {
  return json_api::read_pages(api, call, path_of("/servers?name=", name), "servers", shape);
}

Result<json::value> first_server(const Api& api, Call& call) {
  return api.get(call, "/servers?page=1&per_page=1");
}

Result<json::value> server(const Api& api, Call& call, std::string_view id) {
  return api.get(call, path_of("/servers/", id));
}

Result<json::value> server_actions(const Api& api, Call& call, std::string_view server_id) {
  return api.get(call, path_of("/servers/", server_id, "/actions?per_page=50"));
}

Result<json::value> create_server(const Api& api, Call& call, const json::value& body) {
  return api.post(call, "/servers", body);
}

Result<json::value> delete_server(const Api& api, Call& call, std::string_view id) {
  return api.remove(call, path_of("/servers/", id));
}

Result<json::value> actions(const Api& api, Call& call, const std::vector<std::string>& ids) {
  std::string path = "/actions";
  for (const std::string& id : ids)
    path += (path.find('?') == std::string::npos ? "?id=" : "&id=") + json_api::encoded(id);
  return api.get(call, path);
}

Result<json::value> ssh_keys_by_fingerprint(const Api& api, Call& call, std::string_view print) {
  return api.get(call, path_of("/ssh_keys?fingerprint=", print));
}

Result<json::value> create_ssh_key(const Api& api, Call& call, const json::value& body) {
  return api.post(call, "/ssh_keys", body);
}

}  // namespace berth::hetzner::api
