// The endpoints of DigitalOcean's API v2 that berth uses, as functions. There is none for deleting
// by tag: it removes everything that carries the tag.
#pragma once

#include <string_view>

#include "json_api/api.hpp"
#include "json_api/pages.hpp"

namespace berth::digitalocean::api {

using json_api::Api;
using json_api::Items;
namespace json = boost::json;

Result<json::value> account(const Api& api, Call& call);
Result<Items> sizes(const Api& api, Call& call);
Result<Items> regions(const Api& api, Call& call);

/// The failure of who needed the whole list.
Failure not_whole(const Items& list);
Result<Items> droplets_by_tag(const Api& api, Call& call, std::string_view tag);
/// Names are not unique. They are there from the first moment, unlike tags.
Result<Items> droplets_by_name(const Api& api, Call& call, std::string_view name);
/// One page of all droplets but GPU ones; not complete where there are more.
Result<Items> newest_droplets(const Api& api, Call& call);
/// All of the account: the API cannot filter them by tag, and no other list shows them for sure.
Result<Items> gpu_droplets(const Api& api, Call& call);
Result<json::value> droplet(const Api& api, Call& call, std::string_view id);
Result<json::value> create_droplet(const Api& api, Call& call, const json::value& body);
Result<json::value> delete_droplet(const Api& api, Call& call, std::string_view id);

/// The account's newest 200.
Result<json::value> recent_actions(const Api& api, Call& call);
Result<json::value> action(const Api& api, Call& call, std::string_view id);

/// Ten a minute, no more.
Result<Items> keys(const Api& api, Call& call);
Result<json::value> create_key(const Api& api, Call& call, const json::value& body);

}  // namespace berth::digitalocean::api
