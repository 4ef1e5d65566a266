#include "oracle.hpp"

namespace fakecloud {

namespace {

json::object to_json(const Labels& labels) {
    json::object out;
    for (const auto& [key, value] : labels) out[key] = value;
    return out;
}

}  // namespace

json::object describe(const Machine& machine) {
    json::object out;
    out["vendor"] = machine.vendor;
    out["account"] = machine.account;
    out["id"] = machine.id;
    out["name"] = machine.name;
    out["type"] = machine.type;
    out["region"] = machine.region;
    out["zone"] = machine.zone;
    out["address"] = machine.address;
    out["attempt"] = machine.attempt();
    out["client_token"] = machine.client_token;
    out["labels"] = to_json(machine.labels);
    json::array tags;
    for (const auto& tag : machine.tags) tags.emplace_back(tag);
    out["tags"] = std::move(tags);
    if (machine.vendor == "aws") {
        out["volume_labels"] = to_json(machine.volume_labels);
        out["interface_labels"] = to_json(machine.interface_labels);
    }
    out["created_at"] = machine.created_ms;
    return out;
}

std::string_view phase_name(Phase phase) {
    switch (phase) {
        case Phase::unborn:
            return "unborn";
        case Phase::creating:
            return "creating";
        case Phase::booting:
            return "booting";
        case Phase::running:
            return "running";
        case Phase::stopped:
            return "stopped";
        case Phase::failed:
            return "failed";
        case Phase::deleting:
            return "deleting";
        case Phase::gone:
            return "gone";
    }
    return "unknown";
}

void Oracle::append(json::object record, std::string_view event, std::int64_t now_ms) {
    json::object out;
    out["seq"] = ++sequence_;
    out["at"] = now_ms;
    out["event"] = event;
    for (auto& member : record) out[member.key()] = std::move(member.value());
    lines_.push_back(json_text(out));
    if (sink_ != nullptr) sink_->append(lines_.back());
}

void Oracle::machine_created(const Machine& machine, std::string_view cause, std::int64_t now_ms) {
    auto record = describe(machine);
    record["cause"] = cause;
    append(std::move(record), "created", now_ms);
}

void Oracle::machine_destroyed(const Machine& machine, std::string_view cause,
                               std::int64_t now_ms) {
    auto record = describe(machine);
    record["cause"] = cause;
    record["gone_at"] = machine.gone_ms == never ? json::value(nullptr) : machine.gone_ms;
    append(std::move(record), "destroyed", now_ms);
}

void Oracle::real_machine(const Machine& machine, std::string_view event, const std::string& reason,
                          std::int64_t now_ms) {
    json::object record;
    record["vendor"] = machine.vendor;
    record["id"] = machine.id;
    record["address"] = machine.address;
    record["attempt"] = machine.attempt();
    if (!reason.empty()) record["reason"] = reason;
    append(std::move(record), event, now_ms);
}

void Oracle::request(json::object record, std::int64_t now_ms) {
    append(std::move(record), "request", now_ms);
}

void Oracle::count(const std::string& vendor, const std::string& operation,
                   const std::string& effect, bool refused) {
    auto& entry = counts_[vendor][operation];
    entry.effect = effect;
    ++entry.calls;
    if (refused) ++entry.refused;
}

json::object Oracle::counts() const {
    json::object out;
    for (const auto& [vendor, operations] : counts_) {
        json::object per_vendor, per_operation;
        std::map<std::string, std::uint64_t> totals{{"read", 0}, {"write", 0}, {"delete", 0}};
        for (const auto& [operation, count] : operations) {
            totals[count.effect] += count.calls;
            json::object entry;
            entry["effect"] = count.effect;
            entry["calls"] = count.calls;
            entry["refused"] = count.refused;
            per_operation[operation] = std::move(entry);
        }
        per_vendor["reads"] = totals["read"];
        per_vendor["writes"] = totals["write"];
        per_vendor["deletes"] = totals["delete"];
        per_vendor["operations"] = std::move(per_operation);
        out[vendor] = std::move(per_vendor);
    }
    return out;
}

}  // namespace fakecloud
