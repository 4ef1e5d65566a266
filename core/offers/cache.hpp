// What can be rebuilt: catalogues with their age, what clouds refused lately, how boots went, rate
// budgets. cache.db.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/cloud_provider.hpp"

namespace berth {

/// A catalogue as it was read.
struct CachedCatalogue {
  std::vector<Offer> offers;
  std::int64_t read_unix_ms = 0;
  std::string settings;  // a fingerprint of the settings it was read with
};

/// A vendor's refusal of a create: what it speaks for, and until when it is believed. Of what it
/// speaks for, an empty part stands for any.
struct OfferRefusal {
  std::string credential;  // the fingerprint that was refused; another one is not
  std::string account, region, zone, instance_type, market;
  std::string family;  // one of Offer::families
  std::int64_t until_unix_ms = 0;
  std::string code;  // the word of the ErrorCode
  std::string why;
};

/// How one boot of an offer ended.
struct BootEntry {
  std::string attempt_id;  // one boot each: told twice, it counts once
  std::string offer_key;
  std::int64_t at_unix_ms = 0;  // when it was ready, or given up
  bool ready = false;
  std::int64_t took_ms = 0;  // from the cloud's acceptance until then
  std::string why;           // why it was given up
};

/// Grant of API calls: how many may be spent now, or how long to wait.
struct CallGrant {
  int calls = 0;
  std::int64_t wait_ms = 0;
};

/// The calls of one account, counted by the five minutes in which they were made.
struct CallsSpent {
  std::string account, credential;  // credential: the fingerprint; accounts may share one
  std::int64_t last_hour = 0, last_day = 0;
  std::int64_t requests = 0, per_ms = 0;  // the limit of the credential; 0: none is known
  std::int64_t left = 0;                  // of its budget just now
  std::int64_t paused_until_unix_ms = 0;  // 0: it is not paused
};

/// Shared by all processes. A cache that cannot be opened or is corrupt is made anew; one that
/// cannot be written is used as an in-memory one (the problem is told once through `note`). Never
/// throws for what is in the file. Threads: any.
class Cache {
 public:
  virtual ~Cache() = default;
  /// `key`: account, plugin and region. The last one stays, however old and with whatever settings
  /// it was read: what it says is a yardstick of prices.
  virtual std::optional<CachedCatalogue> catalogue(std::string_view key) = 0;
  virtual void store_catalogue(std::string_view key, const CachedCatalogue& catalogue) = 0;

  /// While the result lives, no other process reads the catalogue of this key: 64 of them that
  /// start at once cost the cloud one reading, not 64. Waits at most `patience_ms`, then lets go on
  /// anyway (a reading too many is no harm). May be null.
  virtual std::shared_ptr<void> reading(std::string_view key, std::int64_t patience_ms) {
    (void)key, (void)patience_ms;
    return nullptr;  // a cache of one process: OfferCatalogue has a lock of its own for its threads
  }

  virtual std::vector<OfferRefusal> refusals(std::int64_t now_unix_ms) = 0;
  /// Of two that speak for the same, the one that is believed longer stays.
  virtual void store_refusal(const OfferRefusal& refusal) = 0;

  /// Of each offer the newest four boots are kept.
  virtual void store_boot(const BootEntry& entry) = 0;
  /// The last four of one offer, newest first.
  virtual std::vector<BootEntry> boots_of(std::string_view offer_key) = 0;
  /// The same of every offer that failed in one of its last four, by offer.
  virtual std::vector<BootEntry> boots_with_failures() = 0;

  /// Token bucket of a credential (by fingerprint): capacity `requests` refilled over `per_ms`.
  /// Hands out up to `want` calls as a chunk; `deleting` may use the last 10 %.
  virtual CallGrant take_calls(std::string_view credential, int want, int requests,
                               std::int64_t per_ms, bool deleting, std::int64_t now_unix_ms) = 0;
  /// The vendor said: nothing before then.
  virtual void pause_calls(std::string_view credential, std::int64_t until_unix_ms) = 0;
  /// The vendor refused and named no time: a pause of 1 s, and twice as long each time in a row, up
  /// to a minute, with up to half as much again by `jitter` (0 to 1000). A refusal within a pause
  /// is one of a call that was under way before it, and changes nothing. Returns the pause's end.
  virtual std::int64_t back_off_calls(std::string_view credential, int jitter,
                                      std::int64_t now_unix_ms) = 0;
  /// It answers again: the next such refusal is the first one.
  virtual void forgive_calls(std::string_view credential) = 0;
  /// The vendor counts `remaining` of `limit` calls. Lowers the level to the same share, never
  /// raises it.
  virtual void learn_calls(std::string_view credential, std::int64_t remaining, std::int64_t limit,
                           int requests, std::int64_t per_ms, std::int64_t now_unix_ms) = 0;
  /// Of calls that were taken: so many were spent for this account, so many were not needed.
  virtual void settle_calls(std::string_view credential, std::string_view account,
                            std::int64_t spent, std::int64_t unused, std::int64_t now_unix_ms) = 0;
  /// What each account spent, by account.
  virtual std::vector<CallsSpent> calls_spent(std::int64_t now_unix_ms) = 0;
};

/// `note` (may be empty) gets one sentence when the file cannot be used.
std::unique_ptr<Cache> open_sqlite_cache(const std::string& folder, std::string& note);

}  // namespace berth
