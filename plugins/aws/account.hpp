// One AWS account as berth's configuration describes it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aws/credentials/chain.hpp"
#include "berth/config.hpp"
#include "sigv4.hpp"

namespace berth::aws {

/// Plain, immutable but for the clock's error; any thread.
struct Account {
  Credentials credentials;       // where there is no chain: those of the settings
  std::shared_ptr<Chain> chain;  // else what AWS's own tools would use
  std::string default_region = "us-east-1";
  std::vector<std::string> regions;  // empty: only default_region
  std::string endpoint = "https://ec2.{region}.{suffix}";
  std::string pricing_endpoint = "https://api.pricing.{region}.{suffix}";
  std::string sts_endpoint = "https://sts.{region}.{suffix}";
  std::string image;      // an AMI's id or "debian-12"; "": that
  std::string subnet_id;  // "": the zone's default subnet
  std::vector<std::string> security_group_ids;
  std::string key_name;                        // "": no EC2 key pair
  std::vector<std::string> zones;              // empty: every zone of the region
  std::vector<std::string> instance_families;  // empty: every family
  /// What AWS's clock is ahead of this machine's, in ms, once a refusal has told it. Shared by all
  /// copies, so that one refusal corrects the signatures of all calls.
  std::shared_ptr<std::atomic<std::int64_t>> clock_error_ms =
      std::make_shared<std::atomic<std::int64_t>>(0);

  /// Where berth looks when it is not told where: `regions` and default_region, each once.
  [[nodiscard]] std::vector<std::string> all_regions() const;
  /// Where berth may buy when it is not told where.
  [[nodiscard]] std::vector<std::string> buying_regions() const;
};

/// Throws ConfigError where a setting breaks AWS's own rules, or two contradict each other.
/// `around`: where keys are looked for that are not in the settings.
Account account_of(const PluginConfig& config,
                   std::shared_ptr<const Surroundings> around = system_surroundings());

/// Lower-case letters, digits and '-': a region becomes part of a host name, so nothing else may.
bool is_region(std::string_view text);

/// "us-east-1a" lies in "us-east-1". Local and Wavelength zones ("us-east-1-bos-1a") do not count:
/// they have prices of their own, under another regionCode.
bool is_zone_of(std::string_view zone, std::string_view region);

/// `endpoint` with {region} filled in, and {suffix} by the region's partition (amazonaws.com).
std::string endpoint_in(std::string endpoint, const std::string& region);

}  // namespace berth::aws
