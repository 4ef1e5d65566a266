// Is this request signed by a key we know, for this service, about now? AWS Signature Version 4
// over the headers (not the query). The clock is the caller's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "options.hpp"
#include "request.hpp"
#include "sessions.hpp"

namespace fakecloud {

enum class Signature {
    good,
    missing,
    malformed,
    unknown_key,
    wrong_scope,
    expired,
    session_ended,  // the keys were temporary
    wrong
};

struct SignatureCheck {
    Signature verdict = Signature::missing;
    const Credential* credential = nullptr;  // set for good, wrong, expired and wrong_scope
    std::string key_id, region, service;     // as claimed in the credential scope
    std::string why;                         // for people; names what did not fit
};

// What the Authorization header claims, without checking it.
SignatureCheck read_scope(const Request& request);

// `sessions`: temporary keys that are good as well; they end by `clock_ms`, the clouds' own time.
SignatureCheck check_sigv4(const Request& request, std::string_view service,
                           const std::vector<Credential>& credentials, std::int64_t now_ms,
                           const Sessions* sessions = nullptr, std::int64_t clock_ms = 0);

// The other direction, for tests and the control of this file by itself: adds X-Amz-Date and
// Authorization. REQUIRES: a Host header.
void sign_sigv4(Request& request, const Credential& credential, std::string_view region,
                std::string_view service, std::int64_t now_ms);

}  // namespace fakecloud
