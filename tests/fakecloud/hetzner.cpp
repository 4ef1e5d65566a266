// Hetzner Cloud API v1: who may ask, what was asked, and the lists. Servers are in
// hetzner_servers.cpp.
#include "hetzner.hpp"

#include <map>

#include "encoding.hpp"
#include "hetzner_json.hpp"
#include "hetzner_servers.hpp"
#include "rate.hpp"

namespace fakecloud {

namespace {

using namespace hetzner;

struct Route {
    const char *method, *path, *name, *verb;  // a path's {id} is one segment of digits
    Effect effect;
};

const Route routes[] = {
    {"GET", "/v1/servers", "list_servers", "list", Effect::read},
    {"POST", "/v1/servers", "create_server", "create", Effect::write},
    {"GET", "/v1/servers/{id}", "get_server", "get", Effect::read},
    {"DELETE", "/v1/servers/{id}", "delete_server", "delete", Effect::destroy},
    {"GET", "/v1/servers/{id}/actions", "list_server_actions", "actions", Effect::read},
    {"GET", "/v1/servers/actions/{id}", "get_servers_action", "actions", Effect::read},
    {"GET", "/v1/actions", "get_actions", "actions", Effect::read},
    {"GET", "/v1/actions/{id}", "get_action", "actions", Effect::read},
    {"GET", "/v1/server_types", "list_server_types", "offers", Effect::read},
    {"GET", "/v1/server_types/{id}", "get_server_type", "offers", Effect::read},
    {"GET", "/v1/locations", "list_locations", "offers", Effect::read},
    {"GET", "/v1/locations/{id}", "get_location", "offers", Effect::read},
    {"GET", "/v1/pricing", "get_pricing", "offers", Effect::read},
    {"GET", "/v1/images", "list_images", "images", Effect::read},
    {"GET", "/v1/images/{id}", "get_image", "images", Effect::read},
    {"GET", "/v1/ssh_keys", "list_ssh_keys", "keys", Effect::read},
    {"POST", "/v1/ssh_keys", "create_ssh_key", "keys", Effect::write},
    {"GET", "/v1/ssh_keys/{id}", "get_ssh_key", "keys", Effect::read},
    {"DELETE", "/v1/ssh_keys/{id}", "delete_ssh_key", "keys", Effect::destroy},
    {"GET", "/v1/primary_ips", "list_primary_ips", "other", Effect::read},
};

bool matches(std::string_view pattern, std::string_view path, std::string* id) {
    const auto brace = pattern.find("{id}");
    if (brace == std::string_view::npos) return pattern == path;
    const auto tail = pattern.substr(brace + 4);
    if (path.size() < brace + tail.size() + 1 ||
        path.substr(0, brace) != pattern.substr(0, brace) ||
        path.substr(path.size() - tail.size()) != tail)
        return false;
    const auto middle = path.substr(brace, path.size() - brace - tail.size());
    if (!to_integer(middle)) return false;
    if (id != nullptr) *id = middle;
    return true;
}

const Route* route_of(std::string_view method, std::string_view path, std::string* id) {
    for (const auto& route : routes)
        if (method == route.method && matches(route.path, path, id)) return &route;
    return nullptr;
}

class HetznerCloud final : public Vendor {
public:
    explicit HetznerCloud(World& world) : world_(world) {}

    std::string_view name() const override { return "hetzner"; }

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
                if (const auto* type = object.if_contains("server_type"); type && type->is_string())
                    out.type = type->get_string().c_str();
                if (const auto* place = object.if_contains("location"); place && place->is_string())
                    out.region = place->get_string().c_str();
            }
        }
        return out;
    }

    std::optional<Response> refuse(Call& call) override {
        const auto token = bearer_token(call.request);
        for (const auto& credential : world_.options.credentials)
            if (credential.vendor == "hetzner" && constant_time_equal(credential.token, token))
                call.credential = &credential;
        if (call.credential == nullptr) return error(401, "unauthorized", "unable to authenticate");
        if (world_.options.rate_limits) {
            auto& bucket = buckets_.try_emplace(call.account(), 3600, 1).first->second;
            if (!bucket.take(call.now_ms))
                return error(429, "rate_limit_exceeded", "limit of 3600 requests per hour reached");
        }
        if (call.credential->read_only && call.operation.effect != Effect::read)
            return error(401, "token_readonly", "token is only allowed to perform GET requests");
        return std::nullopt;
    }

    void finish(Response& response, const Call& call) override {
        response.headers.emplace_back("X-Correlation-Id", world_.random.hex_digits(16));
        if (call.credential == nullptr) return;
        const auto found = buckets_.find(call.account());
        if (found == buckets_.end()) return;
        const auto& bucket = found->second;
        const auto limited = response.status == 429;
        response.headers.emplace_back("RateLimit-Limit", std::to_string(bucket.size()));
        response.headers.emplace_back("RateLimit-Remaining",
                                      limited ? "0" : std::to_string(bucket.remaining()));
        response.headers.emplace_back("RateLimit-Reset",
                                      std::to_string((bucket.full_again_ms() + 999) / 1000));
    }

    Response perform(Call& call) override {
        std::string id;
        if (route_of(call.request.method, call.path, &id) == nullptr) {
            for (const auto& route : routes)
                if (matches(route.path, call.path, nullptr))
                    return error(405, "method_not_allowed", "method not allowed");
            return error(404, "not_found", "route not found");
        }
        const auto& operation = call.operation.name;
        const auto query = parse_form(call.request.query());
        PageAsked page;
        if (const auto errors = read_page(query, page); !errors.empty())
            return invalid_input(errors);

        if (operation == "create_server") return create_server(world_, call);
        if (operation == "list_servers") return list_servers(world_, call, query, page);
        if (operation == "get_server") return get_server(world_, call, id);
        if (operation == "delete_server") return delete_server(world_, call, id);
        if (operation == "list_server_actions") return list_server_actions(world_, call, id, page);
        if (operation == "get_actions") return get_actions(world_, call, query);
        if (operation == "get_action" || operation == "get_servers_action")
            return get_action(world_, call, id);
        if (operation == "list_primary_ips") return list_primary_ips(world_, call, query, page);
        if (call.operation.verb == "keys") return keys(call, operation, id, query, page);
        return catalogue(call, operation, id, query, page);
    }

    Response injected_error(const Fault& fault, const Call&) override {
        if (!fault.code.empty())
            return error(fault.status.value_or(422), fault.code,
                         fault.message.empty() ? "injected by fakecloud" : fault.message);
        struct Named {
            const char* name;
            int status;
            const char *code, *message;
        };
        static const Named all[] = {
            {"out_of_stock", 412, "resource_unavailable", "error during placement"},
            {"quota_reached", 403, "resource_limit_exceeded", "server limit exceeded"},
            {"rate_limited", 429, "rate_limit_exceeded", "limit of 3600 requests per hour reached"},
            {"unavailable", 503, "unavailable", "Service Unavailable"},
            {"denied", 403, "forbidden", "insufficient permissions for this request"},
            {"unauthorized", 401, "unauthorized", "unable to authenticate"},
            {"expired_token", 401, "unauthorized", "unable to authenticate"},
            {"conflict", 409, "conflict",
             "the resource was changed by another request, please retry"},
            {"locked", 423, "locked", "the item you are trying to access is locked"},
            {"not_found", 404, "not_found", "resource not found"},
            {"unknown_code", 418, "flux_misaligned", "the flux is misaligned"},
        };
        for (const auto& named : all)
            if (fault.error == named.name)
                return error(named.status, named.code,
                             fault.message.empty() ? named.message : fault.message);
        return invalid_input({{"server_type", "injected by fakecloud"}});
    }

private:
    Response catalogue(const Call& call, const std::string& operation, const std::string& id,
                       const Fields& query, PageAsked page) {
        const auto& shop = world_.catalogue;
        const auto wanted = field(query, "name");
        if (operation == "get_pricing") return reply(pricing_json(shop));
        if (operation == "list_server_types") {
            std::vector<const HetznerType*> all;
            for (const auto& type : shop.hetzner_types)
                if (wanted.empty() || type.name == wanted) all.push_back(&type);
            thin_out(all, call.fault, world_.random);
            return page_reply("server_types", all, page, call.fault, [&](const HetznerType* type) {
                return type_json(*type, shop, call.fault);
            });
        }
        if (operation == "get_server_type") {
            const auto* type = shop.hetzner_type(id);
            if (type == nullptr) return not_found("server type", id);
            return single("server_type", type_json(*type, shop, call.fault));
        }
        if (operation == "list_locations") {
            std::vector<const HetznerLocation*> all;
            for (const auto& location : shop.hetzner_locations)
                if (wanted.empty() || location.name == wanted) all.push_back(&location);
            thin_out(all, call.fault, world_.random);
            return page_reply("locations", all, page, call.fault,
                              [](const HetznerLocation* item) { return location_json(*item); });
        }
        if (operation == "get_location") {
            const auto* location = shop.hetzner_location(id);
            if (location == nullptr) return not_found("location", id);
            return single("location", location_json(*location));
        }
        std::vector<const HetznerImage*> all;
        const auto arch = field(query, "architecture"), type = field(query, "type");
        for (const auto& image : shop.hetzner_images) {
            if (operation == "get_image" && std::to_string(image.id) == id)
                return single("image", image_json(image));
            const bool fits = (wanted.empty() || image.name == wanted) &&
                              (arch.empty() || image.architecture == arch) &&
                              (type.empty() || type == "system") &&
                              field(query, "label_selector").empty();
            if (fits) all.push_back(&image);
        }
        if (operation == "get_image") return not_found("image", id);
        thin_out(all, call.fault, world_.random);
        return page_reply("images", all, page, call.fault,
                          [](const HetznerImage* item) { return image_json(*item); });
    }

    static Response single(const char* key, json::object item, int status = 200) {
        json::object body;
        body[key] = std::move(item);
        return reply(body, status);
    }

    Response keys(const Call& call, const std::string& operation, const std::string& id,
                  const Fields& query, PageAsked page) {
        const auto mine = [&](const SshKey& key) {
            return key.vendor == "hetzner" && key.account == call.account();
        };
        if (operation == "create_ssh_key") return create_key(call);
        if (operation == "list_ssh_keys") {
            std::vector<const SshKey*> all;
            bool bad = false;
            for (const auto& key : world_.keys) {
                if (!mine(key)) continue;
                if (has_field(query, "name") && key.name != field(query, "name")) continue;
                if (has_field(query, "fingerprint") &&
                    key.fingerprint != field(query, "fingerprint"))
                    continue;
                if (has_field(query, "label_selector") &&
                    !selects(field(query, "label_selector"), key.labels, bad))
                    continue;
                all.push_back(&key);
            }
            if (bad) return invalid_input({{"label_selector", "invalid label selector"}});
            thin_out(all, call.fault, world_.random);
            return page_reply("ssh_keys", all, page, call.fault,
                              [](const SshKey* key) { return key_json(*key); });
        }
        for (auto it = world_.keys.begin(); it != world_.keys.end(); ++it) {
            if (!mine(*it) || std::to_string(it->id) != id) continue;
            if (operation == "get_ssh_key") return single("ssh_key", key_json(*it));
            world_.keys.erase(it);
            Response gone;
            gone.status = 204;
            gone.content_type.clear();
            return gone;
        }
        return not_found("SSH key", id);
    }

    Response create_key(const Call& call) {
        json::error_code failed;
        const auto body = json::parse(call.request.body, failed);
        if (failed || !body.is_object())
            return error(400, "json_error", "invalid JSON in request body");
        SshKey key{"hetzner", call.account(), {}, 0, {}, {}, {}, {}, call.now_ms};
        std::vector<FieldError> errors;
        const auto text = [&](const char* name) -> std::string {
            const auto* value = body.get_object().if_contains(name);
            if (value != nullptr && value->is_string() && !value->get_string().empty())
                return value->get_string().c_str();
            errors.push_back({name, "Missing data for required field."});
            return {};
        };
        key.name = text("name");
        key.public_key = text("public_key");
        if (const auto* labels = body.get_object().if_contains("labels")) {
            errors = check_labels(*labels);
            if (errors.empty())
                for (const auto& label : labels->get_object())
                    key.labels[label.key()] = label.value().get_string().c_str();
        }
        if (!errors.empty()) return invalid_input(errors);
        const auto fingerprint = ssh_fingerprint(key.public_key);
        if (!fingerprint) return invalid_input({{"public_key", "invalid public key"}});
        key.fingerprint = *fingerprint;
        for (const auto& other : world_.keys) {
            if (other.vendor != "hetzner" || other.account != call.account()) continue;
            if (other.name == key.name)
                return error(409, "uniqueness_error", "SSH key name is already used");
            if (other.fingerprint == key.fingerprint)
                return error(409, "uniqueness_error",
                             "SSH key with the same fingerprint already exists");
        }
        key.id = 21'000'000 + world_.next_id();
        world_.keys.push_back(key);
        return single("ssh_key", key_json(key), 201);
    }

    World& world_;
    std::map<std::string, TokenBucket> buckets_;  // by account
};

}  // namespace

std::unique_ptr<Vendor> make_hetzner(World& world) { return std::make_unique<HetznerCloud>(world); }

}  // namespace fakecloud
