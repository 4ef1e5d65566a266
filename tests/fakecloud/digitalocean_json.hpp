// The shapes of DigitalOcean's API v2: errors, pages, sizes, regions, droplets, actions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "encoding.hpp"
#include "json_text.hpp"
#include "vendor.hpp"
#include "world.hpp"

namespace fakecloud::digitalocean {

Response reply(const json::value& body, int status = 200);
Response no_content();
Response error(int status, std::string_view id, std::string_view message, World& world);
Response unprocessable(std::string_view message, World& world);
Response not_found(World& world);

json::object size_json(const DigitalOceanSize& size, const Catalogue& catalogue,
                       const Fault* fault);
json::object region_json(const DigitalOceanRegion& region, const Catalogue& catalogue,
                         const Fault* fault);
json::object image_json(const DigitalOceanImage& image, const Catalogue& catalogue);
json::object key_json(const SshKey& key);
json::object droplet_json(const Machine& machine, const World& world, std::int64_t at_ms);
json::object create_action_json(const Machine& machine, const World& world, std::int64_t at_ms);
std::int64_t create_action_id(const Machine& machine);
std::uint64_t machine_of_action(std::int64_t id);  // 0: no such action

// Tags show up a little after the droplet itself.
bool tags_visible(const Machine& machine, const World& world, std::int64_t at_ms);

struct PageAsked {
    std::int64_t number = 1, size = 20;
};
bool read_page(const Fields& query, PageAsked& page);
std::string public_url(const Request& request, const std::string& path);

template <class Item, class ToJson>
Response page_reply(const std::string& key, const std::vector<Item>& all, PageAsked asked,
                    const Call& call, ToJson to_json) {
    const auto page = cut_page(all, asked.number, asked.size, call.fault);
    json::array items;
    for (const auto& item : page.items) items.push_back(to_json(item));
    const auto url = [&](std::int64_t number) {
        std::string query;
        for (const auto& [name, value] : parse_form(call.request.query()))
            if (name != "page") query += percent_encode(name) + "=" + percent_encode(value) + "&";
        return public_url(call.request, call.path) + "?" + query + "page=" + std::to_string(number);
    };
    json::object pages;
    if (page.number > 1) {
        pages["first"] = url(1);
        pages["prev"] = url(page.number - 1);
    }
    if (page.more) {
        pages["next"] = url(page.number + 1);
        pages["last"] = url(page.last);
    }
    json::object links, meta, body;
    if (!pages.empty()) links["pages"] = std::move(pages);
    meta["total"] = page.total;
    body[key] = std::move(items);
    body["links"] = std::move(links);
    body["meta"] = std::move(meta);
    return reply(body);
}

}  // namespace fakecloud::digitalocean
