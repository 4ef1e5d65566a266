#include "json_text.hpp"

#include <charconv>

namespace fakecloud {

namespace {

void write(std::string& out, const json::value& value) {
    switch (value.kind()) {
        case json::kind::object: {
            out += '{';
            bool first = true;
            for (const auto& member : value.get_object()) {
                if (!first) out += ',';
                first = false;
                out += json::serialize(json::string(member.key()));
                out += ':';
                write(out, member.value());
            }
            out += '}';
            return;
        }
        case json::kind::array: {
            out += '[';
            bool first = true;
            for (const auto& item : value.get_array()) {
                if (!first) out += ',';
                first = false;
                write(out, item);
            }
            out += ']';
            return;
        }
        case json::kind::double_: {
            char text[64];
            const auto end = std::to_chars(text, text + sizeof text, value.get_double(),
                                           std::chars_format::fixed);
            out.append(text, end.ptr);
            return;
        }
        default:
            out += json::serialize(value);
    }
}

}  // namespace

std::string json_text(const json::value& value) {
    std::string out;
    write(out, value);
    return out;
}

}  // namespace fakecloud
