// The oracle: an append-only record of every request, every machine made and every machine ended.
// Tests prove from it what berth may not be asked to prove about itself.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "json_text.hpp"
#include "machine.hpp"

namespace fakecloud {

class LogSink {
public:
    virtual ~LogSink() = default;
    virtual void append(std::string_view line) = 0;  // one JSON document, without the newline
};

struct CallCount {
    std::string effect;  // read, write, delete
    std::uint64_t calls = 0, refused = 0;
};

class Oracle {
public:
    explicit Oracle(LogSink* sink) : sink_(sink) {}

    void machine_created(const Machine& machine, std::string_view cause, std::int64_t now_ms);
    void machine_destroyed(const Machine& machine, std::string_view cause, std::int64_t now_ms);
    // What became of the machine that really runs: started, failed (and why), ended.
    void real_machine(const Machine& machine, std::string_view event, const std::string& reason,
                      std::int64_t now_ms);
    void request(json::object record, std::int64_t now_ms);
    void count(const std::string& vendor, const std::string& operation, const std::string& effect,
               bool refused);

    const std::vector<std::string>& lines() const { return lines_; }
    json::object counts() const;

private:
    void append(json::object record, std::string_view event, std::int64_t now_ms);

    LogSink* sink_;
    std::uint64_t sequence_ = 0;
    std::vector<std::string> lines_;
    std::map<std::string, std::map<std::string, CallCount>> counts_;
};

json::object describe(const Machine& machine);
std::string_view phase_name(Phase phase);

}  // namespace fakecloud
