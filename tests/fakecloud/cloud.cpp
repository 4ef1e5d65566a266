#include "cloud.hpp"

#include "aws_identity.hpp"
#include "digitalocean.hpp"
#include "ec2.hpp"
#include "encoding.hpp"
#include "hetzner.hpp"
#include "pricing.hpp"
#include "sts.hpp"
#include "world.hpp"

namespace fakecloud {

std::vector<Credential> default_credentials() {
    return {{"hetzner", "fake-hetzner-token", "", "main", false},
            {"hetzner", "fake-hetzner-token-readonly", "", "main", true},
            {"digitalocean", "fake-digitalocean-token", "", "main", false},
            {"digitalocean", "fake-digitalocean-token-readonly", "", "main", true},
            {"aws", "AKIAFAKEFAKEFAKEFAKE", "fake-aws-secret", "main", false},
            {"aws", "AKIAFAKEREADONLY0000", "fake-aws-secret", "main", true}};
}

std::string bearer_token(const Request& request) {
    const auto text = request.header("authorization");
    return same_name(text.substr(0, 7), "bearer ") ? text.substr(7) : std::string();
}

Cloud::Cloud(const Catalogue& catalogue, Options options, LogSink* sink)
    : options_(std::move(options)), world_(std::make_unique<World>(catalogue, options_, sink)) {
    vendors_.emplace_back("/aws-pricing", make_pricing(*world_));
    vendors_.emplace_back("/aws-sts", make_sts(*world_));
    vendors_.emplace_back("/aws-metadata", make_instance_metadata(*world_));
    vendors_.emplace_back("/aws-container", make_container_credentials(*world_));
    vendors_.emplace_back("/aws-sso", make_sso_portal(*world_));
    vendors_.emplace_back("/aws", make_ec2(*world_));
    vendors_.emplace_back("/digitalocean", make_digitalocean(*world_));
    vendors_.emplace_back("/hetzner", make_hetzner(*world_));
}

Cloud::~Cloud() = default;

void Cloud::set_faults(std::vector<Rule> rules) { faults_.replace(std::move(rules)); }

void Cloud::set_credentials(std::vector<Credential> credentials) {
    options_.credentials = std::move(credentials);
}

void Cloud::advance(std::int64_t now_unix_ms) { world_->catch_up(now_unix_ms + ahead_ms_); }

std::vector<Machine> Cloud::machines() const {
    return {world_->machines().begin(), world_->machines().end()};
}

const std::vector<std::string>& Cloud::log() const { return world_->oracle.lines(); }

std::vector<std::string> Cloud::reachable_addresses(std::int64_t now_unix_ms) const {
    std::vector<std::string> out;
    for (const auto& machine : world_->machines())
        if (machine.reachable && machine.phase(now_unix_ms + ahead_ms_) == Phase::running)
            out.push_back(machine.address);
    return out;
}

std::vector<Machine> Cloud::wanted(std::int64_t now_unix_ms) const {
    const auto now_ms = now_unix_ms + ahead_ms_;
    std::vector<Machine> out;
    for (const auto& machine : world_->machines())
        if (machine.backed && machine.start_ms <= now_ms && machine.failed_ms == never &&
            machine.delete_asked_ms == never)
            out.push_back(machine);
    return out;
}

std::vector<std::uint64_t> Cloud::leaving(std::int64_t now_unix_ms) const {
    std::vector<std::uint64_t> out;
    for (const auto& machine : world_->machines())
        if (machine.backed && machine.delete_asked_ms <= now_unix_ms + ahead_ms_ &&
            machine.gone_ms == never)
            out.push_back(machine.number);
    return out;
}

void Cloud::machine_runs(std::uint64_t number, std::int64_t now_unix_ms) {
    world_->runs(world_->machines().at(number - 1), now_unix_ms + ahead_ms_);
}

void Cloud::machine_failed(std::uint64_t number, const std::string& reason,
                           std::int64_t now_unix_ms) {
    world_->failed(world_->machines().at(number - 1), reason, now_unix_ms + ahead_ms_);
}

void Cloud::machine_gone(std::uint64_t number, std::int64_t now_unix_ms) {
    world_->gone(world_->machines().at(number - 1), now_unix_ms + ahead_ms_);
}

Response Cloud::answer(const Request& request, std::int64_t now_unix_ms) {
    const auto now_ms = now_unix_ms + ahead_ms_;
    world_->catch_up(now_ms);
    const auto path = request.path();
    for (const auto& [prefix, vendor] : vendors_) {
        if (path.rfind(prefix, 0) != 0) continue;
        if (path.size() > prefix.size() && path[prefix.size()] != '/') continue;
        auto rest = path.substr(prefix.size());
        return to_vendor(*vendor, request, rest.empty() ? "/" : rest, now_ms);
    }
    if (path.rfind("/_berth/", 0) == 0) return control(request, path, now_ms);
    Response response;
    response.status = 404;
    response.content_type = "text/plain";
    response.body = "berth-fakecloud has nothing at " + path +
                    "; try /aws/, /aws-pricing/, /aws-sts/, /digitalocean/v2/..., "
                    "/hetzner/v1/... or /_berth/health\n";
    return response;
}

Response Cloud::to_vendor(Vendor& vendor, const Request& request, std::string path,
                          std::int64_t now_ms) {
    Call call{request, std::move(path), now_ms, {}, nullptr, nullptr, now_ms - ahead_ms_};
    call.operation = vendor.identify(request, call.path);
    const Fault* fault = faults_.choose(vendor.name(), call.operation, world_->random);
    call.fault = fault;

    Response response;
    bool vendor_answered = true;
    if (fault != nullptr && fault->drop_before) {
        response.dropped = true;
    } else if (auto refusal = vendor.refuse(call)) {
        response = std::move(*refusal);
    } else if (fault != nullptr && fault->late_success) {
        // The vendor accepts, and tells nobody: the creation waits, the caller gets the error.
        // Done through a copy of the request, so that the late one is checked like any other.
        const auto copy = std::make_shared<Request>(request);
        const auto credential = call.credential;
        const auto operation = call.operation;
        const auto inner_path = call.path;
        world_->later(now_ms + *fault->late_success, [=, &vendor](std::int64_t due_ms) {
            Call late{*copy, inner_path, due_ms, operation, credential, nullptr, due_ms};
            vendor.perform(late);
        });
        if (fault->error.empty() && fault->code.empty() && !fault->status && !fault->html)
            response.dropped = true;
    } else if (fault == nullptr ||
               (fault->error.empty() && fault->code.empty() && !fault->status && !fault->html)) {
        response = vendor.perform(call);
    }
    if (fault != nullptr && !response.dropped && response.error_code.empty()) {
        if (fault->html || (fault->status && fault->code.empty() && fault->error.empty())) {
            vendor_answered = false;
            response = {};
            response.status = fault->status.value_or(502);
            response.content_type = "text/html";
            response.body = fault->body.value_or(
                "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
                "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n");
            if (!response.body.empty() && response.body[0] == '{')
                response.content_type = "application/json";
            response.error_code = "status_" + std::to_string(response.status);
        } else if (!fault->error.empty() || !fault->code.empty()) {
            response = vendor.injected_error(*fault, call);
        }
    }
    if (vendor_answered && !response.dropped) vendor.finish(response, call);
    if (fault != nullptr) {
        if (fault->drop_after) response.dropped = true;
        if (fault->truncate) response.body.resize(response.body.size() / 2);
        if (fault->cut) response.cut = true;
        response.delay_ms = fault->delay_ms;
    }

    json::object record;
    record["vendor"] = vendor.name();
    record["operation"] = call.operation.name;
    record["verb"] = call.operation.verb;
    record["effect"] = effect_name(call.operation.effect);
    record["region"] = call.operation.region;
    record["credential"] = hex(sha256(vendor.claimed_credential(request))).substr(0, 12);
    record["account"] = call.credential != nullptr ? call.credential->account : "";
    record["status"] = response.dropped ? 0 : response.status;
    record["code"] = response.error_code;
    if (fault != nullptr) record["fault"] = fault->name;
    const bool refused = response.dropped || response.status >= 400;
    world_->oracle.count(std::string(vendor.name()), call.operation.name,
                         std::string(effect_name(call.operation.effect)), refused);
    world_->oracle.request(std::move(record), now_ms);
    return response;
}

}  // namespace fakecloud
