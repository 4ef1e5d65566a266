#include "world.hpp"

#include <algorithm>

namespace fakecloud {

namespace {

std::string key_of(std::string_view vendor, std::string_view account, std::string_view rest) {
    return std::string(vendor) + "/" + std::string(account) + "/" + std::string(rest);
}

// One address of 127/8 for each machine, so that "is it reachable" can be asked of a real socket.
std::string loopback_address(std::uint64_t number) {
    const std::uint64_t n = (number - 1) % (250ULL * 256 * 254);
    return "127." + std::to_string(2 + n / (256 * 254)) + "." + std::to_string(n / 254 % 256) +
           "." + std::to_string(1 + n % 254);
}

}  // namespace

Machine& World::add(Machine machine, const Fault* fault, std::string_view cause,
                    std::int64_t now_ms, const std::function<void(Machine&)>& named) {
    const std::int64_t boot =
        fault != nullptr && fault->slow_boot ? *fault->slow_boot : options.boot_ms;
    machine.number = machines_.size() + 1;
    if (fault != nullptr && !fault->makes_type.empty()) machine.type = fault->makes_type;
    if (fault != nullptr && !fault->makes_region.empty()) machine.region = fault->makes_region;
    machine.address = loopback_address(machine.number);
    machine.private_address = "10." + std::to_string(machine.number / 65536 % 256) + "." +
                              std::to_string(machine.number / 256 % 256) + "." +
                              std::to_string(machine.number % 256);
    machine.created_ms = now_ms;
    machine.placed_ms = now_ms + boot / 2;
    machine.running_ms = now_ms + boot;
    machine.start_ms = now_ms + (fault != nullptr ? fault->slow_boot.value_or(0) : 0);
    machine.booted_ms = machine.running_ms;
    // A machine that a fault keeps from booting, and a stranger's, is as good without a real one.
    machine.backed = options.backed && cause != "planted" &&
                     (fault == nullptr ||
                      !(fault->boot_never || fault->boot_fails || fault->unreachable));
    if (machine.backed) machine.running_ms = never;
    if (fault != nullptr) {
        if (fault->boot_never) machine.running_ms = never;
        if (fault->boot_fails) machine.failed_ms = machine.placed_ms, machine.running_ms = never;
        if (fault->unreachable) machine.reachable = false;
    }
    machines_.push_back(std::move(machine));
    auto& kept = machines_.back();
    named(kept);
    by_id_[key_of(kept.vendor, kept.account, kept.id)] = kept.number;
    by_name_.emplace(key_of(kept.vendor, kept.account, kept.name), kept.number);
    if (!kept.client_token.empty())
        by_token_.emplace(key_of(kept.account, kept.region, kept.client_token), kept.number);
    ++census_[key_of(kept.vendor, kept.account, "")].made;
    oracle.machine_created(kept, cause, now_ms);
    return kept;
}

void World::destroy(Machine& machine, std::int64_t now_ms) {
    if (machine.delete_asked_ms != never) return;
    machine.delete_asked_ms = now_ms;
    if (!machine.backed) {
        machine.gone_ms = now_ms + options.delete_ms;
        census_[key_of(machine.vendor, machine.account, "")].ends.push(machine.gone_ms);
    }
    oracle.machine_destroyed(machine, "delete", now_ms);
}

bool World::switch_power(Machine& machine, const std::string& what, const std::string& address,
                         std::int64_t now_ms) {
    if (what == "stop")
        machine.stopped_ms = now_ms;
    else if (what == "start")
        machine.stopped_ms = never;
    else if (what == "end")
        machine.failed_ms = now_ms;
    else
        return false;
    if (!address.empty()) machine.address = address;
    return true;
}

void World::runs(Machine& machine, std::int64_t now_ms) {
    machine.running_ms = std::max(now_ms, machine.booted_ms);
    oracle.real_machine(machine, "started", "", now_ms);
}

void World::failed(Machine& machine, const std::string& reason, std::int64_t now_ms) {
    machine.failed_ms = now_ms;
    oracle.real_machine(machine, "failed", reason, now_ms);
}

void World::gone(Machine& machine, std::int64_t now_ms) {
    machine.gone_ms = std::max(now_ms, machine.delete_asked_ms + options.delete_ms);
    census_[key_of(machine.vendor, machine.account, "")].ends.push(machine.gone_ms);
    oracle.real_machine(machine, "ended", "", now_ms);
}

Machine* World::find(std::string_view vendor, std::string_view account, const std::string& id) {
    const auto found = by_id_.find(key_of(vendor, account, id));
    return found == by_id_.end() ? nullptr : &machines_[found->second - 1];
}

Machine* World::by_number(std::string_view vendor, std::string_view account, std::uint64_t number) {
    if (number == 0 || number > machines_.size()) return nullptr;
    auto& machine = machines_[number - 1];
    return machine.vendor == vendor && machine.account == account ? &machine : nullptr;
}

Machine* World::by_name(std::string_view vendor, std::string_view account, const std::string& name,
                        std::int64_t at_ms) {
    const auto [begin, end] = by_name_.equal_range(key_of(vendor, account, name));
    for (auto it = begin; it != end; ++it)
        if (machines_[it->second - 1].exists(at_ms)) return &machines_[it->second - 1];
    return nullptr;
}

Machine* World::by_client_token(std::string_view account, std::string_view region,
                                const std::string& token) {
    const auto found = by_token_.find(key_of(account, region, token));
    return found == by_token_.end() ? nullptr : &machines_[found->second - 1];
}

int World::living(std::string_view vendor, std::string_view account, std::int64_t now_ms) {
    auto& census = census_[key_of(vendor, account, "")];
    while (!census.ends.empty() && census.ends.top() <= now_ms) {
        census.ends.pop();
        --census.made;
    }
    return census.made;
}

void World::later(std::int64_t due_ms, std::function<void(std::int64_t)> create) {
    late_.push_back({due_ms, std::move(create)});
}

void World::catch_up(std::int64_t now_ms) {
    // In order of time, and one at a time: a late creation may be refused because of another.
    for (;;) {
        auto next = late_.end();
        for (auto it = late_.begin(); it != late_.end(); ++it)
            if (it->due_ms <= now_ms && (next == late_.end() || it->due_ms < next->due_ms))
                next = it;
        if (next == late_.end()) return;
        const auto late = std::move(*next);
        late_.erase(next);
        late.create(late.due_ms);
    }
}

}  // namespace fakecloud
