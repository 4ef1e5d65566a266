// The HTTP shell: loopback sockets on one side, Cloud::answer on the other. One thread, so that
// requests are answered in one order; the wall clock is read here and nowhere else.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "cloud.hpp"

namespace fakecloud {

struct ServerOptions {
    std::string address = "127.0.0.1";  // 127.0.0.0/8 only
    std::uint16_t port = 0;             // 0: any free one
    std::int64_t latency_ms = 0;        // added to every answer
    std::uint16_t ssh_port = 0;         // 0: machines have no ssh port
    bool virtual_time = false;          // the clock stands but for POST /_berth/clock
};

class Backing;

// Serves until SIGTERM or SIGINT. Calls `ready` with the port once it listens. Throws
// std::runtime_error when it cannot listen. `backing`: what really runs, or null.
void serve(Cloud& cloud, const ServerOptions& options, Backing* backing,
           const std::function<void(std::uint16_t)>& ready);

}  // namespace fakecloud
