// /_berth/...: what a test asks of the fake itself.
#include "cloud.hpp"
#include "encoding.hpp"
#include "world.hpp"

namespace fakecloud {

// Boots, rate windows and promises for later are functions of the time: a test that moves the time
// sleeps for none of them.
Response Cloud::clock(const Request& request, std::int64_t now_ms) {
    Response response;
    if (request.method == "POST") {
        json::error_code failed;
        const auto body = json::parse(request.body, failed);
        const auto* by =
            !failed && body.is_object() ? body.get_object().if_contains("advance_ms") : nullptr;
        constexpr std::int64_t year_ms = 366LL * 24 * 3'600'000;
        if (by == nullptr || !by->is_int64() || by->get_int64() < 0 || by->get_int64() > year_ms) {
            response.status = 400;
            response.content_type = "text/plain";
            response.body =
                "expected {\"advance_ms\": N}, N a whole number, 0 or more, at most a year\n";
            return response;
        }
        ahead_ms_ += by->get_int64();
        now_ms += by->get_int64();
        world_->catch_up(now_ms);
    }
    json::object out;
    out["now"] = now_ms;
    out["ahead_ms"] = ahead_ms_;
    response.body = json_text(out);
    return response;
}

// What somebody does at the vendor's console.
Response Cloud::power(const Request& request, std::int64_t now_ms) {
    Response response;
    json::error_code failed;
    const auto body = json::parse(request.body, failed);
    const auto text = [&](const char* key) -> std::string {
        const auto* value = body.is_object() ? body.get_object().if_contains(key) : nullptr;
        return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
    };
    if (!failed)
        for (auto& machine : world_->machines())
            if (machine.id == text("id") && machine.exists(now_ms) &&
                world_->switch_power(machine, text("do"), text("address"), now_ms)) {
                response.body = json_text(describe(machine));
                return response;
            }
    response.status = 400;
    response.content_type = "text/plain";
    response.body =
        "expected {\"id\": of a machine that is there, \"do\": \"stop\", \"start\" or \"end\", "
        "\"address\": another one, or absent}\n";
    return response;
}

Response Cloud::control(const Request& request, const std::string& path, std::int64_t now_ms) {
    Response response;
    if (path == "/_berth/health") {
        response.body = R"({"status":"ok"})";
    } else if (path == "/_berth/log") {
        response.content_type = "application/x-ndjson";
        for (const auto& line : world_->oracle.lines()) response.body += line + "\n";
    } else if (path == "/_berth/counts") {
        response.body = json_text(world_->oracle.counts());
    } else if (path == "/_berth/machines") {
        json::array all;
        for (const auto& machine : world_->machines()) {
            auto entry = describe(machine);
            const auto phase = machine.phase(now_ms);
            entry["phase"] = phase_name(phase);
            entry["live"] = machine.exists(now_ms);
            entry["destroyed_at"] = machine.delete_asked_ms == never
                                        ? json::value(nullptr)
                                        : json::value(machine.delete_asked_ms);
            all.push_back(std::move(entry));
        }
        json::object out;
        out["now"] = now_ms;
        out["machines"] = std::move(all);
        response.body = json_text(out);
    } else if (path == "/_berth/clock") {
        return clock(request, now_ms);
    } else if (path == "/_berth/power") {
        return power(request, now_ms);
    } else if (path == "/_berth/faults" && request.method == "POST") {
        try {
            auto rules = parse_faults(request.body, "faults");
            const auto count = rules.size();
            faults_.replace(std::move(rules));
            response.body = "{\"rules\":" + std::to_string(count) + "}";
        } catch (const ScriptError& error) {
            response.status = 400;
            response.content_type = "text/plain";
            response.body = std::string(error.what()) + "\n";
        }
    } else if (path == "/_berth/faults") {
        response.body = "{\"rules\":" + std::to_string(faults_.size()) + "}";
    } else {
        response.status = 404;
        response.content_type = "text/plain";
        response.body =
            "no such page; there are /_berth/health, log, counts, machines, faults, clock, power\n";
    }
    return response;
}

}  // namespace fakecloud
