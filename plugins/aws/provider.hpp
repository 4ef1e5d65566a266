// AWS as berth's CloudProvider. No HTTP here: Api has that.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "account.hpp"
#include "berth/cloud_provider.hpp"
#include "berth/config.hpp"
#include "berth/credential.hpp"
#include "images.hpp"
#include "pace.hpp"

namespace berth::aws {

/// Between calls it keeps which images it found and whose turn it is; any thread, many at once.
class Provider : public CloudProvider, public OutsideCredential {
 public:
  /// Throws ConfigError.
  explicit Provider(const PluginConfig& config) : account_(account_of(config)) {}
  explicit Provider(Account account) : account_(std::move(account)) {}

  Result<AccountCheck> check(Call& call) override;
  Result<OfferList> offers(const OffersRequest& request, Call& call) override;
  Result<Created> create(const CreateRequest& request, Call& call) override;
  Result<Found> find(const FindRequest& request, Call& call) override;
  Result<Done> destroy(const DestroyRequest& request, Call& call) override;
  Result<std::string> identity(Call& call) override;

 private:
  /// The region a server was made in; every region of the account where nothing tells.
  [[nodiscard]] std::vector<std::string> regions_of(const Sought& sought) const;

  const Account account_;
  Images images_;
  Pace pace_;
};

/// The ClientToken of one intent: at most 64 ASCII characters, the same for the same attempt and
/// candidate for ever, another for every other.
std::string client_token(const std::string& attempt_id, std::int64_t candidate);

}  // namespace berth::aws
