// What the policy's tests begin with: an organization that may buy, and offers to buy.
#pragma once

#include <string>
#include <vector>

#include "policy/pipeline.hpp"

namespace berth {

constexpr std::int64_t gb = 1024;
constexpr std::int64_t now = 1'795'284'000'000;  // 2026-11-21 18:00 UTC
constexpr std::int64_t unit = 1'000'000'000;     // nanos of one USD or EUR

inline StageSettings stage(std::string name) {
  StageSettings settings;
  settings.stage = std::move(name);
  return settings;
}

inline std::vector<StageSettings> usual_stages() {
  return {stage("entitlement"), stage("sizing"), stage("quota"), stage("selection"),
          stage("approval")};
}

/// `monthly` in whole units and hundredths of the currency: "12.34" is 1234.
inline AccountOffer offer(const std::string& type, std::int64_t vcpu, std::int64_t memory_gb,
                          std::int64_t disk_gb, std::int64_t monthly_cents,
                          const std::string& currency = "USD") {
  AccountOffer made;
  made.account = "main";
  made.provider = "hetzner";
  made.offer.region = "nbg1";
  made.offer.instance_type = type;
  made.offer.vcpu = vcpu;
  made.offer.memory_mib = memory_gb * gb;
  made.offer.disk_mib = disk_gb * gb;
  made.offer.currency = currency;
  made.offer.hourly_nanos = monthly_cents * unit / 10000;  // dear by the hour: the cap decides
  made.offer.monthly_cap_nanos = monthly_cents * unit / 100;
  made.offer.availability = Availability::available;
  made.offer.as_of_unix_ms = now;
  return made;
}

/// acme deploys web with 2 cores, 4 GB, 50 GB; it may have 5 servers and has 1.
inline Facts acme_deploys_web() {
  Facts facts;
  facts.now_unix_ms = now;
  facts.deployment_id = "d1";
  facts.application = "web";
  facts.requirements = {{2000, 4 * gb, 50 * gb}, ""};
  facts.organization.id = "acme";
  facts.organization.auto_provisioning = true;
  facts.organization.auto_approve_provisioning = true;
  facts.organization.max_servers = 5;
  facts.organization.admins = {"ana", "ben"};
  facts.organization.accounts = 1;
  facts.trigger = "insufficient_capacity";
  facts.servers_counted = 1;
  facts.rates = {{"EUR", 1'170'000'000}};
  facts.offers = {offer("cx43", 8, 16, 160, 2400), offer("cx33", 4, 8, 80, 1200),
                  offer("cx23", 2, 4, 40, 600)};
  return facts;
}

inline std::vector<std::string> types_of(const std::vector<RankedOffer>& ranked) {
  std::vector<std::string> types;
  for (const RankedOffer& each : ranked) types.push_back(each.offer.offer.instance_type);
  return types;
}

}  // namespace berth
