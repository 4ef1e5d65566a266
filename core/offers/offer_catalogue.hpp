// The live offers of every account, with their age.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/live.hpp"
#include "journal/journal.hpp"
#include "offers/cache.hpp"
#include "offers/clouds.hpp"
#include "policy/facts.hpp"
#include "world/world.hpp"

namespace berth {

struct CatalogueView {
  std::vector<AccountOffer> offers;       // with what is out of stock, and their failed boots
  std::vector<MissingCatalogue> missing;  // accounts, and regions, that could not be read
  std::vector<OldCatalogue> old;          // which of the offers are of an earlier time
};

/// Threads: any. A catalogue is read from its cloud at most once per `catalogue_ttl`, by one
/// thread, for all processes that share cache.db. Each region of an account stands for itself: one
/// that cannot be read takes nothing from the others.
class OfferCatalogue {
 public:
  OfferCatalogue(const LiveConfiguration& configuration, Clouds& clouds, Cache& cache,
                 const Clock& clock, Journal& journal, MakeWorkers make_workers);

  /// What is in memory and young enough; nullopt: refresh() first. Never blocks on a cloud.
  [[nodiscard]] std::optional<CatalogueView> peek(const std::vector<AccountPointer>& accounts);

  /// Reads what is missing or old: from cache.db, else from the clouds, accounts side by side.
  /// `anew`: from the clouds in any case. A fault that passes at once is outlasted; what fails is
  /// remembered for 15 s, for the settings and the credential that it failed with.
  void refresh(const std::vector<AccountPointer>& accounts, bool anew = false);

 private:
  /// Why the last reading of a region failed.
  struct Trouble {
    std::string identity;  // of the account, as it was
    std::string why;
    bool unusable = false;  // the cloud could not even be asked
    bool passing = false;
    std::int64_t at_boot_ms = 0;
  };
  /// One region of an account.
  struct Part {
    std::string identity;  // of the account that it was read with
    std::shared_ptr<const std::vector<AccountOffer>> offers;  // null: never read
    std::int64_t read_unix_ms = 0;
    bool looked_up = false;  // what cache.db knows of it, however old, is here
    std::optional<Trouble> trouble;
  };
  struct Entry {
    std::mutex reading;  // one thread reads an account; the others wait for what it finds
    std::map<std::string, Part> parts;
  };
  using Failures = std::map<std::string, Failure>;  // by region

  Entry& entry_of(const std::string& account);
  bool young(const Part& part, const std::string& identity) const;
  bool may_be_bought_from(const Part& part, const std::string& identity) const;
  bool add(const AccountSettings& account, CatalogueView& view);
  void add_missing(const AccountSettings& account, Entry& entry,
                   const std::vector<std::string>& regions, CatalogueView& view);
  bool from_cache(const AccountSettings& account);
  bool is_read(const AccountSettings& account, Entry& entry);
  void read(const AccountSettings& account, bool anew);
  bool read_cache(const AccountSettings& account, Entry& entry);
  void look_up(const AccountSettings& account, Entry& entry);
  void read_cloud(const AccountSettings& account, Entry& entry, bool anew);
  Failures read_regions(const AccountSettings& account, Entry& entry, const Cloud& cloud,
                        std::vector<std::string> regions);
  std::optional<Failure> ask(const AccountSettings& account, Entry& entry, const Cloud& cloud,
                             const std::vector<std::string>& regions, std::int64_t timeout_ms);
  void keep(const AccountSettings& account, Part& part, const std::string& identity,
            std::vector<Offer> offers, std::int64_t read_unix_ms);

  [[nodiscard]] const ProvisioningSettings& rules() const {
    return configuration_.current().provisioning;
  }

  const LiveConfiguration& configuration_;
  Clouds& clouds_;
  Cache& cache_;
  const Clock& clock_;
  Journal& journal_;
  MakeWorkers make_workers_;
  std::mutex mutex_;  // guards entries_ and what is in them but `reading`
  std::map<std::string, Entry> entries_;
};

}  // namespace berth
