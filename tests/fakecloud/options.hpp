// How a fake cloud behaves: everything a test may want to turn.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fakecloud {

struct Credential {
    std::string vendor;            // aws, digitalocean, hetzner
    std::string token;             // bearer token, or AWS access key id
    std::string secret;            // AWS only
    std::string account = "main";  // two accounts of one vendor see different machines
    bool read_only = false;
};

std::vector<Credential> default_credentials();

struct Options {
    std::uint64_t seed = 1;
    std::int64_t boot_ms = 1500;    // create accepted -> running
    std::int64_t delete_ms = 800;   // delete accepted -> gone
    std::int64_t tag_lag_ms = 300;  // DigitalOcean: create -> its tags appear
    std::int64_t ec2_lag_ms = 200;  // EC2: create -> DescribeInstances knows it
    int server_limit = 100;         // machines per vendor account
    bool rate_limits = true;
    bool backed = false;  // a real machine stands behind each: who runs them says when they run
    std::vector<Credential> credentials = default_credentials();
};

}  // namespace fakecloud
