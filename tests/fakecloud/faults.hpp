// Faults on purpose: a script of rules, each "when a request looks like this, do that". README.md
// has the format. Deterministic: the same seed, script and requests give the same faults.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "operation.hpp"
#include "random.hpp"

namespace fakecloud {

// What a rule does. Everything absent is left as the vendor would do it.
struct Fault {
    bool drop_before = false, drop_after = false, truncate = false, cut = false;
    std::int64_t delay_ms = 0;
    std::optional<int> status;  // with `body`: an answer no vendor documented
    std::optional<std::string> body;
    bool html = false;
    std::string error;                         // a named error, in the vendor's own shape
    std::string code, message;                 // or any raw code of the vendor
    std::optional<std::int64_t> late_success;  // ms until the machine appears after all
    bool duplicate = false, endless_pages = false, name_taken = false;
    std::int64_t stale_list = 0;  // ms
    double partial_list = 0;      // share of the items that is missing
    bool boot_never = false, boot_fails = false, unreachable = false;
    std::optional<std::int64_t> slow_boot;  // ms
    std::string makes_type, makes_region;  // a create makes that in place of what was asked for
    bool hide_stock = false;                // lists of offers say "not available"

    std::string name;  // for the oracle log: the keys of `do`
};

struct Rule {
    std::string vendor, operation, region, type;  // empty: any
    std::int64_t after = 0;                       // let so many matching requests pass first
    std::int64_t times = -1;                      // then hit so many; -1: for ever
    double probability = 1;
    Fault fault;
};

// The named errors, in the order the README lists them.
const std::vector<std::string>& error_names();

struct ScriptError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// `text` is a JSON array of rules or one rule a line (# starts a comment line). Throws ScriptError
// with "name:line: reason".
std::vector<Rule> parse_faults(std::string_view text, const std::string& name);

class Faults {
public:
    void replace(std::vector<Rule> rules);
    // The first rule that matches and hits, or nothing.
    const Fault* choose(std::string_view vendor, const Operation& operation, Random& random);
    std::size_t size() const { return rules_.size(); }

private:
    struct Counted {
        Rule rule;
        std::int64_t seen = 0, hits = 0;
    };
    std::vector<Counted> rules_;
};

}  // namespace fakecloud
