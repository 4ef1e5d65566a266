// The server that the stories of these tests ask for.
#pragma once

#include <string>

#include "berth/cloud_provider.hpp"

namespace digitalocean_story {

inline constexpr const char* installation = "inst-7kq2";
inline constexpr const char* attempt = "b4k2m7p3q5r6s2t4v7w3x5y2za";
// An ed25519 key made for this test; nobody has its other half.
inline constexpr const char* public_key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f berth@test";

inline berth::CreateRequest request() {
  berth::CreateRequest out;
  out.installation_id = installation;
  out.organization_id = "acme";
  out.attempt_id = attempt;
  out.name = std::string("auto-acme-") + attempt;
  out.region = "nyc1";
  out.instance_type = "s-2vcpu-4gb";
  out.ssh_public_keys = {public_key};
  out.user_data = "#cloud-config\n";
  out.labels = {{"application", "web shop"}};
  out.expires_at_unix_ms = 1'795'007'200'000;
  return out;
}

inline berth::FindRequest find_attempt(std::string server_id = "", std::string note = "") {
  berth::FindRequest out;
  out.installation_id = installation;
  out.sought = {{attempt, std::move(server_id), "nyc1", std::move(note)}};
  return out;
}

inline berth::DestroyRequest destroy_attempt(std::string server_id) {
  berth::DestroyRequest out;
  out.installation_id = installation;
  out.server = {attempt, std::move(server_id), "nyc1", ""};
  return out;
}

}  // namespace digitalocean_story
