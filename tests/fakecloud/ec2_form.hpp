// EC2's query protocol: numbered parameters in, XML out.
#pragma once

#include <map>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "encoding.hpp"
#include "request.hpp"
#include "vendor.hpp"

namespace fakecloud::ec2 {

struct Filter {
    std::string name;
    std::vector<std::string> values;
    bool accepts(std::string_view text) const;  // any value; * and ? are wildcards
};

class Form {
public:
    explicit Form(const Request& request);

    const std::string* find(const std::string& name) const;
    std::string get(const std::string& name) const;  // empty when absent
    bool has(const std::string& name) const { return find(name) != nullptr; }
    bool has_below(const std::string& prefix) const;                 // prefix.anything
    std::vector<std::string> list(const std::string& prefix) const;  // prefix.1, prefix.2, ...
    // The distinct indices in prefix.N.anything, in order.
    std::vector<std::string> indices(const std::string& prefix) const;
    std::vector<Filter> filters() const;
    // Names before the first dot, other than those allowed; for UnknownParameter.
    std::string first_unknown(const std::vector<std::string>& allowed) const;
    // Everything that makes two calls the same call, in a stable order.
    std::string fingerprint() const;

private:
    std::map<std::string, std::string> fields_;
};

// One answer under construction: <ActionResponse xmlns=...><requestId/>...
class Answer {
public:
    Answer(std::string_view action, std::string_view request_id);
    pugi::xml_node root() { return root_; }
    Response done(int status = 200);

private:
    pugi::xml_document document_;
    pugi::xml_node root_;
};

void put(pugi::xml_node parent, const char* name, std::string_view text);
void put(pugi::xml_node parent, const char* name, std::int64_t number);
void put_flag(pugi::xml_node parent, const char* name, bool flag);

Response error(int status, std::string_view code, std::string_view message, Random& random);

// Cuts `items` to MaxResults and NextToken. `refusal` is set when those are no good.
struct Window {
    std::size_t begin = 0, end = 0;
    std::string next_token;
    std::string refusal;
};
Window window(const Form& form, std::size_t count, std::size_t usual, std::size_t least,
              std::size_t most, const Fault* fault);

}  // namespace fakecloud::ec2
