// What a decision is made of, and nothing else: stages are pure functions of these.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "berth/cloud_provider.hpp"
#include "berth/money.hpp"
#include "request/request.hpp"

namespace berth {

/// How one boot of an offer ended.
struct BootFact {
  std::int64_t at_unix_ms = 0;  // when it was ready, or given up
  bool ready = false;
  std::string why;  // why it was given up
};

/// What the vendor's list says, where the config changed the price of an offer.
struct ListPrice {
  std::string currency;
  std::optional<std::int64_t> hourly_nanos, monthly_cap_nanos;
  std::string why;  // "discount of berth.toml:41, as of 2026-11-01"
};

/// An offer of one account, as the catalogue has it just now.
struct AccountOffer {
  std::string account;   // the account's id in the config
  std::string provider;  // the plugin's id
  Offer offer;
  std::optional<ListPrice> list_price;          // where `offer` has another
  std::int64_t refused_until_unix_ms = 0;       // a create of it was refused; 0: not lately
  std::string refused_code = "out_of_stock";    // the word of the ErrorCode
  std::string refused_why;
  std::vector<BootFact> boots;  // its last four, newest first; empty where none of them failed
  /// Stable name of an offer: account/region/zone/instance_type/market (zone may be empty).
  [[nodiscard]] std::string key() const;
};

/// An account whose catalogue could not be read; its offers are missing from the decision.
struct MissingCatalogue {
  std::string account;
  std::string why;
  bool unusable =
      false;  // it cannot be asked at all (plugin, credential): that will not pass by itself
  bool set_aside = false;  // it was added at run time, and is not used until somebody mends it
  bool passing = false;    // it may be over in a while (unreachable, 5xx, no budget of calls)
  std::vector<AccountOffer>
      last_known;                       // what it sold when it was read last: a yardstick of prices
  std::int64_t last_known_unix_ms = 0;  // when that was; 0: it was never read
  std::string provider = {};            // the plugin's id
  std::string region = {};  // only this one of its regions could not be read; "": the whole account
};

/// A catalogue that cannot be read just now: what it said before is bought from meanwhile.
struct OldCatalogue {
  std::string account;
  std::string region;  // "": all of the account's
  std::int64_t read_unix_ms = 0;
  std::string why;  // it cannot be read
};

/// An account that is left alone for this deployment, after it refused it twice for one reason.
struct LeftAccount {
  std::string account;
  std::string why;  // the vendor's words
};

struct OrganizationFacts {
  std::string id;
  bool auto_provisioning = false;
  bool auto_approve_provisioning = false;
  std::optional<int> max_servers;
  std::vector<std::string> admins;
  int accounts = 0;  // active accounts this organization may use
};

struct ApprovalFact {
  std::string by;
  std::int64_t at_unix_ms = 0;
  Money limit;  // what was shown and approved, per month
};

/// One currency's worth in the comparison currency, from the config.
struct CurrencyRate {
  std::string currency;
  std::int64_t nanos = 0;  // 1 unit of `currency` in the comparison currency
};

struct Facts {
  std::int64_t now_unix_ms = 0;
  std::string deployment_id;
  std::string application;
  Requirements requirements;
  Strategy strategy = Strategy::standard;
  OrganizationFacts organization;
  std::string trigger;      // why the fleet did not do
  int servers_counted = 0;  // active + deleting + in flight, for the quota
  Money spend_monthly;      // estimated, of what the organization runs now
  int tries = 0;            // provisionings tried for this deployment so far
  int max_tries = 2;
  std::vector<std::string> excluded_offers;  // keys that failed for this deployment already
  std::vector<LeftAccount> left_accounts;
  std::optional<Money> first_estimate;  // what this deployment's first decision showed, per month
  int dearer_percent = 100;  // what is bought without a person's yes costs at most so much more
  bool by_hand =
      false;  // an admin chose the one offer: its size is the size, its price is approved
  std::optional<ApprovalFact> approval;
  std::optional<std::vector<AccountOffer>> offers;  // nullopt: not read yet
  /// Of the ranked and of the dropped, so many are spelled out. A decision needs the best few, and
  /// a catalogue has a thousand.
  std::size_t most_offers = std::numeric_limits<std::size_t>::max();
  std::vector<MissingCatalogue> missing_catalogues;
  std::vector<OldCatalogue> old_catalogues;
  std::string currency = "USD";  // the comparison currency
  std::vector<CurrencyRate> rates;
  std::int64_t boot_failure_pause_ms = 3'600'000;  // after two failures of the last four boots
};

}  // namespace berth
