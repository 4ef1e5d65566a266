// A cloud that answers at once: servers live in this process's memory and run as soon as they
// exist. What is left of a creation is berth's own work.
#include <mutex>
#include <unordered_map>

#include "berth/export.hpp"

using namespace berth;

namespace {

constexpr int sizes = 24;

class Instant : public CloudProvider {
 public:
  explicit Instant(const PluginConfig&) {}

  Result<AccountCheck> check(Call&) override { return AccountCheck{}; }

  Result<OfferList> offers(const OffersRequest&, Call& call) override {
    OfferList list;
    for (int size = 1; size <= sizes; ++size) {
      Offer& offer = list.offers.emplace_back();
      offer.region = "here";
      offer.instance_type = "size-" + std::to_string(size);
      offer.vcpu = size;
      offer.memory_mib = std::int64_t{size} * 2048;
      offer.disk_mib = std::int64_t{size} * 20 * 1024;
      offer.currency = "USD";
      offer.hourly_nanos = std::int64_t{size} * 5'000'000;
      offer.as_of_unix_ms = call.now_unix_ms();
      offer.availability = Availability::available;
    }
    return list;
  }

  Result<Created> create(const CreateRequest& request, Call& call) override {
    const std::lock_guard lock(mutex_);
    CloudServer& server = servers_[request.attempt_id];
    if (server.server_id.empty()) {
      server.server_id = "i-" + std::to_string(servers_.size());
      server.attempt_id = request.attempt_id;
      server.installation_id = request.installation_id;
      server.organization_id = request.organization_id;
      server.name = request.name;
      server.region = request.region;
      server.instance_type = request.instance_type;
      server.state = ServerState::running;
      server.public_ipv4 = "192.0.2.1";
      server.created_unix_ms = call.now_unix_ms();
    }
    return Created{server, ""};
  }

  Result<Found> find(const FindRequest& request, Call&) override {
    const std::lock_guard lock(mutex_);
    Found found;
    found.complete = true;
    for (const Sought& sought : request.sought) {
      const auto server = servers_.find(sought.attempt_id);
      if (server == servers_.end())
        found.absent.push_back(sought.attempt_id);
      else
        found.servers.push_back(server->second);
    }
    return found;
  }

  Result<Done> destroy(const DestroyRequest& request, Call&) override {
    const std::lock_guard lock(mutex_);
    servers_.erase(request.server.attempt_id);
    return Done{};
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, CloudServer> servers_;  // by attempt
};

}  // namespace

BERTH_EXPORT_CLOUD_PROVIDER(Instant, R"({
  "id": "instant", "version": "1.0.0", "name": "A cloud that answers at once",
  "interfaces": ["berth.cloud-provider/1"],
  "concurrent": 64, "default_region": "here", "config": {}
})");
