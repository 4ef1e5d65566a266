#include "decimal.hpp"

#include <charconv>
#include <cstdlib>

namespace fakecloud {

std::optional<Nano> parse_decimal(std::string_view text) {
    if (text.empty()) return std::nullopt;
    Nano whole = 0, part = 0, unit = 1'000'000'000;
    bool after_point = false, digits = false;
    for (char c : text) {
        if (c == '.' && !after_point) {
            after_point = true;
        } else if (c >= '0' && c <= '9') {
            digits = true;
            if (!after_point)
                whole = whole * 10 + (c - '0');
            else if (unit > 1)
                unit /= 10, part += (c - '0') * unit;
        } else {
            return std::nullopt;
        }
    }
    if (!digits) return std::nullopt;
    return whole * 1'000'000'000 + part;
}

std::string format_decimal(Nano nano, int places) {
    Nano scale = 1;
    for (int i = places; i < 9; ++i) scale *= 10;
    std::string tail;
    for (int i = 9; i < places; ++i) tail += '0';
    const Nano rounded = (nano + scale / 2) / scale;
    Nano unit = 1;
    for (int i = 0; i < places && i < 9; ++i) unit *= 10;
    std::string part = std::to_string(rounded % unit);
    while (static_cast<int>(part.size()) < (places < 9 ? places : 9))
        part.insert(part.begin(), '0');
    return places == 0 ? std::to_string(rounded)
                       : std::to_string(rounded / unit) + "." + part + tail;
}

double to_double(Nano nano) {
    // Through the decimal text: the nearest double of "0.0625" prints as 0.0625 again.
    return std::strtod(format_decimal(nano, 9).c_str(), nullptr);
}

}  // namespace fakecloud
