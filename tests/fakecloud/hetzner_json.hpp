// The shapes of Hetzner Cloud's API v1: errors, pages, server types, servers, actions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "encoding.hpp"
#include "json_text.hpp"
#include "vendor.hpp"
#include "world.hpp"

namespace fakecloud::hetzner {

struct FieldError {
    std::string field, message;
};

Response reply(const json::value& body, int status = 200);
Response error(int status, std::string_view code, std::string_view message);
Response invalid_input(const std::vector<FieldError>& fields);
Response not_found(std::string_view what, std::string_view id);

json::object location_json(const HetznerLocation& location);
json::object type_json(const HetznerType& type, const Catalogue& catalogue, const Fault* fault);
json::array type_prices(const HetznerType& type);
json::object image_json(const HetznerImage& image);
json::object price_json(Nano net);
json::object key_json(const SshKey& key);
std::string_view server_status(const Machine& machine, std::int64_t at_ms);
json::object server_json(const Machine& machine, const Catalogue& catalogue, std::int64_t at_ms);
json::object primary_ip_json(const Machine& machine, const Catalogue& catalogue);
json::value pricing_json(const Catalogue& catalogue);

// A machine's three actions. Their ids derive from its number, so they need no memory.
enum class Deed { create, start, remove };
std::int64_t action_id(const Machine& machine, Deed deed);
json::object action_json(const Machine& machine, Deed deed, std::int64_t at_ms);
bool action_exists(const Machine& machine, Deed deed, std::int64_t at_ms);
std::uint64_t machine_of_action(std::int64_t id, Deed& deed);  // 0: no such action

std::vector<FieldError> check_labels(const json::value& labels);
// `selector` in the vendor's language; false also when it is malformed (then `bad` is set).
bool selects(const std::string& selector, const Labels& labels, bool& bad);

struct PageAsked {
    std::int64_t number = 1, size = 25;
};
std::vector<FieldError> read_page(const Fields& query, PageAsked& page);

template <class Item, class ToJson>
Response page_reply(const std::string& key, const std::vector<Item>& all, PageAsked asked,
                    const Fault* fault, ToJson to_json) {
    const auto page = cut_page(all, asked.number, asked.size, fault);
    json::array items;
    for (const auto& item : page.items) items.push_back(to_json(item));
    json::object pagination;
    pagination["page"] = page.number;
    pagination["per_page"] = page.size;
    pagination["previous_page"] =
        page.number > 1 ? json::value(page.number - 1) : json::value(nullptr);
    pagination["next_page"] = page.more ? json::value(page.number + 1) : json::value(nullptr);
    pagination["last_page"] = page.last;
    pagination["total_entries"] = page.total;
    json::object body;
    body[key] = std::move(items);
    json::object meta;
    meta["pagination"] = std::move(pagination);
    body["meta"] = std::move(meta);
    return reply(body);
}

}  // namespace fakecloud::hetzner
