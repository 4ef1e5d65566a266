// A seeded source of chance; no std distribution, because theirs differ between libraries.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace fakecloud {

class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t next() { return engine_(); }
    std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : engine_() % limit; }
    bool chance(double probability) {
        if (probability >= 1) return true;
        return static_cast<double>(engine_() >> 11) / 9007199254740992.0 < probability;
    }
    std::string hex_digits(int count) {
        std::string out;
        for (int i = 0; i < count; ++i) out += "0123456789abcdef"[engine_() % 16];
        return out;
    }
    std::string uuid() {
        const auto h = hex_digits(30);
        return h.substr(0, 8) + "-" + h.substr(8, 4) + "-4" + h.substr(12, 3) + "-a" +
               h.substr(15, 3) + "-" + h.substr(18, 12);
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace fakecloud
