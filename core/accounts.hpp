// The accounts of the config and of the ledger, side by side. An account of the ledger has a dot in
// its id ("acme.hetzner"), which no account of a config can have: the two are never mixed.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/live.hpp"
#include "credentials/keyring.hpp"
#include "engine/accounts.hpp"
#include "journal/journal.hpp"
#include "world/world.hpp"

namespace berth {

/// The secrets of an account: a JSON object of texts and lists of texts. Throws KeyProblem: nothing
/// was sealed with a key that is in the ring, or it opens nothing.
std::string secrets_json_of(const AccountRecord& record, const Keyring& keys);

/// Accounts of one plugin with the same secrets have the same; one without secrets has its own.
std::string credential_of(const AccountSettings& account);

/// As the engine uses an account. `secrets_json`: nullptr where `why` says that they cannot be had.
AccountSettings settings_of(const AccountRecord& record, const std::string* secrets_json,
                            const std::string& why);

/// Threads: any. What it refers to outlives it.
class LiveAccounts final : public Accounts {
 public:
  /// The fingerprint of a credential that the settings do not hold; "": there is no such.
  using OutsideCredential = std::function<std::string(const AccountSettings&)>;
  LiveAccounts(const LiveConfiguration& config, const KeyStore& keys, const Clock& clock,
               Journal& journal, OutsideCredential outside = {});

  void refresh(const LedgerView& view) override;
  [[nodiscard]] std::shared_ptr<const AccountList> list() const override;

 private:
  /// The keys, read once for all that a refresh opens.
  struct Keys {
    std::optional<Keyring> ring;
    std::string problem;
  };
  AccountPointer opened(const AccountRecord& record, std::optional<Keys>& keys);
  void tell_same_names(const std::vector<AccountRecord>& records);

  /// Whose credentials the accounts of the config use now, where that stands elsewhere.
  void look_outside();

  /// Those of the config and those of the ledger are the list from now on.
  void join();

  /// Those of the config in force, each with a revision of its own where that is another one.
  void take_over_config();

  const LiveConfiguration& config_;
  const KeyStore& keys_;
  const Clock& clock_;
  Journal& journal_;
  const OutsideCredential outside_;
  std::optional<std::int64_t> looked_outside_boot_ms_;
  const Configuration* taken_from_ = nullptr;
  AccountList of_config_, of_ledger_;
  std::int64_t config_revision_ = 0;  // downwards: those of the ledger count upwards
  mutable std::mutex mutex_;
  std::shared_ptr<const AccountList> list_;
  std::int64_t revision_ = 0;
  bool waits_for_key_ = false;  // some could not be opened: the key may come, or be mended
  std::int64_t tried_boot_ms_ = 0;
};

}  // namespace berth
