// What goes in and what comes out of the fake clouds: plain structs, no socket, no clock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fakecloud {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
    std::string method = "GET";
    std::string target = "/";  // path and query, as on the request line
    Headers headers;
    std::string body;

    std::string header(std::string_view name) const;  // any case; empty when absent
    std::string path() const;
    std::string query() const;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    Headers headers;
    std::string body;

    // What the wire cannot say by itself. The shell acts on these; tests look at them.
    bool dropped = false;       // close the connection without an answer
    bool cut = false;           // announce the whole length, send half, close
    std::int64_t delay_ms = 0;  // answer that much later; the effect has already happened
    std::string error_code;     // the vendor's own code, for the oracle log

    std::string header(std::string_view name) const;
};

}  // namespace fakecloud
