#include "digitalocean_droplets.hpp"

#include <algorithm>

namespace fakecloud::digitalocean {

namespace {

// ^[a-zA-Z0-9]?[a-z0-9A-Z.\-]*[a-z0-9A-Z]$, at most 255
bool valid_name(std::string_view name) {
    if (name.empty() || name.size() > 255) return false;
    for (unsigned char c : name)
        if (std::isalnum(c) == 0 && c != '.' && c != '-') return false;
    return std::isalnum(static_cast<unsigned char>(name.back())) != 0;
}

bool valid_tag(std::string_view tag) {
    if (tag.empty() || tag.size() > 255) return false;
    for (unsigned char c : tag)
        if (std::isalnum(c) == 0 && c != '_' && c != '-' && c != ':') return false;
    return true;
}

std::string text_of(const json::object& body, const char* name) {
    const auto* value = body.if_contains(name);
    if (value == nullptr) return {};
    if (value->is_string()) return value->get_string().c_str();
    if (value->is_int64()) return std::to_string(value->get_int64());
    return {};
}

bool is_mine(const Machine& machine, const Call& call) {
    return machine.vendor == "digitalocean" && machine.account == call.account();
}

bool has_tag(const Machine& machine, const std::string& tag) {
    // DigitalOcean compares tags without regard to case.
    return std::any_of(machine.tags.begin(), machine.tags.end(),
                       [&](const auto& own) { return same_name(own, tag); });
}

// Fills `machine` (all but its name); the sentence that refuses it, or nothing.
std::string read_droplet(const json::object& body, World& world, const Call& call,
                         Machine& machine) {
    const auto& shop = world.catalogue;
    const auto size = text_of(body, "size"), image = text_of(body, "image");
    if (size.empty() || shop.size(size) == nullptr)
        return "You specified an invalid size for Droplet creation.";
    machine.type = size;
    machine.region = body.contains("region") ? text_of(body, "region") : "nyc3";
    const auto& regions = shop.digitalocean_regions;
    if (std::none_of(regions.begin(), regions.end(),
                     [&](const auto& region) { return region.slug == machine.region; }))
        return "You specified an invalid region for Droplet creation.";
    for (const auto& one : shop.digitalocean_images)
        if (one.slug == image || std::to_string(one.id) == image) machine.image = one.slug;
    if (machine.image.empty()) return "You specified an invalid image for Droplet creation.";

    if (const auto* keys = body.if_contains("ssh_keys"); keys != nullptr && !keys->is_null()) {
        if (!keys->is_array()) return "ssh_keys must be an array";
        for (const auto& item : keys->get_array()) {
            const std::string wanted = item.is_string()  ? item.get_string().c_str()
                                       : item.is_int64() ? std::to_string(item.get_int64())
                                                         : "";
            const auto found =
                std::find_if(world.keys.begin(), world.keys.end(), [&](const auto& key) {
                    return key.vendor == "digitalocean" && key.account == call.account() &&
                           (key.fingerprint == wanted || std::to_string(key.id) == wanted);
                });
            if (found == world.keys.end())
                return wanted + " are invalid key identifiers for Droplet creation.";
            machine.ssh_keys.push_back(found->public_key);
        }
    }
    if (const auto* tags = body.if_contains("tags"); tags != nullptr && !tags->is_null()) {
        if (!tags->is_array()) return "tags must be an array";
        for (const auto& tag : tags->get_array()) {
            if (!tag.is_string() || !valid_tag(tag.get_string().c_str()))
                return "Tag name can only contain letters, numbers, colons, dashes and underscores "
                       "and must be at most 255 characters";
            machine.tags.emplace_back(tag.get_string().c_str());
        }
    }
    if (const auto* data = body.if_contains("user_data"); data != nullptr && !data->is_null()) {
        if (!data->is_string()) return "user_data must be plain text";
        if (data->get_string().size() > 65536) return "User data is too long (maximum is 64 KiB)";
        machine.user_data = data->get_string().c_str();
    }
    for (const char* flag : {"backups", "ipv6", "monitoring", "private_networking",
                             "with_droplet_agent", "public_networking"})
        if (const auto* value = body.if_contains(flag);
            value != nullptr && !value->is_bool() && !value->is_null())
            return std::string(flag) + " must be a boolean";
    return {};
}

std::vector<std::string> read_names(const json::object& body) {
    std::vector<std::string> names;
    if (const auto* many = body.if_contains("names"); many != nullptr && many->is_array()) {
        for (const auto& name : many->get_array())
            names.emplace_back(name.is_string() ? name.get_string().c_str() : "");
    } else {
        names.push_back(text_of(body, "name"));
    }
    return names;
}

std::vector<Machine*> tagged(World& world, const Call& call, const std::string& tag,
                             std::int64_t at_ms) {
    std::vector<Machine*> out;
    for (auto& machine : world.machines())
        if (is_mine(machine, call) && machine.exists(at_ms) &&
            tags_visible(machine, world, at_ms) && has_tag(machine, tag))
            out.push_back(&machine);
    return out;
}

json::object tag_json(World& world, const Call& call, const std::string& name) {
    const auto carriers = tagged(world, call, name, call.view_ms());
    json::object droplets, resources, out;
    droplets["count"] = carriers.size();
    resources["count"] = carriers.size();
    if (!carriers.empty()) {
        const auto uri = public_url(call.request, "/v2/droplets/" + carriers.back()->id);
        droplets["last_tagged_uri"] = uri;
        resources["last_tagged_uri"] = uri;
    }
    resources["droplets"] = std::move(droplets);
    for (const char* kind : {"images", "volumes", "volume_snapshots", "databases"}) {
        json::object none;
        none["count"] = 0;
        resources[kind] = std::move(none);
    }
    out["name"] = name;
    out["resources"] = std::move(resources);
    return out;
}

void remember_tag(World& world, const Call& call, const std::string& name) {
    auto& names = world.made_tags[call.account()];
    if (std::none_of(names.begin(), names.end(),
                     [&](const auto& own) { return same_name(own, name); }))
        names.push_back(name);
}

}  // namespace

Response create_droplets(World& world, const Call& call) {
    json::error_code failed;
    const auto body = json::parse(call.request.body, failed);
    if (failed || !body.is_object())
        return error(400, "bad_request", "error parsing request body", world);
    const auto& object = body.get_object();
    Machine machine;
    machine.vendor = "digitalocean";
    machine.account = call.account();
    const auto names = read_names(object);
    for (const auto& name : names) {
        if (name.empty()) return unprocessable("Name can't be blank", world);
        if (!valid_name(name))
            return unprocessable(
                "Name Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)", world);
    }
    if (names.empty() || names.size() > 10)
        return unprocessable("you may create between 1 and 10 droplets at once", world);
    if (const auto refusal = read_droplet(object, world, call, machine); !refusal.empty())
        return unprocessable(refusal, world);
    if (world.living("digitalocean", call.account(), call.now_ms) + static_cast<int>(names.size()) >
        world.options.server_limit)
        return unprocessable("creating this/these droplet(s) will exceed your droplet limit",
                             world);

    const auto with_id = [](Machine& made) { made.id = std::to_string(520'000'000 + made.number); };
    json::array droplets, actions;
    for (const auto& name : names) {
        machine.name = name;
        if (call.fault != nullptr && call.fault->name_taken) {
            Machine foreign = machine;  // legal here: names are not unique
            foreign.tags = {"owner:somebody-else"};
            world.add(foreign, nullptr, "planted", call.now_ms, with_id);
        }
        const auto& made = world.add(machine, call.fault, "create", call.now_ms, with_id);
        if (call.fault != nullptr && call.fault->duplicate)
            world.add(machine, call.fault, "duplicate", call.now_ms, with_id);
        droplets.push_back(droplet_json(made, world, call.now_ms));
        json::object action;
        action["id"] = create_action_id(made);
        action["rel"] = names.size() > 1 ? "multiple_create" : "create";
        action["href"] =
            public_url(call.request, "/v2/actions/" + std::to_string(create_action_id(made)));
        actions.push_back(std::move(action));
    }
    for (const auto& tag : machine.tags) remember_tag(world, call, tag);
    json::object out, links;
    links["actions"] = std::move(actions);
    if (object.contains("names"))
        out["droplets"] = std::move(droplets);
    else
        out["droplet"] = std::move(droplets[0]);
    out["links"] = std::move(links);
    return reply(out, 202);
}

Response list_droplets(World& world, const Call& call, const Fields& query, PageAsked page) {
    std::vector<const Machine*> all;
    const auto at = call.view_ms();
    for (const auto& machine : world.machines()) {
        if (!is_mine(machine, call) || !machine.exists(at)) continue;
        if (has_field(query, "name") && !same_name(machine.name, field(query, "name"))) continue;
        if (has_field(query, "tag_name") &&
            (!tags_visible(machine, world, at) || !has_tag(machine, field(query, "tag_name"))))
            continue;
        if (field(query, "type") == "gpus" && machine.type.rfind("gpu-", 0) != 0) continue;
        all.push_back(&machine);
    }
    thin_out(all, call.fault, world.random);
    return page_reply("droplets", all, page, call,
                      [&](const Machine* machine) { return droplet_json(*machine, world, at); });
}

Response get_droplet(World& world, const Call& call, const std::string& id) {
    const auto* machine = world.find("digitalocean", call.account(), id);
    if (machine == nullptr || !machine->exists(call.view_ms())) return not_found(world);
    json::object out;
    out["droplet"] = droplet_json(*machine, world, call.view_ms());
    return reply(out);
}

Response delete_droplet(World& world, const Call& call, const std::string& id) {
    auto* machine = world.find("digitalocean", call.account(), id);
    if (machine == nullptr || !machine->exists(call.now_ms)) return not_found(world);
    // While it is being created. A creation that hangs gives up its lock after the usual time.
    const auto phase = machine->phase(call.now_ms);
    if (phase == Phase::creating)
        return unprocessable("Droplet already has a pending event.", world);
    world.destroy(*machine, call.now_ms);
    return no_content();
}

Response delete_by_tag(World& world, const Call& call, const Fields& query) {
    const auto tag = field(query, "tag_name");
    if (tag.empty()) return error(400, "bad_request", "tag_name is required", world);
    for (auto* machine : tagged(world, call, tag, call.now_ms))
        world.destroy(*machine, call.now_ms);
    return no_content();
}

Response list_actions(World& world, const Call& call, const std::string& droplet, PageAsked page) {
    std::vector<const Machine*> all;
    for (const auto& machine : world.machines())
        if (is_mine(machine, call) && call.view_ms() >= machine.created_ms &&
            (droplet.empty() || machine.id == droplet))
            all.push_back(&machine);
    if (!droplet.empty() && (all.empty() || !all[0]->exists(call.view_ms())))
        return not_found(world);
    thin_out(all, call.fault, world.random);
    return page_reply("actions", all, page, call, [&](const Machine* machine) {
        return create_action_json(*machine, world, call.view_ms());
    });
}

Response get_action(World& world, const Call& call, const std::string& id) {
    const auto number = machine_of_action(to_integer(id).value_or(0));
    const auto* machine = world.by_number("digitalocean", call.account(), number);
    if (machine == nullptr || call.view_ms() < machine->created_ms) return not_found(world);
    json::object out;
    out["action"] = create_action_json(*machine, world, call.view_ms());
    return reply(out);
}

Response list_tags(World& world, const Call& call, PageAsked page) {
    const auto all = world.made_tags[call.account()];
    return page_reply("tags", all, page, call,
                      [&](const std::string& name) { return tag_json(world, call, name); });
}

Response get_tag(World& world, const Call& call, const std::string& name) {
    for (const auto& own : world.made_tags[call.account()]) {
        if (!same_name(own, name)) continue;
        json::object out;
        out["tag"] = tag_json(world, call, own);
        return reply(out);
    }
    return not_found(world);
}

Response create_tag(World& world, const Call& call) {
    json::error_code failed;
    const auto body = json::parse(call.request.body, failed);
    const auto name = !failed && body.is_object() ? text_of(body.get_object(), "name") : "";
    if (!valid_tag(name)) return unprocessable("Tag name is invalid", world);
    remember_tag(world, call, name);
    json::object out;
    out["tag"] = tag_json(world, call, name);
    return reply(out, 201);
}

Response delete_tag(World& world, const Call& call, const std::string& name) {
    auto& names = world.made_tags[call.account()];
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](const auto& own) { return same_name(own, name); });
    if (found == names.end()) return not_found(world);
    names.erase(found);
    for (auto& machine : world.machines())
        if (is_mine(machine, call))
            machine.tags.erase(
                std::remove_if(machine.tags.begin(), machine.tags.end(),
                               [&](const auto& own) { return same_name(own, name); }),
                machine.tags.end());
    return no_content();
}

}  // namespace fakecloud::digitalocean
