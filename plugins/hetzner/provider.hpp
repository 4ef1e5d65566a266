// Hetzner Cloud as a berth provider. No HTTP here: see api.hpp.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "berth/cloud_provider.hpp"
#include "berth/config.hpp"
#include "json_api/api.hpp"

namespace berth::hetzner {

/// One account (at Hetzner: one project) as it was configured.
struct Account {
  std::string token;
  std::string endpoint = "https://api.hetzner.cloud/v1";
  std::string default_region = "nbg1";
  std::vector<std::string> regions;   // empty: default_region
  std::string image = "debian-12";
  std::vector<std::string> ssh_keys;  // names or ids at the vendor, beside the request's own
  std::string network;                // id of a private network; "": none
  std::vector<std::string> tags;      // more labels: "team=web" or "team"
};

/// Throws ConfigError.
Account account_of(const PluginConfig& config);

/// Threads: any number at once; between calls it keeps its settings, and the
/// vendor's names of the keys it has looked up.
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
  Result<boost::json::value> key_ids(const CreateRequest& request, Call& call);
  bool forget_keys(const Failure& refusal);
  Result<std::string> key_id(const std::string& public_key, Call& call) const;
  Result<Created> adopted(const CreateRequest& request, const Failure& refusal, Call& call) const;
  void judge_unfinished(const FindRequest& request, std::vector<CloudServer>& servers,
                        Call& call) const;

  Account account_;
  json_api::Api api_;
  std::mutex keys_guard_;
  std::map<std::string, std::string> key_names_;  // public key -> its name at the vendor
};

}  // namespace berth::hetzner
