// DigitalOcean API v2: who may ask, what was asked, and the lists. Droplets are in
// digitalocean_droplets.cpp.
#include "digitalocean.hpp"

#include <map>

#include "digitalocean_droplets.hpp"
#include "rate.hpp"

namespace fakecloud {

namespace {

using namespace digitalocean;

struct Route {
    const char *method, *path, *name, *verb;  // {} is one segment
    Effect effect;
};

const Route routes[] = {
    {"GET", "/v2/account", "account_get", "check", Effect::read},
    {"GET", "/v2/account/keys", "sshKeys_list", "keys", Effect::read},
    {"POST", "/v2/account/keys", "sshKeys_create", "keys", Effect::write},
    {"GET", "/v2/account/keys/{}", "sshKeys_get", "keys", Effect::read},
    {"DELETE", "/v2/account/keys/{}", "sshKeys_delete", "keys", Effect::destroy},
    {"GET", "/v2/sizes", "sizes_list", "offers", Effect::read},
    {"GET", "/v2/regions", "regions_list", "offers", Effect::read},
    {"GET", "/v2/images", "images_list", "images", Effect::read},
    {"GET", "/v2/images/{}", "images_get", "images", Effect::read},
    {"GET", "/v2/droplets", "droplets_list", "list", Effect::read},
    {"POST", "/v2/droplets", "droplets_create", "create", Effect::write},
    {"DELETE", "/v2/droplets", "droplets_destroy_byTag", "delete", Effect::destroy},
    {"GET", "/v2/droplets/{}", "droplets_get", "get", Effect::read},
    {"DELETE", "/v2/droplets/{}", "droplets_destroy", "delete", Effect::destroy},
    {"GET", "/v2/droplets/{}/actions", "dropletActions_list", "actions", Effect::read},
    {"GET", "/v2/droplets/{}/actions/{}", "dropletActions_get", "actions", Effect::read},
    {"GET", "/v2/actions", "actions_list", "actions", Effect::read},
    {"GET", "/v2/actions/{}", "actions_get", "actions", Effect::read},
    {"GET", "/v2/tags", "tags_list", "other", Effect::read},
    {"POST", "/v2/tags", "tags_create", "other", Effect::write},
    {"GET", "/v2/tags/{}", "tags_get", "other", Effect::read},
    {"DELETE", "/v2/tags/{}", "tags_delete", "other", Effect::destroy},
};

const Route* route_of(std::string_view method, std::string_view path,
                      std::vector<std::string>* ids) {
    if (path.size() > 1 && path.back() == '/') path.remove_suffix(1);  // the vendor takes both
    const auto parts = split(path, '/');
    for (const auto& route : routes) {
        const auto pattern = split(route.path, '/');
        if (method != route.method || pattern.size() != parts.size()) continue;
        bool same = true;
        std::vector<std::string> found;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (pattern[i] == "{}" && !parts[i].empty())
                found.push_back(percent_decode(parts[i], false));
            else if (pattern[i] != parts[i])
                same = false;
        }
        if (!same) continue;
        if (ids != nullptr) *ids = found;
        return &route;
    }
    return nullptr;
}

class DigitalOcean final : public Vendor {
public:
    explicit DigitalOcean(World& world) : world_(world) {}

    std::string_view name() const override { return "digitalocean"; }

    std::string claimed_credential(const Request& request) const override {
        return bearer_token(request);
    }

    Operation identify(const Request& request, const std::string& path) const override {
        const auto* route = route_of(request.method, path, nullptr);
        if (route == nullptr) {
            const auto effect = request.method == "GET" ? Effect::read : Effect::write;
            return {request.method + " " + path, "other", effect, {}, {}};
        }
        Operation out{route->name, route->verb, route->effect, {}, {}};
        if (out.verb == "create") {
            json::error_code failed;
            const auto body = json::parse(request.body, failed);
            if (!failed && body.is_object()) {
                const auto& object = body.get_object();
                if (const auto* size = object.if_contains("size"); size && size->is_string())
                    out.type = size->get_string().c_str();
                if (const auto* place = object.if_contains("region"); place && place->is_string())
                    out.region = place->get_string().c_str();
            }
        }
        return out;
    }

    std::optional<Response> refuse(Call& call) override {
        const auto token = bearer_token(call.request);
        for (const auto& credential : world_.options.credentials)
            if (credential.vendor == "digitalocean" && constant_time_equal(credential.token, token))
                call.credential = &credential;
        if (call.credential == nullptr)
            return error(401, "Unauthorized", "Unable to authenticate you", world_);
        if (world_.options.rate_limits) {
            auto& limits = limits_[call.account()];
            const auto now = call.now_ms;
            if (limits.hour.full(now)) return too_many();
            if (limits.minute.full(now)) return too_many(limits.minute.oldest_leaves_ms(now) - now);
            if (call.operation.name == "sshKeys_list") {
                if (limits.keys.full(now)) return too_many(limits.keys.oldest_leaves_ms(now) - now);
                limits.keys.add(now);
            }
            limits.hour.add(now);
            limits.minute.add(now);
        }
        if (call.credential->read_only && call.operation.effect != Effect::read)
            return error(403, "forbidden", "You are not authorized to perform this operation",
                         world_);
        return std::nullopt;
    }

    void finish(Response& response, const Call& call) override {
        response.headers.emplace_back("x-request-id", world_.random.uuid());
        if (call.credential == nullptr || !world_.options.rate_limits) return;
        auto& hour = limits_[call.account()].hour;
        response.headers.emplace_back("ratelimit-limit", std::to_string(hour.limit()));
        response.headers.emplace_back("ratelimit-remaining", std::to_string(hour.remaining()));
        response.headers.emplace_back(
            "ratelimit-reset", std::to_string((hour.oldest_leaves_ms(call.now_ms) + 999) / 1000));
    }

    Response perform(Call& call) override {
        std::vector<std::string> ids;
        if (route_of(call.request.method, call.path, &ids) == nullptr) return not_found(world_);
        const auto& operation = call.operation.name;
        const auto query = parse_form(call.request.query());
        PageAsked page;
        if (!read_page(query, page))
            return error(400, "bad_request", "page and per_page must be positive numbers", world_);

        if (operation == "droplets_create") return create_droplets(world_, call);
        if (operation == "droplets_list") return list_droplets(world_, call, query, page);
        if (operation == "droplets_get") return get_droplet(world_, call, ids[0]);
        if (operation == "droplets_destroy") return delete_droplet(world_, call, ids[0]);
        if (operation == "droplets_destroy_byTag") return delete_by_tag(world_, call, query);
        if (operation == "dropletActions_list") return list_actions(world_, call, ids[0], page);
        if (operation == "dropletActions_get") return get_action(world_, call, ids[1]);
        if (operation == "actions_list") return list_actions(world_, call, {}, page);
        if (operation == "actions_get") return get_action(world_, call, ids[0]);
        if (operation == "tags_list") return list_tags(world_, call, page);
        if (operation == "tags_create") return create_tag(world_, call);
        if (operation == "tags_get") return get_tag(world_, call, ids[0]);
        if (operation == "tags_delete") return delete_tag(world_, call, ids[0]);
        if (operation == "account_get") return account();
        if (call.operation.verb == "keys") return keys(call, operation, ids, page);
        return catalogue(call, operation, ids, query, page);
    }

    Response injected_error(const Fault& fault, const Call& call) override {
        const auto text = [&](const char* usual) {
            return fault.message.empty() ? usual : fault.message.c_str();
        };
        if (!fault.code.empty())
            return error(fault.status.value_or(422), fault.code, text("injected by fakecloud"),
                         world_);
        if (fault.error == "out_of_stock")
            return out_of_stock(text("Size is not available in this region."), call);
        if (fault.error == "rate_limited") return too_many(30'000);
        struct Named {
            const char* name;
            int status;
            const char *id, *message;
        };
        static const Named all[] = {
            {"quota_reached", 422, "unprocessable_entity",
             "creating this/these droplet(s) will exceed your droplet limit"},
            {"unavailable", 503, "service_unavailable", "Server Error"},
            {"denied", 403, "forbidden", "You are not authorized to perform this operation"},
            {"unauthorized", 401, "Unauthorized", "Unable to authenticate you"},
            {"expired_token", 401, "Unauthorized", "Unable to authenticate you"},
            {"invalid", 422, "unprocessable_entity",
             "You specified an invalid size for Droplet creation."},
            {"conflict", 409, "conflict", "The request could not be completed due to a conflict."},
            {"locked", 422, "unprocessable_entity", "Droplet already has a pending event."},
            {"not_found", 404, "not_found", "The resource you were accessing could not be found."},
            {"unknown_code", 418, "flux_misaligned", "the flux is misaligned"},
        };
        for (const auto& named : all)
            if (fault.error == named.name)
                return error(named.status, named.id, text(named.message), world_);
        return error(500, "server_error", "Unexpected server-side error", world_);
    }

private:
    struct Limits {
        SlidingWindow hour{5000, 3'600'000}, minute{250, 60'000}, keys{10, 60'000};
    };

    Response too_many(std::int64_t wait_ms = -1) {
        auto response = error(429, "too_many_requests", "API rate limit exceeded.", world_);
        if (wait_ms >= 0)  // only the burst limit says when to come back
            response.headers.emplace_back("retry-after", std::to_string((wait_ms + 999) / 1000));
        return response;
    }

    Response out_of_stock(const char* message, const Call& call) {
        json::object body, attributes;
        body["id"] = "unprocessable_entity";
        body["message"] = message;
        body["request_id"] = world_.random.uuid();
        json::array elsewhere;
        for (const auto& region : world_.catalogue.digitalocean_regions)
            if (region.slug != call.operation.region) elsewhere.emplace_back(region.slug);
        attributes["available_regions"] = std::move(elsewhere);
        body["error_attributes"] = std::move(attributes);
        auto response = reply(body, 422);
        response.error_code = "unprocessable_entity";
        return response;
    }

    Response account() {
        json::object account, team, body;
        account["droplet_limit"] = world_.options.server_limit;
        account["floating_ip_limit"] = 5;
        account["email"] = "sammy@example.com";
        account["name"] = "Sammy the Shark";
        account["uuid"] = "b6fr89dbf6d9156cace5f3c78dc9851d957381ef";
        account["email_verified"] = true;
        account["status"] = "active";
        account["status_message"] = "";
        team["uuid"] = "5df3e3004a17e242b7c20ca6c9fc25b701a47ece";
        team["name"] = "My Team";
        account["team"] = std::move(team);
        body["account"] = std::move(account);
        return reply(body);
    }

    Response catalogue(const Call& call, const std::string& operation,
                       const std::vector<std::string>& ids, const Fields& query, PageAsked page) {
        const auto& shop = world_.catalogue;
        const auto pointers = [](const auto& items) {
            std::vector<decltype(&items.front())> out;
            for (const auto& item : items) out.push_back(&item);
            return out;
        };
        if (operation == "sizes_list") {
            auto all = pointers(shop.sizes);
            thin_out(all, call.fault, world_.random);
            return page_reply("sizes", all, page, call,
                              [&](const auto* size) { return size_json(*size, shop, call.fault); });
        }
        if (operation == "regions_list") {
            auto all = pointers(shop.digitalocean_regions);
            thin_out(all, call.fault, world_.random);
            return page_reply("regions", all, page, call, [&](const auto* region) {
                return region_json(*region, shop, call.fault);
            });
        }
        if (operation == "images_get") {
            for (const auto& image : shop.digitalocean_images) {
                if (image.slug != ids[0] && std::to_string(image.id) != ids[0]) continue;
                json::object body;
                body["image"] = image_json(image, shop);
                return reply(body);
            }
            return not_found(world_);
        }
        auto all = pointers(shop.digitalocean_images);
        if (field(query, "type") == "application" || field(query, "private") == "true" ||
            has_field(query, "tag_name"))
            all.clear();
        thin_out(all, call.fault, world_.random);
        return page_reply("images", all, page, call,
                          [&](const auto* image) { return image_json(*image, shop); });
    }

    Response keys(const Call& call, const std::string& operation,
                  const std::vector<std::string>& ids, PageAsked page) {
        const auto mine = [&](const SshKey& key) {
            return key.vendor == "digitalocean" && key.account == call.account();
        };
        if (operation == "sshKeys_create") return create_key(call);
        if (operation == "sshKeys_list") {
            std::vector<const SshKey*> all;
            for (const auto& key : world_.keys)
                if (mine(key)) all.push_back(&key);
            thin_out(all, call.fault, world_.random);
            return page_reply("ssh_keys", all, page, call,
                              [](const SshKey* key) { return key_json(*key); });
        }
        for (auto it = world_.keys.begin(); it != world_.keys.end(); ++it) {
            if (!mine(*it) || (std::to_string(it->id) != ids[0] && it->fingerprint != ids[0]))
                continue;
            if (operation == "sshKeys_delete") {
                world_.keys.erase(it);
                return no_content();
            }
            json::object body;
            body["ssh_key"] = key_json(*it);
            return reply(body);
        }
        return not_found(world_);
    }

    Response create_key(const Call& call) {
        json::error_code failed;
        const auto body = json::parse(call.request.body, failed);
        if (failed || !body.is_object())
            return error(400, "bad_request", "error parsing request body", world_);
        const auto text = [&](const char* name) -> std::string {
            const auto* value = body.get_object().if_contains(name);
            return value != nullptr && value->is_string() ? value->get_string().c_str() : "";
        };
        SshKey key{"digitalocean", call.account(), {}, 0, text("name"), text("public_key"), {}, {},
                   call.now_ms};
        if (key.name.empty()) return unprocessable("Name can't be blank", world_);
        const auto fingerprint = ssh_fingerprint(key.public_key);
        if (!fingerprint)
            return unprocessable("Key invalid, key should be a valid public key", world_);
        key.fingerprint = *fingerprint;
        for (const auto& other : world_.keys)
            if (other.vendor == key.vendor && other.account == key.account &&
                other.fingerprint == key.fingerprint)
                return unprocessable("SSH Key is already in use on your account", world_);
        key.id = 43'000'000 + world_.next_id();
        world_.keys.push_back(key);
        json::object out;
        out["ssh_key"] = key_json(key);
        return reply(out, 201);
    }

    World& world_;
    std::map<std::string, Limits> limits_;  // by account
};

}  // namespace

std::unique_ptr<Vendor> make_digitalocean(World& world) {
    return std::make_unique<DigitalOcean>(world);
}

}  // namespace fakecloud
