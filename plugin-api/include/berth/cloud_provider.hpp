// Interface "berth.cloud-provider/1": one cloud, as berth needs it. Std-only, C++17.
//
// The same class stands at both ends: a plugin implements it, the host's proxies implement it over
// the C table or the worker's wire, tests fake it. Every method may be called again after a lost
// reply; none waits for a state.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "berth/call.hpp"
#include "berth/failure.hpp"
#include "berth/money.hpp"

namespace berth {

inline constexpr const char* cloud_provider_id = "berth.cloud-provider/1";

/// Answer to `check`: the credentials work.
struct AccountCheck {
  std::string account;                     // the vendor's name of the account or project; may be ""
  std::optional<std::int64_t> server_limit;  // how many servers the vendor allows; absent: not told
  std::vector<std::string> notes;          // what a person should know, one sentence each
};

enum class Arch { x86_64, arm64 };
enum class Availability { available, unavailable, unknown };

/// One instance type at one place, with its price net of tax. Absent is not zero: an offer without
/// a price is ineligible.
struct Offer {
  std::string region;
  std::string zone;                 // "" where the vendor has none
  std::string market = "on_demand";
  std::string instance_type;
  Arch arch = Arch::x86_64;
  std::int64_t vcpu = 0;            // whole virtual CPUs
  std::int64_t memory_mib = 0;
  std::int64_t disk_mib = 0;        // included in the price; 0: the disk is chosen at create
  std::int64_t max_disk_mib = 0;    // largest root disk that create can give; 0: disk_mib is all
  std::string currency;             // of every amount below, ISO 4217
  std::optional<std::int64_t> hourly_nanos;       // per hour
  std::optional<std::int64_t> monthly_cap_nanos;  // the vendor bills at most this per month
  std::optional<std::int64_t> disk_gib_month_nanos;  // per GiB of root disk beyond disk_mib
  std::optional<std::int64_t> ipv4_hourly_nanos;     // one public IPv4, where it costs extra
  std::optional<std::int64_t> ipv4_monthly_cap_nanos;
  std::vector<std::string> excludes;  // what the price leaves out, in words: "traffic above 20 TB"
  std::int64_t billing_step_s = 3600;
  std::int64_t as_of_unix_ms = 0;     // when the price was read from the vendor (or its date)
  Availability availability = Availability::unknown;
  std::optional<std::int64_t> deprecated_unix_ms;  // no new servers from then on
  /// The vendor's names of groups that this type is in: its family ("m7g"), its quota's bucket
  /// ("vcpu:standard"). A refusal of scope `family` speaks for all that have its scope_name here.
  std::vector<std::string> families;
};

struct OffersRequest {
  std::vector<std::string> regions;  // empty: the provider's default region
};

struct OfferList {
  std::vector<Offer> offers;
};

/// Everything create needs. `attempt_id` and `candidate` together name one intent: calling again
/// with both unchanged must never make a second server.
struct CreateRequest {
  std::string installation_id;
  std::string organization_id;
  std::string attempt_id;
  std::int64_t candidate = 0;  // the how-manieth offer of this attempt is tried, from 0
  std::string name;            // auto-{organization}-{attempt}, at most 63 of [a-z0-9-]
  std::string region, zone, market, instance_type;
  Arch arch = Arch::x86_64;
  std::int64_t disk_mib = 0;   // root disk wanted; at least this much
  std::string image;           // "": the provider's default
  std::vector<std::string> ssh_public_keys;  // OpenSSH one-line format
  std::string user_data;       // cloud-init; "" for none; holds no secrets
  std::map<std::string, std::string> labels;  // ownership labels; spelled as the vendor allows
  std::int64_t expires_at_unix_ms = 0;        // lease; 0: none
  std::string ssh_user;  // who will log in, as the user says; "": the image's user
};

enum class ServerState { pending, running, stopping, stopped, failed, gone, unknown };

/// A server as the cloud shows it.
struct CloudServer {
  std::string server_id;        // the vendor's id
  std::string attempt_id;       // from its labels; "" if it has none
  std::string installation_id;  // from its labels; "" if it has none
  std::string organization_id;  // from its labels; "" if it has none
  std::string name, region, zone, instance_type;
  ServerState state = ServerState::unknown;
  std::string public_ipv4, private_ipv4;  // "" until known
  std::int64_t created_unix_ms = 0;       // 0: not told
  std::int64_t expires_at_unix_ms = 0;    // from its labels; 0: none
  std::string detail;                     // the vendor's word on the state, for a person
  std::string arch;                       // "x86_64" or "arm64"; "": not told
  std::string ssh_user;                   // who may log in to what its image made; "": not told
  /// Those of create's labels that begin with "berth-", as the cloud shows them; empty: not told.
  std::map<std::string, std::string> labels;
  /// What one that runs still needs before it is of use, where only the plugin can know: "is not in
  /// its private network". It is shown after "It runs, but". "": nothing.
  std::string lacks;
};

/// Answer to `create`: the vendor accepted. Not: it runs, unless `server.state` says so.
struct Created {
  CloudServer server;
  std::string note;  // opaque, at most 4 KB: stored, and handed back to find and destroy
};

/// One server to look for: by attempt, and by the vendor's id where it is known.
struct Sought {
  std::string attempt_id;
  std::string server_id;  // "": not known (the create's reply was lost)
  std::string region;
  std::string note;
};

struct FindRequest {
  std::string installation_id;
  std::vector<Sought> sought;
  bool all = false;  // also every other server that carries this installation's label
  std::vector<std::string> regions;  // where to look with `all`; empty: the account's regions
};

/// Answer to `find`. An attempt in `servers` is present; in `absent`: the cloud was asked and has
/// none; in neither: unknown. Two servers of one attempt are both listed.
struct Found {
  std::vector<CloudServer> servers;
  std::vector<std::string> absent;  // attempt ids
  bool complete = false;            // every page and region was read; false: never act on absence
};

/// Which server is to end. Its `server_id` is always given: where the create's reply was lost, the
/// host finds the server first and commits its id.
struct DestroyRequest {
  std::string installation_id;
  Sought server;
};

/// A cloud provider. Threads: as the manifest's "concurrent" says.
class CloudProvider {
 public:
  virtual ~CloudProvider() = default;
  /// Do the credentials work, and what may they do? Changes nothing.
  virtual Result<AccountCheck> check(Call& call) = 0;
  /// The live catalogue with prices. Changes nothing.
  virtual Result<OfferList> offers(const OffersRequest& request, Call& call) = 0;
  /// Asks for one server and returns on acceptance. Idempotent on attempt and candidate.
  virtual Result<Created> create(const CreateRequest& request, Call& call) = 0;
  /// Batched look; must cost about one list per region, not one get per server.
  virtual Result<Found> find(const FindRequest& request, Call& call) = 0;
  /// Ends that one server. Idempotent: one that is not there is done.
  virtual Result<Done> destroy(const DestroyRequest& request, Call& call) = 0;
};

}  // namespace berth
