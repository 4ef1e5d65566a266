// The endpoints of Hetzner Cloud's API (https://docs.hetzner.cloud) that berth uses, as functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json_api/api.hpp"
#include "json_api/pages.hpp"

namespace berth::hetzner::api {

using json_api::Api;
using json_api::Items;
namespace json = boost::json;

Result<Items> server_types(const Api& api, Call& call);
/// {"pricing": {"currency", "primary_ips": […], …}}
Result<json::value> pricing(const Api& api, Call& call);

/// All servers that carry the label `key` with `value`.
Result<Items> servers_by_label(const Api& api, Call& call, std::string_view key,
                               std::string_view value);
/// Names are unique per project: none or one.
Result<Items> servers_by_name(const Api& api, Call& call, std::string_view name);
/// How many servers the project has is in meta.pagination.total_entries.
Result<json::value> first_server(const Api& api, Call& call);
Result<json::value> server(const Api& api, Call& call, std::string_view id);
Result<json::value> server_actions(const Api& api, Call& call, std::string_view server_id);
Result<json::value> create_server(const Api& api, Call& call, const json::value& body);
Result<json::value> delete_server(const Api& api, Call& call, std::string_view id);

/// By their ids, at least one. The vendor documents no pages here, so no more are asked for at once
/// than a page of any other list has by default.
Result<json::value> actions(const Api& api, Call& call, const std::vector<std::string>& ids);
inline constexpr std::size_t actions_at_once = 25;

Result<json::value> ssh_keys_by_fingerprint(const Api& api, Call& call, std::string_view print);
Result<json::value> create_ssh_key(const Api& api, Call& call, const json::value& body);

}  // namespace berth::hetzner::api
