// Everything the fake clouds remember: machines, keys, creations that will come late. The vendors
// read and change it; none of them knows another.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalogue.hpp"
#include "faults.hpp"
#include "machine.hpp"
#include "options.hpp"
#include "oracle.hpp"
#include "random.hpp"
#include "sessions.hpp"

namespace fakecloud {

struct SshKey {
    std::string vendor, account, region;
    std::int64_t id = 0;
    std::string name, public_key, fingerprint;
    Labels labels;
    std::int64_t created_ms = 0;
};

struct SecurityGroup {
    std::string account, region, id, name, description;
    Labels labels;
    struct Ingress {
        std::string protocol, from_port, to_port, cidr;
    };
    std::vector<Ingress> ingress;
};

class World {
public:
    World(const Catalogue& sold, const Options& behaviour, LogSink* sink)
        : catalogue(sold), options(behaviour), random(behaviour.seed), oracle(sink) {}

    const Catalogue& catalogue;
    const Options& options;
    Random random;
    Oracle oracle;
    Sessions sessions;
    std::deque<SshKey> keys;
    std::deque<SecurityGroup> groups;
    std::map<std::string, std::vector<std::string>> made_tags;  // DigitalOcean: account -> names

    // Plans the machine's life from `now_ms` on, gives it a number, and takes it in. The caller
    // sets the id afterwards through `named`, which gets the number.
    Machine& add(Machine machine, const Fault* fault, std::string_view cause, std::int64_t now_ms,
                 const std::function<void(Machine&)>& named);
    void destroy(Machine& machine, std::int64_t now_ms);
    // At the vendor's console: "stop", "start" (with another address, where one is given), or "end":
    // the vendor ends it by itself. False: another word.
    bool switch_power(Machine& machine, const std::string& what, const std::string& address,
                      std::int64_t now_ms);

    // What is told of the real machine behind one: it runs, it cannot or no longer does, it is
    // gone.
    void runs(Machine& machine, std::int64_t now_ms);
    void failed(Machine& machine, const std::string& reason, std::int64_t now_ms);
    void gone(Machine& machine, std::int64_t now_ms);

    Machine* find(std::string_view vendor, std::string_view account, const std::string& id);
    Machine* by_number(std::string_view vendor, std::string_view account, std::uint64_t number);
    Machine* by_name(std::string_view vendor, std::string_view account, const std::string& name,
                     std::int64_t at_ms);
    Machine* by_client_token(std::string_view account, std::string_view region,
                             const std::string& token);
    std::deque<Machine>& machines() { return machines_; }
    const std::deque<Machine>& machines() const { return machines_; }
    // How many machines count against the account's limit. REQUIRES: now_ms does not go backwards.
    int living(std::string_view vendor, std::string_view account, std::int64_t now_ms);

    // A creation that was answered with an error and happens after all.
    void later(std::int64_t due_ms, std::function<void(std::int64_t)> create);
    void catch_up(std::int64_t now_ms);

    std::int64_t next_id() { return ++last_id_; }

private:
    struct Late {
        std::int64_t due_ms;
        std::function<void(std::int64_t)> create;
    };

    struct Census {  // counted as it changes: a limit is asked for at every creation
        int made = 0;
        std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> ends;
    };

    std::deque<Machine> machines_;  // never erased: ids of the dead must stay known
    std::unordered_map<std::string, std::uint64_t> by_id_;
    std::unordered_multimap<std::string, std::uint64_t> by_name_, by_token_;
    std::map<std::string, Census> census_;
    std::vector<Late> late_;
    std::int64_t last_id_ = 0;
};

}  // namespace fakecloud
