// What users ask of the engine: each one write transaction that wakes the work.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.hpp"
#include "engine/parts.hpp"
#include "engine/release.hpp"

namespace berth {

enum class Refused { usage, not_found, not_allowed };

/// A request that is not carried out; nothing was changed. what() is for people.
class Refusal : public std::runtime_error {
 public:
  Refusal(Refused kind, const std::string& text) : std::runtime_error(text), kind_(kind) {}
  [[nodiscard]] Refused kind() const { return kind_; }

 private:
  Refused kind_;
};

/// The request with the application's defaults filled in, checked. Throws Refusal.
DeploymentRecord resolve(const EngineParts& parts, const DeployRequest& request);

// All of these ask whether `by` may (engine/permit.hpp), and throw Refusal where not; that is
// recorded.

/// By whoever the request names; `uid`: whose process it is, -1: not known.
std::string submit(const EngineParts& parts, const DeployRequest& request, std::int64_t uid = -1);
void approve(const EngineParts& parts, std::string_view deployment_id, const Caller& by);
void cancel(const EngineParts& parts, std::string_view deployment_id, const Caller& by);
void retry(const EngineParts& parts, std::string_view deployment_id, const Caller& by);

/// Whether room is given back though what runs there was not stopped.
enum class Force { no, yes };
/// A hold as it was, and what became of it.
struct AskedRelease {
  HoldRecord hold;
  Released released;
};
/// What has a release command is stopped first, by the hold's own task; one that failed is tried
/// now. `confirmed`, here and below: it is meant though the organization left the config.
std::vector<AskedRelease> release(const EngineParts& parts, std::string_view organization,
                                  std::string_view application, const Caller& by,
                                  bool confirmed = false, Force force = Force::no);

/// A server of the organization's own. Returns its id.
std::string add_server(const EngineParts& parts, Server server, const Caller& by);
/// `offer_name`: account/region/zone/type/market, as `berth offers` lists it.
/// REQUIRES: the catalogues of the organization's accounts are fresh.
std::string buy_server(const EngineParts& parts, std::string_view organization,
                       std::string_view offer_name, const Caller& by);
/// One that was bought is destroyed when nothing runs there any more.
void drain_server(const EngineParts& parts, std::string_view server, bool drain,
                  const Caller& by, bool confirmed = false);
/// From now on that key is the server's.
void trust_host_key(const EngineParts& parts, std::string_view server, const std::string& host_key,
                    const Caller& by);

/// How a server leaves the fleet.
struct Removal {
  bool force = false;      // also where applications hold room on it, or deployments wait for it
  bool confirmed = false;
  bool forget = false;     // its account is not known any more: it leaves without being destroyed
};
/// Of one that is still on its way the purchase is cancelled.
/// Returns what is left to do for people, "" nothing.
std::string remove_server(const EngineParts& parts, std::string_view server, const Removal& how,
                          const Caller& by);

/// What a person or a monitor says of a server.
struct ServerNews {
  Room other_use;
  std::optional<int> network_percent, load_percent;
  std::optional<bool> reachable, enabled;
};
void report_server(const EngineParts& parts, std::string_view server, const ServerNews& news,
                   const Caller& by);

}  // namespace berth
