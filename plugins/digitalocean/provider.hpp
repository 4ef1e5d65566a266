// DigitalOcean as a berth provider. No HTTP here: see api.hpp.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "berth/cloud_provider.hpp"
#include "berth/config.hpp"
#include "json_api/api.hpp"
#include "names.hpp"

namespace berth::digitalocean {

/// One account (at DigitalOcean: one team) as it was configured.
struct Account {
  std::string token;
  std::string endpoint = "https://api.digitalocean.com/v2";
  std::string default_region = "nyc1";
  std::vector<std::string> regions;   // empty: default_region
  std::string image = "debian-12-x64";
  std::vector<std::string> ssh_keys;  // ids, fingerprints or names at the vendor
  std::string vpc_uuid;               // "": the region's default VPC
  std::vector<std::string> tags;      // more tags
};

/// Throws ConfigError.
Account account_of(const PluginConfig& config);

/// Threads: any number at once; between calls it keeps its settings, the ids of the keys that the
/// settings name (listing keys is limited to ten a minute), and which keys were tried before.
class Provider final : public CloudProvider {
 public:
  explicit Provider(const PluginConfig& config) : Provider(account_of(config)) {}
  explicit Provider(Account account);

  Result<AccountCheck> check(Call& call) override;
  Result<OfferList> offers(const OffersRequest& request, Call& call) override;
  Result<Created> create(const CreateRequest& request, Call& call) override;
  Result<Found> find(const FindRequest& request, Call& call) override;
  Result<Done> destroy(const DestroyRequest& request, Call& call) override;

 private:
  /// Empty: none of this attempt is there.
  Result<std::optional<CloudServer>> already_there(const CreateRequest& request, Call& call);
  Result<boost::json::value> key_references(const CreateRequest& request, Call& call);
  std::unique_lock<std::timed_mutex> lock_for_new_keys(const CreateRequest& request, Call& call);
  void tried_keys(const CreateRequest& request);
  Result<Done> register_keys(const CreateRequest& request, Call& call) const;
  void judge_unfinished(const FindRequest& request, std::vector<CloudServer>& servers,
                        Call& call) const;

  Account account_;
  json_api::Api api_;
  Names names_;
  std::mutex named_keys_guard_;                     // of the next two
  std::map<std::string, std::int64_t> named_keys_;  // name -> id
  std::set<std::string> tried_keys_;                // public keys that a creation has named
  std::timed_mutex pioneer_;                        // see lock_for_new_keys
};

}  // namespace berth::digitalocean
