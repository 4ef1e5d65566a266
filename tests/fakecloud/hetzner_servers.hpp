// Hetzner's servers and their actions.
#pragma once

#include "encoding.hpp"
#include "hetzner_json.hpp"

namespace fakecloud::hetzner {

Response create_server(World& world, const Call& call);
Response list_servers(World& world, const Call& call, const Fields& query, PageAsked page);
Response get_server(World& world, const Call& call, const std::string& id);
Response delete_server(World& world, const Call& call, const std::string& id);
Response list_server_actions(World& world, const Call& call, const std::string& id, PageAsked page);
Response get_actions(World& world, const Call& call, const Fields& query);
Response get_action(World& world, const Call& call, const std::string& id);
Response list_primary_ips(World& world, const Call& call, const Fields& query, PageAsked page);

}  // namespace fakecloud::hetzner
