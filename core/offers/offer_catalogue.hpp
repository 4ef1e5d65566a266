// The live offers of every account, with their age.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "journal/journal.hpp"
#include "offers/cache.hpp"
#include "offers/clouds.hpp"
#include "policy/facts.hpp"
#include "world/world.hpp"

namespace berth {

struct CatalogueView {
  std::vector<AccountOffer> offers;       // with what is out of stock, and their failed boots
  std::vector<MissingCatalogue> missing;  // accounts that could not be read
};

/// Threads: any. A catalogue is read from its cloud at most once per `catalogue_ttl`, by one
/// thread, for all processes that share cache.db.
class OfferCatalogue {
 public:
  OfferCatalogue(const Configuration& settings, Clouds& clouds, Cache& cache, const Clock& clock,
                 Journal& journal, MakeWorkers make_workers);

  /// What is in memory and young enough; nullopt: refresh() first. Never blocks on a cloud.
  [[nodiscard]] std::optional<CatalogueView> peek(const std::vector<AccountPointer>& accounts);

  /// Reads what is missing or old: from cache.db, else from the clouds, accounts side by side.
  /// `anew`: from the clouds in any case. An account that fails is remembered as missing for 15 s.
  void refresh(const std::vector<AccountPointer>& accounts, bool anew = false);

 private:
  struct Entry {
    std::mutex reading;  // one thread reads an account; the others wait for what it finds
    std::int64_t revision = 0;  // of the account that was read
    std::shared_ptr<const std::vector<AccountOffer>> offers;  // null: never read
    std::int64_t read_unix_ms = 0;
    std::string problem;    // why the last reading failed; ""
    bool unusable = false;  // the cloud could not even be asked
    bool passing = false;   // it may answer in a while
    std::string credential;  // that the last reading failed with: another one may do
    bool last_looked_up = false;  // what it sold when it was read last, by any process
    std::shared_ptr<const std::vector<AccountOffer>> last_known;
    std::int64_t last_known_unix_ms = 0;
    std::int64_t failed_boot_ms = 0;
  };
  Entry& entry_of(const std::string& account);
  bool young(const Entry& entry, const AccountSettings& account) const;
  bool from_cache(const AccountSettings& account);
  bool is_read(const AccountSettings& account, Entry& entry);
  void read(const AccountSettings& account, bool anew);
  bool read_cache(const AccountSettings& account, Entry& entry, const std::string& key);
  void read_cloud(const AccountSettings& account, Entry& entry, const std::string& key);
  /// REQUIRES: mutex_ is held.
  MissingCatalogue missing(const AccountSettings& account, Entry& entry);
  void keep(const AccountSettings& account, Entry& entry, std::vector<Offer> offers,
            std::int64_t read_unix_ms);

  const Configuration& settings_;
  Clouds& clouds_;
  Cache& cache_;
  const Clock& clock_;
  Journal& journal_;
  MakeWorkers make_workers_;
  std::mutex mutex_;  // guards entries_ and what is in them but `reading`
  std::map<std::string, Entry> entries_;
};

}  // namespace berth
