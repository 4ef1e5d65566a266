#include "hetzner_json.hpp"

#include <algorithm>

#include "encoding.hpp"

namespace fakecloud::hetzner {

namespace {

constexpr std::int64_t first_action = 1'500'000'000;
constexpr std::int64_t tb = 1'099'511'627'776;
constexpr Nano traffic_net = 1'000'000'000;  // EUR a TB

bool in_europe(std::string_view location) {
    return location == "nbg1" || location == "fsn1" || location == "hel1";
}

json::value leaving() {
    json::object out;
    out["announced"] = "2026-06-01T06:00:00+00:00";
    out["unavailable_after"] = "2027-01-01T06:00:00+00:00";
    return out;
}

json::object labels_json(const Labels& labels) {
    json::object out;
    for (const auto& [key, value] : labels) out[key] = value;
    return out;
}

}  // namespace

Response reply(const json::value& body, int status) {
    Response response;
    response.status = status;
    response.body = json_text(body);
    return response;
}

Response error(int status, std::string_view code, std::string_view message) {
    json::object inner;
    inner["code"] = code;
    inner["message"] = message;
    inner["details"] = nullptr;
    json::object body;
    body["error"] = std::move(inner);
    auto response = reply(body, status);
    response.error_code = code;
    return response;
}

Response invalid_input(const std::vector<FieldError>& fields) {
    json::array list;
    std::string names;
    for (const auto& [field, message] : fields) {
        json::object entry;
        entry["name"] = field;
        json::array messages;
        messages.emplace_back(message);
        entry["messages"] = std::move(messages);
        list.push_back(std::move(entry));
        names += (names.empty() ? "'" : ", '") + field + "'";
    }
    json::object details;
    details["fields"] = std::move(list);
    json::object inner;
    inner["code"] = "invalid_input";
    inner["message"] =
        "invalid input in field" + std::string(fields.size() > 1 ? "s " : " ") + names;
    inner["details"] = std::move(details);
    json::object body;
    body["error"] = std::move(inner);
    auto response = reply(body, 422);
    response.error_code = "invalid_input";
    return response;
}

Response not_found(std::string_view what, std::string_view id) {
    return error(404, "not_found",
                 std::string(what) + " with ID '" + std::string(id) + "' not found");
}

json::object location_json(const HetznerLocation& location) {
    json::object out;
    out["id"] = location.id;
    out["name"] = location.name;
    out["description"] = location.description;
    out["country"] = location.country;
    out["city"] = location.city;
    out["latitude"] = location.latitude;
    out["longitude"] = location.longitude;
    out["network_zone"] = location.network_zone;
    return out;
}

json::object price_json(Nano net) {
    json::object out;
    out["net"] = format_decimal(net, 10);
    out["gross"] = format_decimal(net * 119 / 100, 16);
    return out;
}

json::array type_prices(const HetznerType& type) {
    json::array out;
    for (const auto& location : type.locations) {
        json::object price;
        price["location"] = location;
        price["price_hourly"] = price_json(type.hourly_net);
        price["price_monthly"] = price_json(type.monthly_net);
        price["included_traffic"] = in_europe(location) ? 20 * tb : tb;
        price["price_per_tb_traffic"] = price_json(traffic_net);
        out.push_back(std::move(price));
    }
    return out;
}

json::object type_json(const HetznerType& type, const Catalogue& catalogue, const Fault* fault) {
    json::object out;
    out["id"] = type.id;
    out["name"] = type.name;
    std::string description = type.name;
    for (auto& c : description)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    out["description"] = description;
    out["cores"] = type.cores;
    out["memory"] = static_cast<double>(type.memory_gb);
    out["disk"] = type.disk_gb;
    out["deprecated"] = false;
    out["prices"] = type_prices(type);
    out["storage_type"] = "local";
    out["cpu_type"] = type.cpu_type;
    out["category"] = type.category;
    out["architecture"] = type.architecture;
    out["deprecation"] = nullptr;
    json::array locations;
    for (const auto& name : type.locations) {
        const bool leaves = type.leaving_europe && in_europe(name);
        json::object entry;
        entry["id"] = catalogue.hetzner_location(name)->id;
        entry["name"] = name;
        entry["deprecation"] = leaves ? leaving() : json::value(nullptr);
        entry["recommended"] = !leaves;
        entry["available"] = fault == nullptr || !fault->hide_stock;
        locations.push_back(std::move(entry));
    }
    out["locations"] = std::move(locations);
    return out;
}

json::object image_json(const HetznerImage& image) {
    json::object out;
    out["id"] = image.id;
    out["type"] = "system";
    out["status"] = "available";
    out["name"] = image.name;
    out["description"] = image.description;
    out["image_size"] = nullptr;
    out["disk_size"] = 5;
    out["created"] = "2025-08-14T09:12:00+00:00";
    out["created_from"] = nullptr;
    out["bound_to"] = nullptr;
    out["os_flavor"] = image.flavor;
    out["os_version"] = image.version;
    out["rapid_deploy"] = true;
    json::object protection;
    protection["delete"] = false;
    out["protection"] = std::move(protection);
    out["deprecated"] = nullptr;
    out["deleted"] = nullptr;
    out["labels"] = json::object();
    out["architecture"] = image.architecture;
    return out;
}

json::object key_json(const SshKey& key) {
    json::object out;
    out["id"] = key.id;
    out["name"] = key.name;
    out["fingerprint"] = key.fingerprint;
    out["public_key"] = key.public_key;
    out["labels"] = labels_json(key.labels);
    out["created"] = iso_time(key.created_ms);
    return out;
}

std::string_view server_status(const Machine& machine, std::int64_t at_ms) {
    switch (machine.phase(at_ms)) {
        case Phase::creating:
            return "initializing";
        case Phase::booting:
            return "starting";
        case Phase::running:
            return "running";
        case Phase::stopped:
        case Phase::failed:
            return "off";
        case Phase::deleting:
            return "deleting";
        default:
            return "unknown";
    }
}

json::object server_json(const Machine& machine, const Catalogue& catalogue, std::int64_t at_ms) {
    json::object out;
    out["id"] = std::stoll(machine.id);
    out["name"] = machine.name;
    out["status"] = server_status(machine, at_ms);
    out["created"] = iso_time(machine.created_ms);
    json::object net;
    if (machine.ipv4) {
        json::object v4;
        v4["id"] = 70'000'000 + static_cast<std::int64_t>(machine.number) * 2;
        v4["ip"] = machine.address;
        v4["blocked"] = false;
        v4["dns_ptr"] = "static." + machine.address + ".clients.your-server.de";
        net["ipv4"] = std::move(v4);
    } else {
        net["ipv4"] = nullptr;
    }
    if (machine.ipv6) {
        json::object v6;
        v6["id"] = 70'000'001 + static_cast<std::int64_t>(machine.number) * 2;
        v6["ip"] = "2001:db8:" + std::to_string(machine.number % 9999) + "::/64";
        v6["blocked"] = false;
        v6["dns_ptr"] = json::array();
        net["ipv6"] = std::move(v6);
    } else {
        net["ipv6"] = nullptr;
    }
    net["floating_ips"] = json::array();
    net["firewalls"] = json::array();
    out["public_net"] = std::move(net);
    out["private_net"] = json::array();
    const auto* type = catalogue.hetzner_type(machine.type);
    out["server_type"] = type_json(*type, catalogue, nullptr);
    out["location"] = location_json(*catalogue.hetzner_location(machine.region));
    out["image"] = nullptr;
    for (const auto& image : catalogue.hetzner_images)
        if (std::to_string(image.id) == machine.image) out["image"] = image_json(image);
    out["iso"] = nullptr;
    out["rescue_enabled"] = false;
    out["locked"] = machine.phase(at_ms) == Phase::creating;
    out["backup_window"] = nullptr;
    out["outgoing_traffic"] = 0;
    out["ingoing_traffic"] = 0;
    out["included_traffic"] = in_europe(machine.region) ? 20 * tb : tb;
    json::object protection;
    protection["delete"] = false;
    protection["rebuild"] = false;
    out["protection"] = std::move(protection);
    out["labels"] = labels_json(machine.labels);
    out["volumes"] = json::array();
    out["load_balancers"] = json::array();
    out["primary_disk_size"] = type->disk_gb;
    out["placement_group"] = nullptr;
    return out;
}

json::object primary_ip_json(const Machine& machine, const Catalogue& catalogue) {
    json::object out;
    const std::int64_t id = 70'000'000 + static_cast<std::int64_t>(machine.number) * 2;
    out["id"] = id;
    out["name"] = "primary_ip-" + std::to_string(id);
    out["labels"] = json::object();
    out["created"] = iso_time(machine.created_ms);
    out["blocked"] = false;
    out["location"] = location_json(*catalogue.hetzner_location(machine.region));
    out["ip"] = machine.address;
    json::object pointer;
    pointer["ip"] = machine.address;
    pointer["dns_ptr"] = "static." + machine.address + ".clients.your-server.de";
    json::array pointers;
    pointers.push_back(std::move(pointer));
    out["dns_ptr"] = std::move(pointers);
    json::object protection;
    protection["delete"] = false;
    out["protection"] = std::move(protection);
    out["type"] = "ipv4";
    out["auto_delete"] = true;
    out["assignee_type"] = "server";
    out["assignee_id"] = std::stoll(machine.id);
    return out;
}

json::value pricing_json(const Catalogue& catalogue) {
    const auto everywhere = [&](auto fill) {
        json::array out;
        for (const auto& location : catalogue.hetzner_locations) {
            json::object price;
            price["location"] = location.name;
            fill(price);
            out.push_back(std::move(price));
        }
        return out;
    };
    const auto address = [&](const char* type, Nano hourly, Nano monthly) {
        json::object out;
        out["type"] = type;
        out["prices"] = everywhere([&](json::object& price) {
            if (hourly >= 0) price["price_hourly"] = price_json(hourly);
            price["price_monthly"] = price_json(monthly);
        });
        return out;
    };
    const auto one = [](const char* key, json::value value) {
        json::object out;
        out[key] = std::move(value);
        return out;
    };
    json::object pricing;
    pricing["currency"] = "EUR";
    pricing["vat_rate"] = "19.000000";
    json::array primary, floating, types;
    primary.push_back(
        address("ipv4", catalogue.hetzner_ipv4_hourly_net, catalogue.hetzner_ipv4_monthly_net));
    primary.push_back(address("ipv6", 0, 0));
    pricing["primary_ips"] = std::move(primary);
    floating.push_back(address("ipv4", -1, 3'000'000'000));
    floating.push_back(address("ipv6", -1, 1'000'000'000));
    pricing["floating_ips"] = std::move(floating);
    pricing["floating_ip"] = one("price_monthly", price_json(3'000'000'000));
    pricing["image"] = one("price_per_gb_month", price_json(11'000'000));
    pricing["volume"] = one("price_per_gb_month", price_json(44'000'000));
    pricing["server_backup"] = one("percentage", "20.0000000000");
    for (const auto& type : catalogue.hetzner_types) {
        json::object entry;
        entry["id"] = type.id;
        entry["name"] = type.name;
        entry["prices"] = type_prices(type);
        types.push_back(std::move(entry));
    }
    pricing["server_types"] = std::move(types);
    pricing["load_balancer_types"] = json::array();
    return one("pricing", std::move(pricing));
}

std::int64_t action_id(const Machine& machine, Deed deed) {
    return first_action + static_cast<std::int64_t>(machine.number) * 3 + static_cast<int>(deed);
}

std::uint64_t machine_of_action(std::int64_t id, Deed& deed) {
    if (id < first_action + 3) return 0;
    deed = static_cast<Deed>((id - first_action) % 3);
    return static_cast<std::uint64_t>((id - first_action) / 3);
}

bool action_exists(const Machine& machine, Deed deed, std::int64_t at_ms) {
    return deed == Deed::remove
               ? at_ms >= machine.delete_asked_ms && machine.delete_asked_ms != never
               : at_ms >= machine.created_ms;
}

json::object action_json(const Machine& machine, Deed deed, std::int64_t at_ms) {
    std::int64_t started = machine.created_ms, ends = machine.placed_ms;
    bool fails = deed == Deed::create && machine.failed_ms != never;
    const char* command = "create_server";
    if (deed == Deed::start) {
        command = "start_server";
        started = machine.placed_ms;
        ends = machine.running_ms;
        if (machine.failed_ms != never) ends = machine.failed_ms, fails = true;
        // A server deleted while it starts: its start ends too.
        if (ends == never && machine.gone_ms != never) ends = machine.gone_ms, fails = true;
    } else if (deed == Deed::remove) {
        command = "delete_server";
        started = machine.delete_asked_ms;
        ends = machine.gone_ms;
    }
    const bool done = at_ms >= ends;
    json::object out;
    out["id"] = action_id(machine, deed);
    out["command"] = command;
    out["status"] = !done ? "running" : fails ? "error" : "success";
    out["progress"] = done ? 100 : at_ms >= started ? 50 : 0;
    out["started"] = iso_time(std::min(started, at_ms));
    out["finished"] = done ? json::value(iso_time(ends)) : json::value(nullptr);
    json::object resource;
    resource["id"] = std::stoll(machine.id);
    resource["type"] = "server";
    json::array resources;
    resources.push_back(std::move(resource));
    out["resources"] = std::move(resources);
    out["error"] = nullptr;
    if (done && fails) {
        json::object failure;
        failure["code"] = "action_failed";
        failure["message"] = "Action failed";
        out["error"] = std::move(failure);
    }
    return out;
}

std::vector<FieldError> read_page(const Fields& query, PageAsked& page) {
    std::vector<FieldError> errors;
    if (has_field(query, "page")) {
        const auto number = to_integer(field(query, "page"));
        if (!number || *number < 1)
            errors.push_back({"page", "must be a number of 1 or more"});
        else
            page.number = *number;
    }
    if (has_field(query, "per_page")) {
        const auto size = to_integer(field(query, "per_page"));
        if (!size || *size < 1)
            errors.push_back({"per_page", "must be a number of 1 or more"});
        else
            page.size = std::min<std::int64_t>(*size, 50);  // the vendor caps, it does not refuse
    }
    return errors;
}

}  // namespace fakecloud::hetzner
