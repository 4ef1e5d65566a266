#include "machine.hpp"

namespace fakecloud {

Phase Machine::phase(std::int64_t at_ms) const {
    if (at_ms < created_ms) return Phase::unborn;
    if (at_ms >= gone_ms) return Phase::gone;
    if (at_ms >= delete_asked_ms) return Phase::deleting;
    if (at_ms >= failed_ms) return Phase::failed;
    if (at_ms >= stopped_ms) return Phase::stopped;
    if (at_ms >= running_ms) return Phase::running;
    return at_ms >= placed_ms ? Phase::booting : Phase::creating;
}

bool Machine::exists(std::int64_t at_ms) const { return at_ms >= created_ms && at_ms < gone_ms; }

std::string Machine::attempt() const {
    for (const auto& [key, value] : labels)
        if (key.find("attempt") != std::string::npos) return value;
    for (const auto& tag : tags) {  // "berth-attempt:abc" or "berth_attempt_abc"
        const auto at = tag.find("attempt");
        if (at == std::string::npos) continue;
        const auto rest = at + 7;
        if (rest < tag.size() && std::string(":=_-").find(tag[rest]) != std::string::npos)
            return tag.substr(rest + 1);
    }
    return {};
}

}  // namespace fakecloud
