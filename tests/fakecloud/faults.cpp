#include "faults.hpp"

#include <algorithm>

#include "json_text.hpp"

namespace fakecloud {

namespace {

struct Where {
    std::string name;
    int line;
    [[noreturn]] void fail(const std::string& why) const {
        throw ScriptError(name + ":" + std::to_string(line) + ": " + why);
    }
};

std::string listed(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
}

std::string text_of(const json::value& value, const std::string& key, const Where& where) {
    if (!value.is_string()) where.fail("\"" + key + "\" must be a string");
    return std::string(value.get_string());
}

bool flag_of(const json::value& value, const std::string& key, const Where& where) {
    if (!value.is_bool()) where.fail("\"" + key + "\" must be true or false");
    return value.get_bool();
}

double number_of(const json::value& value, const std::string& key, const Where& where) {
    if (!value.is_number()) where.fail("\"" + key + "\" must be a number");
    return value.to_number<double>();
}

std::int64_t count_of(const json::value& value, const std::string& key, const Where& where) {
    if (!value.is_int64() || value.get_int64() < 0)
        where.fail("\"" + key + "\" must be a whole number, 0 or more");
    return value.get_int64();
}

double share_of(const json::value& value, const std::string& key, const Where& where) {
    const double share = number_of(value, key, where);
    if (share < 0 || share > 1) where.fail("\"" + key + "\" must be between 0 and 1");
    return share;
}

void read_match(Rule& rule, const json::value& match, const Where& where) {
    if (!match.is_object()) where.fail("\"match\" must be an object");
    for (const auto& member : match.get_object()) {
        const std::string key(member.key());
        const auto& value = member.value();
        if (key == "vendor") {
            rule.vendor = text_of(value, key, where);
            if (rule.vendor != "aws" && rule.vendor != "digitalocean" && rule.vendor != "hetzner")
                where.fail("unknown vendor \"" + rule.vendor +
                           "\"; known: aws, digitalocean, hetzner");
        } else if (key == "operation")
            rule.operation = text_of(value, key, where);
        else if (key == "region")
            rule.region = text_of(value, key, where);
        else if (key == "type")
            rule.type = text_of(value, key, where);
        else if (key == "after")
            rule.after = count_of(value, key, where);
        else if (key == "times")
            rule.times = count_of(value, key, where);
        else if (key == "probability")
            rule.probability = share_of(value, key, where);
        else
            where.fail("unknown key \"" + key +
                       "\" in match; known: vendor, operation, region, "
                       "type, after, times, probability");
    }
}

void read_fault(Fault& fault, const std::string& key, const json::value& value,
                const Where& where) {
    if (key == "drop_before")
        fault.drop_before = flag_of(value, key, where);
    else if (key == "drop_after")
        fault.drop_after = flag_of(value, key, where);
    else if (key == "truncate")
        fault.truncate = flag_of(value, key, where);
    else if (key == "cut")
        fault.cut = flag_of(value, key, where);
    else if (key == "delay_ms")
        fault.delay_ms = count_of(value, key, where);
    else if (key == "status")
        fault.status = static_cast<int>(count_of(value, key, where));
    else if (key == "body")
        fault.body = text_of(value, key, where);
    else if (key == "html")
        fault.html = flag_of(value, key, where);
    else if (key == "error") {
        fault.error = text_of(value, key, where);
        const auto& names = error_names();
        if (std::find(names.begin(), names.end(), fault.error) == names.end())
            where.fail("unknown error \"" + fault.error + "\"; known: " + listed(names) +
                       " (or \"code\": any code of the vendor, with \"status\")");
    } else if (key == "code")
        fault.code = text_of(value, key, where);
    else if (key == "message")
        fault.message = text_of(value, key, where);
    else if (key == "late_success")
        fault.late_success = count_of(value, key, where);
    else if (key == "duplicate")
        fault.duplicate = flag_of(value, key, where);
    else if (key == "stale_list")
        fault.stale_list = count_of(value, key, where);
    else if (key == "partial_list")
        fault.partial_list =
            value.is_bool() ? (value.get_bool() ? 0.5 : 0) : share_of(value, key, where);
    else if (key == "endless_pages")
        fault.endless_pages = flag_of(value, key, where);
    else if (key == "boot_never")
        fault.boot_never = flag_of(value, key, where);
    else if (key == "boot_fails")
        fault.boot_fails = flag_of(value, key, where);
    else if (key == "unreachable")
        fault.unreachable = flag_of(value, key, where);
    else if (key == "name_taken")
        fault.name_taken = flag_of(value, key, where);
    else if (key == "slow_boot")
        fault.slow_boot = count_of(value, key, where);
    else if (key == "makes_type")
        fault.makes_type = text_of(value, key, where);
    else if (key == "makes_region")
        fault.makes_region = text_of(value, key, where);
    else if (key == "hide_stock")
        fault.hide_stock = flag_of(value, key, where);
    else
        where.fail("unknown fault \"" + key + "\"; README.md of fakecloud lists them");
    fault.name += (fault.name.empty() ? "" : "+") + key;
    if (key == "error" || key == "code")
        fault.name += "=" + (key == "error" ? fault.error : fault.code);
}

Rule read_rule(std::string_view text, const Where& where) {
    json::error_code error;
    const auto value = json::parse({text.data(), text.size()}, error);
    if (error) where.fail("not JSON: " + error.message());
    Rule rule;
    bool does = false;
    for (const auto& member : value.as_object()) {
        if (member.key() == "match") {
            read_match(rule, member.value(), where);
        } else if (member.key() == "do") {
            does = true;
            if (member.value().is_string()) {  // "do": "drop_after"
                read_fault(rule.fault, std::string(member.value().get_string()), true, where);
            } else if (member.value().is_object()) {
                for (const auto& fault : member.value().get_object())
                    read_fault(rule.fault, std::string(fault.key()), fault.value(), where);
            } else {
                where.fail("\"do\" must be an object or the name of a fault");
            }
        } else if (member.key() != "note") {
            where.fail("unknown key \"" + std::string(member.key()) +
                       "\"; a rule has match, do, note");
        }
    }
    if (!does) where.fail("a rule needs \"do\"");
    return rule;
}

}  // namespace

const std::vector<std::string>& error_names() {
    static const std::vector<std::string> names = {"out_of_stock", "quota_reached", "rate_limited",
                                                   "unavailable",  "denied",        "unauthorized",
                                                   "invalid",      "conflict",      "locked",
                                                   "not_found",    "expired_token", "unknown_code"};
    return names;
}

std::vector<Rule> parse_faults(std::string_view text, const std::string& name) {
    std::vector<Rule> rules;
    int line = 1, start_line = 1, depth = 0;
    std::size_t start = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') ++line;
        if (quoted) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                quoted = false;
        } else if (depth > 0 && c == '"') {
            quoted = true;
        } else if (c == '{') {
            if (depth++ == 0) start = i, start_line = line;
        } else if (c == '}' && depth > 0) {
            if (--depth == 0)
                rules.push_back(read_rule(text.substr(start, i + 1 - start), {name, start_line}));
        } else if (depth == 0 && c == '#') {
            while (i + 1 < text.size() && text[i + 1] != '\n') ++i;
        } else if (depth == 0 && std::string_view(" \t\r\n,[]").find(c) == std::string_view::npos) {
            Where{name, line}.fail("a rule starts with {");
        }
    }
    if (depth > 0) Where{name, start_line}.fail("the rule that starts here has no closing }");
    return rules;
}

void Faults::replace(std::vector<Rule> rules) {
    rules_.clear();
    for (auto& rule : rules) rules_.push_back({std::move(rule)});
}

const Fault* Faults::choose(std::string_view vendor, const Operation& operation, Random& random) {
    for (auto& [rule, seen, hits] : rules_) {
        if (!rule.vendor.empty() && rule.vendor != vendor) continue;
        if (!rule.operation.empty() && rule.operation != operation.verb &&
            rule.operation != operation.name)
            continue;
        if (!rule.region.empty() && rule.region != operation.region) continue;
        if (!rule.type.empty() && rule.type != operation.type) continue;
        if (seen++ < rule.after) continue;
        if (rule.times >= 0 && hits >= rule.times) continue;
        if (!random.chance(rule.probability)) continue;
        ++hits;
        return &rule.fault;
    }
    return nullptr;
}

}  // namespace fakecloud
