// Hetzner's rules for labels, and the language of label_selector.
#include <regex>

#include "encoding.hpp"
#include "hetzner_json.hpp"

namespace fakecloud::hetzner {

namespace {

bool alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool label_word(std::string_view text) {  // [A-Za-z0-9] at both ends, [-_.] between, up to 63
    if (text.size() > 63) return false;
    for (char c : text)
        if (!alphanumeric(c) && c != '-' && c != '_' && c != '.') return false;
    return text.empty() || (alphanumeric(text.front()) && alphanumeric(text.back()));
}

bool label_key(std::string_view key) {
    const auto slash = key.find('/');
    if (slash == std::string_view::npos) return !key.empty() && label_word(key);
    const auto prefix = key.substr(0, slash), name = key.substr(slash + 1);
    if (prefix.empty() || prefix.size() > 253 || prefix == "hetzner.cloud") return false;
    for (const auto& part : split(prefix, '.'))
        if (part.empty() || !label_word(part)) return false;
    return !name.empty() && label_word(name);
}

std::string trim(std::string text) {
    while (!text.empty() && text.front() == ' ') text.erase(0, 1);
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
}

// Commas separate requirements, but not inside "in (a, b)".
std::vector<std::string> requirements(const std::string& selector) {
    std::vector<std::string> out(1);
    int depth = 0;
    for (char c : selector) {
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        if (c == ',' && depth == 0)
            out.emplace_back();
        else
            out.back() += c;
    }
    return out;
}

bool holds(const std::string& requirement, const Labels& labels, bool& bad) {
    static const std::regex set(R"(^(\S+)\s+(in|notin)\s*\(([^)]*)\)$)");
    std::smatch match;
    if (std::regex_match(requirement, match, set)) {
        const auto found = labels.find(match[1]);
        bool member = false;
        for (const auto& value : split(match[3].str(), ','))
            if (found != labels.end() && found->second == trim(value)) member = true;
        return match[2] == "in" ? member : !member;
    }
    const auto equals = requirement.find('=');
    if (equals == std::string::npos) {
        const bool absent = !requirement.empty() && requirement[0] == '!';
        const auto key = trim(absent ? requirement.substr(1) : requirement);
        if (!label_key(key)) return bad = true, false;
        return (labels.count(key) > 0) != absent;
    }
    const bool differs = equals > 0 && requirement[equals - 1] == '!';
    const auto key = trim(requirement.substr(0, differs ? equals - 1 : equals));
    auto value = requirement.substr(equals + 1);
    if (!value.empty() && value[0] == '=') value.erase(0, 1);
    value = trim(value);
    if (!label_key(key) || !label_word(value)) return bad = true, false;
    const auto found = labels.find(key);
    const bool same = found != labels.end() && found->second == value;
    return differs ? !same : same;
}

}  // namespace

bool selects(const std::string& selector, const Labels& labels, bool& bad) {
    bool all = true;
    for (const auto& requirement : requirements(selector))
        if (!holds(trim(requirement), labels, bad)) all = false;
    return all && !bad;
}

std::vector<FieldError> check_labels(const json::value& labels) {
    std::vector<FieldError> errors;
    if (!labels.is_object()) return {{"labels", "must be an object"}};
    for (const auto& member : labels.get_object()) {
        const std::string key(member.key());
        if (!label_key(key)) errors.push_back({"labels", "invalid label key '" + key + "'"});
        if (!member.value().is_string() || !label_word(std::string(member.value().get_string())))
            errors.push_back({"labels", "invalid label value of '" + key + "'"});
    }
    return errors;
}

}  // namespace fakecloud::hetzner
