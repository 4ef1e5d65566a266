// The fake clouds as one function of a request and the time. No threads, no clock, no I/O but the
// log sink handed in: the same seed and the same requests at the same times give the same answers.
//
//     Cloud cloud(catalogue, Options{}, &sink);
//     Response response = cloud.answer(request, now_unix_ms);
//
// Not safe to call from two threads at once. `catalogue` and `sink` must outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "catalogue.hpp"
#include "faults.hpp"
#include "options.hpp"
#include "oracle.hpp"
#include "request.hpp"

namespace fakecloud {

class World;
class Vendor;

class Cloud {
public:
    Cloud(const Catalogue& catalogue, Options options, LogSink* sink = nullptr);
    ~Cloud();
    Cloud(const Cloud&) = delete;
    Cloud& operator=(const Cloud&) = delete;

    // REQUIRES: now_unix_ms does not go backwards. The clouds' own time is that, plus what
    // POST /_berth/clock has added.
    Response answer(const Request& request, std::int64_t now_unix_ms);

    void set_faults(std::vector<Rule> rules);
    // From now on these are the tokens and keys that it knows.
    void set_credentials(std::vector<Credential> credentials);
    // Lets creations that were promised for later happen, without a request.
    void advance(std::int64_t now_unix_ms);

    // Every machine that ever was, in order of creation.
    std::vector<Machine> machines() const;
    // Addresses at which an ssh port answers now.
    std::vector<std::string> reachable_addresses(std::int64_t now_unix_ms) const;
    const std::vector<std::string>& log() const;

    // With Options::backed. The machines that should really run now, and those that should not any
    // more and are not said to be gone yet; and what is told of them, by their number.
    std::vector<Machine> wanted(std::int64_t now_unix_ms) const;
    std::vector<std::uint64_t> leaving(std::int64_t now_unix_ms) const;
    void machine_runs(std::uint64_t number, std::int64_t now_unix_ms);
    void machine_failed(std::uint64_t number, const std::string& reason, std::int64_t now_unix_ms);
    void machine_gone(std::uint64_t number, std::int64_t now_unix_ms);

private:
    Response to_vendor(Vendor& vendor, const Request& request, std::string path,
                       std::int64_t now_ms);
    Response control(const Request& request, const std::string& path, std::int64_t now_ms);
    Response clock(const Request& request, std::int64_t now_ms);
    Response power(const Request& request, std::int64_t now_ms);

    Options options_;
    std::unique_ptr<World> world_;
    Faults faults_;
    std::int64_t ahead_ms_ = 0;  // what POST /_berth/clock has added
    std::vector<std::pair<std::string, std::unique_ptr<Vendor>>> vendors_;  // by path prefix
};

}  // namespace fakecloud
