// Temporary keys that the fake AWS has given out: to roles, to machines, to people who logged in.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "options.hpp"
#include "random.hpp"

namespace fakecloud {

struct Session {
    Credential credential;  // with an access key id that begins with ASIA
    std::string token;      // what x-amz-security-token has to be
    std::string arn;        // whose it is
    std::int64_t expires_ms = 0;
};

class Sessions {
public:
    // Lasts as long as the world: an answer may still refer to it.
    const Session& issue(const std::string& account, bool read_only, const std::string& arn,
                         std::int64_t expires_ms, Random& random) {
        const auto letters = random.uuid();
        std::string key = "ASIA";
        for (const char c : letters)
            if (c != '-' && key.size() < 20) key += c >= 'a' ? static_cast<char>(c - 32) : c;
        all_.push_back({{"aws", key, "fake-secret-" + random.uuid(), account, read_only},
                        "fake-session-token-" + random.uuid(), arn, expires_ms});
        return all_.back();
    }
    const Session* find(const std::string& key_id) const {
        for (const auto& session : all_)
            if (session.credential.token == key_id) return &session;
        return nullptr;
    }

private:
    std::deque<Session> all_;
};

}  // namespace fakecloud
