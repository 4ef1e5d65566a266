// DigitalOcean's droplets, their actions and their tags.
#pragma once

#include "digitalocean_json.hpp"

namespace fakecloud::digitalocean {

Response create_droplets(World& world, const Call& call);
Response list_droplets(World& world, const Call& call, const Fields& query, PageAsked page);
Response get_droplet(World& world, const Call& call, const std::string& id);
Response delete_droplet(World& world, const Call& call, const std::string& id);
Response delete_by_tag(World& world, const Call& call, const Fields& query);
Response list_actions(World& world, const Call& call, const std::string& droplet, PageAsked page);
Response get_action(World& world, const Call& call, const std::string& id);
Response list_tags(World& world, const Call& call, PageAsked page);
Response get_tag(World& world, const Call& call, const std::string& name);
Response create_tag(World& world, const Call& call);
Response delete_tag(World& world, const Call& call, const std::string& name);

}  // namespace fakecloud::digitalocean
