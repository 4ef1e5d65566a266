#include "hetzner_servers.hpp"

#include <algorithm>

namespace fakecloud::hetzner {

namespace {

bool valid_hostname(std::string_view name) {  // RFC 1123
    if (name.empty() || name.size() > 253) return false;
    for (const auto& part : split(name, '.')) {
        if (part.empty() || part.size() > 63 || part.front() == '-' || part.back() == '-')
            return false;
        for (unsigned char c : part)
            if (std::isalnum(c) == 0 && c != '-') return false;
    }
    return true;
}

std::string text_or_id(const json::object& body, const char* name) {
    const auto* value = body.if_contains(name);
    if (value == nullptr) return {};
    if (value->is_string()) return value->get_string().c_str();
    if (value->is_int64()) return std::to_string(value->get_int64());
    return {};
}

const std::vector<std::string>& known_fields() {
    static const std::vector<std::string> names = {
        "name",      "location",        "datacenter", "server_type", "start_after_create",
        "image",     "placement_group", "ssh_keys",   "volumes",     "networks",
        "firewalls", "user_data",       "labels",     "automount",   "public_net"};
    return names;
}

void read_public_net(const json::object& body, Machine& machine, std::vector<FieldError>& errors) {
    const auto* net = body.if_contains("public_net");
    if (net == nullptr) return;
    if (!net->is_object()) return errors.push_back({"public_net", "must be an object"});
    const auto flag = [&](const char* key, bool& into) {
        const auto* value = net->get_object().if_contains(key);
        if (value == nullptr) return;
        if (!value->is_bool())
            errors.push_back({std::string("public_net.") + key, "Not a valid boolean."});
        else
            into = value->get_bool();
    };
    flag("enable_ipv4", machine.ipv4);
    flag("enable_ipv6", machine.ipv6);
}

// Finds each named key; a name or a numeric id.
void read_keys(const json::object& body, World& world, const Call& call, Machine& machine,
               std::vector<FieldError>& errors) {
    const auto* keys = body.if_contains("ssh_keys");
    if (keys == nullptr) return;
    if (!keys->is_array()) return errors.push_back({"ssh_keys", "must be an array"});
    for (const auto& item : keys->get_array()) {
        const std::string wanted = item.is_string()  ? item.get_string().c_str()
                                   : item.is_int64() ? std::to_string(item.get_int64())
                                                     : "";
        const auto found = std::find_if(world.keys.begin(), world.keys.end(), [&](const auto& key) {
            return key.vendor == "hetzner" && key.account == call.account() &&
                   (key.name == wanted || std::to_string(key.id) == wanted);
        });
        if (found == world.keys.end())
            errors.push_back({"ssh_keys", "SSH key '" + wanted + "' not found"});
        else
            machine.ssh_keys.push_back(found->public_key);
    }
}

std::vector<FieldError> read_server(const json::object& body, World& world, const Call& call,
                                    Machine& machine) {
    std::vector<FieldError> errors;
    for (const auto& member : body) {
        const std::string key(member.key());
        const auto& known = known_fields();
        if (std::find(known.begin(), known.end(), key) == known.end())
            errors.push_back({key, "Unknown field."});
    }
    for (const char* name : {"name", "server_type", "image"})
        if (text_or_id(body, name).empty())
            errors.push_back({name, "Missing data for required field."});
    machine.name = text_or_id(body, "name");
    if (!machine.name.empty() && !valid_hostname(machine.name))
        errors.push_back({"name", "is not a valid hostname"});

    const auto* type = world.catalogue.hetzner_type(text_or_id(body, "server_type"));
    if (type == nullptr && !text_or_id(body, "server_type").empty())
        errors.push_back({"server_type", "unknown server type"});
    const auto* location = world.catalogue.hetzner_location(
        body.contains("location") ? text_or_id(body, "location") : "nbg1");
    if (body.contains("datacenter"))
        errors.push_back({"datacenter", "was removed on 2026-07-01; use location"});
    if (location == nullptr) errors.push_back({"location", "unknown location"});
    if (type != nullptr && location != nullptr) {
        const auto& sold = type->locations;
        if (std::find(sold.begin(), sold.end(), location->name) == sold.end())
            errors.push_back({"server_type", "unsupported location for server type"});
        machine.type = type->name;
        machine.region = location->name;
        const auto wanted = text_or_id(body, "image");
        for (const auto& image : world.catalogue.hetzner_images)
            if (image.architecture == type->architecture &&
                (image.name == wanted || std::to_string(image.id) == wanted))
                machine.image = std::to_string(image.id);
        if (machine.image.empty() && !wanted.empty())
            errors.push_back({"image", "image not found or wrong architecture"});
    }
    if (const auto* data = body.if_contains("user_data")) {
        if (!data->is_string())
            errors.push_back({"user_data", "Not a valid string."});
        else if (data->get_string().size() > 32768)
            errors.push_back({"user_data", "Length must be at most 32768 bytes."});
        else
            machine.user_data = data->get_string().c_str();
    }
    if (const auto* labels = body.if_contains("labels")) {
        const auto bad = check_labels(*labels);
        errors.insert(errors.end(), bad.begin(), bad.end());
        if (bad.empty())
            for (const auto& label : labels->get_object())
                machine.labels[label.key()] = label.value().get_string().c_str();
    }
    read_keys(body, world, call, machine, errors);
    read_public_net(body, machine, errors);
    if (!machine.ipv4 && !machine.ipv6 && !body.contains("networks"))
        errors.push_back({"public_net", "a server needs at least one network"});
    return errors;
}

std::vector<const Machine*> mine(const World& world, const Call& call) {
    std::vector<const Machine*> out;
    for (const auto& machine : world.machines())
        if (machine.vendor == "hetzner" && machine.account == call.account())
            out.push_back(&machine);
    return out;
}

const Machine* living(World& world, const Call& call, const std::string& id) {
    const auto* machine = world.find("hetzner", call.account(), id);
    return machine != nullptr && machine->exists(call.view_ms()) ? machine : nullptr;
}

}  // namespace

Response create_server(World& world, const Call& call) {
    json::error_code failed;
    const auto body = json::parse(call.request.body, failed);
    if (failed || !body.is_object())
        return error(400, "json_error", "invalid JSON in request body");
    Machine machine;
    machine.vendor = "hetzner";
    machine.account = call.account();
    const auto errors = read_server(body.get_object(), world, call, machine);
    if (!errors.empty()) return invalid_input(errors);

    const auto with_id = [](Machine& made) { made.id = std::to_string(48'000'000 + made.number); };
    if (call.fault != nullptr && call.fault->name_taken) {
        // Somebody else's server of this name: there for all to see, and not ours.
        Machine foreign = machine;
        foreign.labels = {{"owner", "somebody-else"}};
        if (world.by_name("hetzner", call.account(), machine.name, call.now_ms) == nullptr)
            world.add(foreign, nullptr, "planted", call.now_ms, with_id);
    }
    if (world.by_name("hetzner", call.account(), machine.name, call.now_ms) != nullptr)
        return error(409, "uniqueness_error", "server name is already used");
    if (world.living("hetzner", call.account(), call.now_ms) >= world.options.server_limit)
        return error(403, "resource_limit_exceeded", "server limit exceeded");

    auto& made = world.add(machine, call.fault, "create", call.now_ms, with_id);
    if (call.fault != nullptr && call.fault->duplicate)
        world.add(machine, call.fault, "duplicate", call.now_ms, with_id);

    json::object out;
    out["server"] = server_json(made, world.catalogue, call.now_ms);
    out["action"] = action_json(made, Deed::create, call.now_ms);
    json::array next;
    const auto* start = body.get_object().if_contains("start_after_create");
    if (start == nullptr || !start->is_bool() || start->get_bool())
        next.push_back(action_json(made, Deed::start, call.now_ms));
    out["next_actions"] = std::move(next);
    out["root_password"] = made.ssh_keys.empty() ? json::value(world.random.hex_digits(20).c_str())
                                                 : json::value(nullptr);
    return reply(out, 201);
}

Response list_servers(World& world, const Call& call, const Fields& query, PageAsked page) {
    std::vector<const Machine*> all;
    bool bad = false;
    const auto selector = field(query, "label_selector");
    if (!selector.empty()) selects(selector, {}, bad);
    if (bad) return invalid_input({{"label_selector", "invalid label selector"}});
    for (const auto* machine : mine(world, call)) {
        if (!machine->exists(call.view_ms())) continue;
        if (has_field(query, "name") && machine->name != field(query, "name")) continue;
        if (!selector.empty() && !selects(selector, machine->labels, bad)) continue;
        if (has_field(query, "status")) {
            const auto status = server_status(*machine, call.view_ms());
            const auto same = [&](const auto& one) {
                return one.first == "status" && one.second == status;
            };
            if (std::none_of(query.begin(), query.end(), same)) continue;
        }
        all.push_back(machine);
    }
    thin_out(all, call.fault, world.random);
    return page_reply("servers", all, page, call.fault, [&](const Machine* machine) {
        return server_json(*machine, world.catalogue, call.view_ms());
    });
}

Response get_server(World& world, const Call& call, const std::string& id) {
    const auto* machine = living(world, call, id);
    if (machine == nullptr) return not_found("server", id);
    json::object out;
    out["server"] = server_json(*machine, world.catalogue, call.view_ms());
    return reply(out);
}

Response delete_server(World& world, const Call& call, const std::string& id) {
    auto* machine = world.find("hetzner", call.account(), id);
    if (machine == nullptr || !machine->exists(call.now_ms)) return not_found("server", id);
    if (machine->phase(call.now_ms) == Phase::creating)
        return error(423, "locked", "server is locked by another action");
    world.destroy(*machine, call.now_ms);
    json::object out;
    out["action"] = action_json(*machine, Deed::remove, call.now_ms);
    return reply(out);
}

Response list_server_actions(World& world, const Call& call, const std::string& id,
                             PageAsked page) {
    const auto* machine = living(world, call, id);
    if (machine == nullptr) return not_found("server", id);
    std::vector<Deed> deeds;
    for (const auto deed : {Deed::create, Deed::start, Deed::remove})
        if (action_exists(*machine, deed, call.view_ms())) deeds.push_back(deed);
    thin_out(deeds, call.fault, world.random);
    return page_reply("actions", deeds, page, call.fault,
                      [&](Deed deed) { return action_json(*machine, deed, call.view_ms()); });
}

// Not in pages, and without a "meta": the document of the vendor has neither.
Response get_actions(World& world, const Call& call, const Fields& query) {
    std::vector<std::pair<const Machine*, Deed>> found;
    bool any = false;
    for (const auto& [key, value] : query) {
        if (key != "id") continue;
        any = true;
        const auto id = to_integer(value);
        if (!id) return invalid_input({{"id", "Not a valid integer."}});
        Deed deed{};
        const auto* machine =
            world.by_number("hetzner", call.account(), machine_of_action(*id, deed));
        if (machine != nullptr && action_exists(*machine, deed, call.view_ms()))
            found.emplace_back(machine, deed);
    }
    if (!any) return invalid_input({{"id", "Missing data for required field."}});
    thin_out(found, call.fault, world.random);
    json::array actions;
    for (const auto& [machine, deed] : found)
        actions.push_back(action_json(*machine, deed, call.view_ms()));
    json::object out;
    out["actions"] = std::move(actions);
    return reply(out);
}

Response get_action(World& world, const Call& call, const std::string& id) {
    Deed deed{};
    const auto number = machine_of_action(to_integer(id).value_or(0), deed);
    const auto* machine = world.by_number("hetzner", call.account(), number);
    if (machine == nullptr || !action_exists(*machine, deed, call.view_ms()))
        return not_found("action", id);
    json::object out;
    out["action"] = action_json(*machine, deed, call.view_ms());
    return reply(out);
}

Response list_primary_ips(World& world, const Call& call, const Fields& query, PageAsked page) {
    std::vector<const Machine*> all;
    for (const auto* machine : mine(world, call)) {
        const bool asked = !has_field(query, "ip") || field(query, "ip") == machine->address;
        if (machine->ipv4 && machine->exists(call.view_ms()) && asked) all.push_back(machine);
    }
    return page_reply("primary_ips", all, page, call.fault, [&](const Machine* machine) {
        return primary_ip_json(*machine, world.catalogue);
    });
}

}  // namespace fakecloud::hetzner
