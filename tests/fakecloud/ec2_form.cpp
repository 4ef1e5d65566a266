#include "ec2_form.hpp"

#include <algorithm>
#include <sstream>

namespace fakecloud::ec2 {

bool Filter::accepts(std::string_view text) const {
    return std::any_of(values.begin(), values.end(),
                       [&](const auto& value) { return wildcard_match(value, text); });
}

Form::Form(const Request& request) {
    for (auto& [name, value] : parse_form(request.query())) fields_[name] = value;
    for (auto& [name, value] : parse_form(request.body)) fields_[name] = value;
}

const std::string* Form::find(const std::string& name) const {
    const auto found = fields_.find(name);
    return found == fields_.end() ? nullptr : &found->second;
}

std::string Form::get(const std::string& name) const {
    const auto* found = find(name);
    return found == nullptr ? std::string() : *found;
}

bool Form::has_below(const std::string& prefix) const {
    const auto at = fields_.lower_bound(prefix + ".");
    return at != fields_.end() && at->first.rfind(prefix + ".", 0) == 0;
}

std::vector<std::string> Form::indices(const std::string& prefix) const {
    std::vector<std::int64_t> numbers;
    for (auto it = fields_.lower_bound(prefix + "."); it != fields_.end(); ++it) {
        if (it->first.rfind(prefix + ".", 0) != 0) break;
        const auto rest = it->first.substr(prefix.size() + 1);
        const auto number = to_integer(rest.substr(0, rest.find('.')));
        if (number && std::find(numbers.begin(), numbers.end(), *number) == numbers.end())
            numbers.push_back(*number);
    }
    std::sort(numbers.begin(), numbers.end());
    std::vector<std::string> out;
    for (const auto number : numbers) out.push_back(std::to_string(number));
    return out;
}

std::vector<std::string> Form::list(const std::string& prefix) const {
    std::vector<std::string> out;
    for (const auto& index : indices(prefix))
        if (const auto* value = find(prefix + "." + index)) out.push_back(*value);
    return out;
}

std::vector<Filter> Form::filters() const {
    std::vector<Filter> out;
    for (const auto& index : indices("Filter"))
        out.push_back({get("Filter." + index + ".Name"), list("Filter." + index + ".Value")});
    return out;
}

std::string Form::first_unknown(const std::vector<std::string>& allowed) const {
    for (const auto& [name, value] : fields_) {
        const auto top = name.substr(0, name.find('.'));
        if (top == "Action" || top == "Version" || top == "DryRun") continue;
        if (std::find(allowed.begin(), allowed.end(), top) == allowed.end()) return top;
    }
    return {};
}

std::string Form::fingerprint() const {
    std::string all;
    for (const auto& [name, value] : fields_)
        if (name != "ClientToken" && name != "Version") all += name + "=" + value + "\n";
    return hex(sha256(all));
}

Answer::Answer(std::string_view action, std::string_view request_id) {
    auto declaration = document_.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    root_ = document_.append_child((std::string(action) + "Response").c_str());
    root_.append_attribute("xmlns") = "http://ec2.amazonaws.com/doc/2016-11-15/";
    put(root_, "requestId", request_id);
}

Response Answer::done(int status) {
    std::ostringstream out;
    document_.save(out, "", pugi::format_raw);
    Response response;
    response.status = status;
    response.content_type = "text/xml;charset=UTF-8";
    response.body = out.str();
    return response;
}

void put(pugi::xml_node parent, const char* name, std::string_view text) {
    parent.append_child(name).text().set(std::string(text).c_str());
}

void put(pugi::xml_node parent, const char* name, std::int64_t number) {
    put(parent, name, std::to_string(number));
}

void put_flag(pugi::xml_node parent, const char* name, bool flag) {
    put(parent, name, flag ? "true" : "false");
}

Response error(int status, std::string_view code, std::string_view message, Random& random) {
    pugi::xml_document document;
    auto declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    auto root = document.append_child("Response");
    auto inner = root.append_child("Errors").append_child("Error");
    put(inner, "Code", code);
    put(inner, "Message", message);
    put(root, "RequestID", random.uuid());
    std::ostringstream out;
    document.save(out, "", pugi::format_raw);
    Response response;
    response.status = status;
    response.content_type = "text/xml;charset=UTF-8";
    response.body = out.str();
    response.error_code = code;
    return response;
}

Window window(const Form& form, std::size_t count, std::size_t usual, std::size_t least,
              std::size_t most, const Fault* fault) {
    Window out;
    std::size_t size = usual;
    if (form.has("MaxResults")) {
        const auto asked = to_integer(form.get("MaxResults"));
        if (!asked || *asked < static_cast<std::int64_t>(least) ||
            *asked > static_cast<std::int64_t>(most)) {
            out.refusal = "Value ( " + form.get("MaxResults") +
                          " ) for parameter maxResults is invalid. "
                          "Expecting a value between " +
                          std::to_string(least) + " and " + std::to_string(most) + ".";
            return out;
        }
        size = static_cast<std::size_t>(*asked);
    }
    if (form.has("NextToken") && !form.get("NextToken").empty()) {
        const auto decoded = base64_decode(form.get("NextToken"));
        const auto at = decoded ? to_integer(*decoded) : std::nullopt;
        if (!at || *at < 0) {
            out.refusal = "Invalid value '" + form.get("NextToken") + "' for nextToken";
            return out;
        }
        out.begin = std::min<std::size_t>(static_cast<std::size_t>(*at), count);
    }
    out.end = size == 0 ? count : std::min(count, out.begin + size);
    if (fault != nullptr && fault->endless_pages) {
        // The last page comes again and again, each time with another token.
        if (out.begin >= count && count > 0)
            out.begin = count - std::min(count, size == 0 ? count : size);
        out.end = size == 0 ? count : std::min(count, out.begin + size);
        out.next_token = base64_encode(std::to_string(std::max(out.end, out.begin + 1)));
    } else if (out.end < count) {
        out.next_token = base64_encode(std::to_string(out.end));
    }
    return out;
}

}  // namespace fakecloud::ec2
