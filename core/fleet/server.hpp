// Servers of the fleet, as placing sees them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "request/request.hpp"

namespace berth {

/// A server's life in the fleet. Its room counts from `booting` on (waiting deployments share it).
/// `stopped`: it was ready, and its cloud shows it as off; it is billed all the same.
enum class ServerStatus { booting, ready, draining, stopped, destroying, gone };
std::string_view to_word(ServerStatus status);
std::optional<ServerStatus> server_status_of(std::string_view word);

/// A member of the fleet; belongs to one organization.
struct Server {
  std::string id;
  std::string organization;
  std::string name;
  ServerStatus status = ServerStatus::ready;
  bool enabled = true;      // an operator may take it out
  bool reachable = true;
  bool auto_provisioned = false;
  std::string attempt_id;   // "" for one that was added by hand
  std::string account, provider, region, zone, instance_type, vendor_id;
  std::string arch;         // "x86_64" | "arm64"
  Room capacity;
  Room used;                // by holds, and by what else runs there (reported)
  std::optional<int> network_percent;  // as last reported; absent counts as free
  std::optional<int> load_percent;
  std::string public_ipv4, private_ipv4, ssh_user = "root", host_key;
  int ssh_port = 22;
  std::int64_t monthly_nanos = 0;   // estimated cost, per month of 730 hours
  std::string currency;
  std::int64_t created_unix_ms = 0, ready_unix_ms = 0;

  [[nodiscard]] Room free() const { return capacity - used; }
};

}  // namespace berth
