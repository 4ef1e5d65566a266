// One machine of a fake cloud. Its state is a function of time: every change is a moment written
// down when it is decided, so that nothing has to run between two requests, and a list "as of two
// seconds ago" is the same question with another time.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace fakecloud {

inline constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

enum class Phase { unborn, creating, booting, running, stopped, failed, deleting, gone };

using Labels = std::map<std::string, std::string>;

struct Machine {
    std::uint64_t number = 0;  // 1, 2, 3 ...; ids of actions and addresses derive from it
    std::string vendor, account, id, name;
    std::string type, region, zone, image;
    Labels labels;                  // AWS tags, Hetzner labels
    std::vector<std::string> tags;  // DigitalOcean
    std::string address, private_address;
    std::vector<std::string> ssh_keys;  // public keys, as OpenSSH writes them
    std::string user_data;

    std::int64_t created_ms = 0;      // first moment it exists
    std::int64_t placed_ms = 0;       // creating -> booting
    std::int64_t running_ms = never;  // booting -> running
    std::int64_t failed_ms = never;   // or this
    std::int64_t stopped_ms = never;  // somebody stopped it at the vendor's console
    std::int64_t delete_asked_ms = never;
    std::int64_t gone_ms = never;
    bool reachable = true;  // does its ssh port answer once it runs
    // A real machine stands behind it from start_ms on; it is shown as running when that one does,
    // but not before booted_ms.
    bool backed = false;
    std::int64_t start_ms = 0, booted_ms = 0;

    // EC2 only
    std::string key_name;
    std::string client_token, parameters;  // parameters: fingerprint of the RunInstances call
    std::string reservation, volume, interface, security_group, subnet;
    int root_gb = 0;
    Labels volume_labels, interface_labels;
    std::string http_tokens = "optional", arch = "x86_64", spot;

    // Hetzner only
    bool ipv4 = true, ipv6 = true;

    Phase phase(std::int64_t at_ms) const;
    bool exists(std::int64_t at_ms) const;  // created and not gone
    std::string attempt() const;            // the value of whichever label or tag names the attempt
};

}  // namespace fakecloud
