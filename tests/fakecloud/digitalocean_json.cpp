#include "digitalocean_json.hpp"

#include <algorithm>

namespace fakecloud::digitalocean {

namespace {

constexpr std::int64_t first_action = 2'500'000'000;

json::array slugs(const std::vector<DigitalOceanRegion>& regions) {
    json::array out;
    for (const auto& region : regions) out.emplace_back(region.slug);
    return out;
}

json::array disk_info(std::int64_t gib) {
    json::object amount, disk;
    amount["amount"] = gib;
    amount["unit"] = "gib";
    disk["type"] = "local";
    disk["size"] = std::move(amount);
    json::array out;
    out.push_back(std::move(disk));
    return out;
}

}  // namespace

Response reply(const json::value& body, int status) {
    Response response;
    response.status = status;
    response.body = json_text(body);
    return response;
}

Response no_content() {
    Response response;
    response.status = 204;
    response.content_type.clear();
    return response;
}

Response error(int status, std::string_view id, std::string_view message, World& world) {
    json::object body;
    body["id"] = id;
    body["message"] = message;
    body["request_id"] = world.random.uuid();
    auto response = reply(body, status);
    response.error_code = id;
    return response;
}

Response unprocessable(std::string_view message, World& world) {
    return error(422, "unprocessable_entity", message, world);
}

Response not_found(World& world) {
    return error(404, "not_found", "The resource you were accessing could not be found.", world);
}

json::object size_json(const DigitalOceanSize& size, const Catalogue& catalogue,
                       const Fault* fault) {
    json::object out;
    out["slug"] = size.slug;
    out["memory"] = size.memory_mb;
    out["vcpus"] = size.vcpus;
    out["disk"] = size.disk_gb;
    out["transfer"] = to_double(size.transfer_tb);
    out["price_monthly"] = to_double(size.monthly);
    out["price_hourly"] = to_double(size.hourly);
    out["regions"] = slugs(catalogue.digitalocean_regions);
    out["available"] = fault == nullptr || !fault->hide_stock;
    out["description"] = size.description;
    out["disk_info"] = disk_info(size.disk_gb);
    return out;
}

json::object region_json(const DigitalOceanRegion& region, const Catalogue& catalogue,
                         const Fault* fault) {
    json::object out;
    out["name"] = region.name;
    out["slug"] = region.slug;
    json::array features, sizes;
    for (const char* feature :
         {"backups", "ipv6", "metadata", "install_agent", "storage", "image_transfer"})
        features.emplace_back(feature);
    out["features"] = std::move(features);
    out["available"] = fault == nullptr || !fault->hide_stock;
    for (const auto& size : catalogue.sizes) sizes.emplace_back(size.slug);
    out["sizes"] = std::move(sizes);
    return out;
}

json::object image_json(const DigitalOceanImage& image, const Catalogue& catalogue) {
    json::object out;
    out["id"] = image.id;
    out["name"] = image.name;
    out["distribution"] = image.distribution;
    out["slug"] = image.slug;
    out["public"] = true;
    out["regions"] = slugs(catalogue.digitalocean_regions);
    out["created_at"] = "2026-05-11T15:31:18Z";
    out["min_disk_size"] = image.min_disk_gb;
    out["type"] = "base";
    out["size_gigabytes"] = 0.67;
    out["description"] = image.distribution + " " + image.name;
    out["tags"] = json::array();
    out["status"] = "available";
    return out;
}

json::object key_json(const SshKey& key) {
    json::object out;
    out["id"] = key.id;
    out["fingerprint"] = key.fingerprint;
    out["public_key"] = key.public_key;
    out["name"] = key.name;
    return out;
}

bool tags_visible(const Machine& machine, const World& world, std::int64_t at_ms) {
    return at_ms >= machine.created_ms + world.options.tag_lag_ms;
}

json::object droplet_json(const Machine& machine, const World& world, std::int64_t at_ms) {
    const auto& shop = world.catalogue;
    const auto* size = shop.size(machine.type);
    const auto phase = machine.phase(at_ms);
    const bool up =
        phase == Phase::running || (phase == Phase::deleting && at_ms >= machine.running_ms);
    json::object out;
    out["id"] = std::stoll(machine.id);
    out["name"] = machine.name;
    out["memory"] = size->memory_mb;
    out["vcpus"] = size->vcpus;
    out["disk"] = size->disk_gb;
    out["disk_info"] = disk_info(size->disk_gb);
    out["locked"] = (!up && phase != Phase::stopped) || phase == Phase::deleting;
    out["status"] = phase == Phase::stopped ? "off" : up ? "active" : "new";
    out["kernel"] = nullptr;
    out["created_at"] = iso_time(machine.created_ms);
    json::array features;
    features.emplace_back("droplet_agent");
    out["features"] = std::move(features);
    out["backup_ids"] = json::array();
    out["next_backup_window"] = nullptr;
    out["snapshot_ids"] = json::array();
    for (const auto& image : shop.digitalocean_images)
        if (image.slug == machine.image) out["image"] = image_json(image, shop);
    out["volume_ids"] = json::array();
    out["size"] = size_json(*size, shop, nullptr);
    out["size_slug"] = size->slug;
    json::object networks;
    json::array v4;
    if (phase != Phase::creating) {  // addresses come while it boots, the private one first
        const auto address = [&](const std::string& ip, const char* netmask, const char* gateway,
                                 const char* type) {
            json::object entry;
            entry["ip_address"] = ip;
            entry["netmask"] = netmask;
            entry["gateway"] = gateway;
            entry["type"] = type;
            v4.push_back(std::move(entry));
        };
        address(machine.private_address, "255.255.240.0", "10.0.0.1", "private");
        address(machine.address, "255.0.0.0", "127.0.0.1", "public");
    }
    networks["v4"] = std::move(v4);
    networks["v6"] = json::array();
    out["networks"] = std::move(networks);
    for (const auto& region : shop.digitalocean_regions)
        if (region.slug == machine.region) out["region"] = region_json(region, shop, nullptr);
    json::array tags;
    if (tags_visible(machine, world, at_ms))
        for (const auto& tag : machine.tags) tags.emplace_back(tag);
    out["tags"] = std::move(tags);
    out["vpc_uuid"] = "760e09ef-dc84-11e8-981e-3cfdfeaae000";
    return out;
}

std::int64_t create_action_id(const Machine& machine) {
    return first_action + static_cast<std::int64_t>(machine.number);
}

std::uint64_t machine_of_action(std::int64_t id) {
    return id > first_action ? static_cast<std::uint64_t>(id - first_action) : 0;
}

json::object create_action_json(const Machine& machine, const World& world, std::int64_t at_ms) {
    const std::int64_t ends = std::min(machine.running_ms, machine.failed_ms);
    const bool done = at_ms >= ends;
    json::object out;
    out["id"] = create_action_id(machine);
    out["status"] = !done ? "in-progress" : ends == machine.failed_ms ? "errored" : "completed";
    out["type"] = "create";
    out["started_at"] = iso_time(machine.created_ms);
    out["completed_at"] = done ? json::value(iso_time(ends)) : json::value(nullptr);
    out["resource_id"] = std::stoll(machine.id);
    out["resource_type"] = "droplet";
    for (const auto& region : world.catalogue.digitalocean_regions)
        if (region.slug == machine.region)
            out["region"] = region_json(region, world.catalogue, nullptr);
    out["region_slug"] = machine.region;
    return out;
}

bool read_page(const Fields& query, PageAsked& page) {
    if (has_field(query, "page")) {
        const auto number = to_integer(field(query, "page"));
        if (!number || *number < 1) return false;
        page.number = *number;
    }
    if (has_field(query, "per_page")) {
        const auto size = to_integer(field(query, "per_page"));
        if (!size || *size < 1) return false;
        page.size = std::min<std::int64_t>(*size, 200);
    }
    return true;
}

std::string public_url(const Request& request, const std::string& path) {
    return "http://" + request.header("host") + "/digitalocean" + path;
}

}  // namespace fakecloud::digitalocean
