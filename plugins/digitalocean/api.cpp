#include "api.hpp"

#include <charconv>

#include "json_api/fields.hpp"

namespace berth::digitalocean::api {
namespace {

/// The page that links.pages.next names. Only its number is used: the token never follows a URL
/// out of an answer. A link without a number is page 0, which read_pages takes for "no progress".
std::optional<std::int64_t> next_page(const json::value& body) {
  const std::string link = json_api::text_at(body, {"links", "pages", "next"});
  if (link.empty()) return std::nullopt;
  for (const std::string_view mark : {"?page=", "&page="}) {
    const std::size_t at = link.find(mark);
    if (at == std::string::npos) continue;
    std::int64_t page = 0;
    std::from_chars(link.data() + at + mark.size(), link.data() + link.size(), page);
    return page;
  }
  return 0;
}

std::optional<std::int64_t> total(const json::value& body) {
  return json_api::integer_at(body, {"meta", "total"});
}

constexpr json_api::PageShape shape{200, 100, &next_page, &total};  // per_page: at most 200

std::string path_of(std::string_view collection, std::string_view id) {
  return std::string(collection) + json_api::encoded(id);
}

}  // namespace

Result<json::value> account(const Api& api, Call& call) { return api.get(call, "/account"); }

Result<Items> sizes(const Api& api, Call& call) {
  return json_api::read_pages(api, call, "/sizes", "sizes", shape);
}

Result<Items> regions(const Api& api, Call& call) {
  return json_api::read_pages(api, call, "/regions", "regions", shape);
}

Failure not_whole(const Items& list) {
  return json_api::refused(ErrorCode::unavailable,
                           "DigitalOcean's list of droplets is not whole: " + list.gap);
}

Result<Items> droplets_by_tag(const Api& api, Call& call, std::string_view tag) {
  return json_api::read_pages(api, call, path_of("/droplets?tag_name=", tag), "droplets", shape);
}

Result<Items> droplets_by_name(const Api& api, Call& call, std::string_view name) {
  return json_api::read_pages(api, call, path_of("/droplets?name=", name), "droplets", shape);
}

Result<Items> newest_droplets(const Api& api, Call& call) {
  json_api::PageShape one_page = shape;
  one_page.cap = 1;
  return json_api::read_pages(api, call, "/droplets", "droplets", one_page);
}

Result<Items> gpu_droplets(const Api& api, Call& call) {
  return json_api::read_pages(api, call, "/droplets?type=gpus", "droplets", shape);
}

Result<json::value> droplet(const Api& api, Call& call, std::string_view id) {
  return api.get(call, path_of("/droplets/", id));
}

Result<json::value> create_droplet(const Api& api, Call& call, const json::value& body) {
  return api.post(call, "/droplets", body);
}

Result<json::value> delete_droplet(const Api& api, Call& call, std::string_view id) {
  return api.remove(call, path_of("/droplets/", id));
}

Result<json::value> recent_actions(const Api& api, Call& call) {
  return api.get(call, "/actions?page=1&per_page=200");
}

Result<json::value> action(const Api& api, Call& call, std::string_view id) {
  return api.get(call, path_of("/actions/", id));
}

Result<Items> keys(const Api& api, Call& call) {
  return json_api::read_pages(api, call, "/account/keys", "ssh_keys", shape);
}

Result<json::value> create_key(const Api& api, Call& call, const json::value& body) {
  return api.post(call, "/account/keys", body);
}

}  // namespace berth::digitalocean::api
