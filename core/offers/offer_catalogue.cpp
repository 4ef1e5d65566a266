#include "offers/offer_catalogue.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "offers/call.hpp"
#include "offers/refusals.hpp"
#include "policy/discounts.hpp"

namespace berth {
namespace {

/// A failed reading is not tried again at once by every deployment that waits for it.
constexpr std::int64_t remember_failure_ms = 15'000;
constexpr std::int64_t quick_failure_ms = 5'000;

/// Whose catalogue it is, whatever its settings are.
std::string cache_key_of_any_settings(const AccountSettings& account) {
  std::string key = account.id + "|" + account.plugin + "|" + account.default_region;
  for (const std::string& region : account.regions) key += "," + region;
  return key + "|";
}

/// Changes when anything that shapes the answer changes; settings go in as a hash, since they hold
/// secrets and cache.db is a plain file.
std::string cache_key(const AccountSettings& account) {
  return cache_key_of_any_settings(account) +
         std::to_string(std::hash<std::string>{}(account.settings.json));
}

std::shared_ptr<const std::vector<AccountOffer>> offers_of(const AccountSettings& account,
                                                           std::vector<Offer> offers) {
  auto kept = std::make_shared<std::vector<AccountOffer>>();
  kept->reserve(offers.size());
  for (Offer& offer : offers) {
    AccountOffer one;
    one.account = account.id;
    one.provider = account.plugin;
    one.offer = std::move(offer);
    discount_price(one, account.discounts);
    kept->push_back(std::move(one));
  }
  return kept;
}

/// Nobody answered, or too many asked: the same question may be answered in a while.
bool passes(const Failure& failure) {
  return failure.code == ErrorCode::unavailable || failure.code == ErrorCode::rate_limited ||
         failure.code == ErrorCode::cancelled || failure.code == ErrorCode::internal;
}

}  // namespace

OfferCatalogue::OfferCatalogue(const Configuration& settings, Clouds& clouds, Cache& cache,
                               const Clock& clock, Journal& journal, MakeWorkers make_workers)
    : settings_(settings), clouds_(clouds), cache_(cache), clock_(clock), journal_(journal),
      make_workers_(std::move(make_workers)) {}

OfferCatalogue::Entry& OfferCatalogue::entry_of(const std::string& account) {
  const std::lock_guard lock(mutex_);
  return entries_[account];
}

bool OfferCatalogue::young(const Entry& entry, const AccountSettings& account) const {
  if (entry.revision != account.revision) return false;
  const Moment now = clock_.now();
  if (entry.offers && now.unix_ms - entry.read_unix_ms < settings_.provisioning.catalogue_ttl_ms)
    return true;
  return !entry.problem.empty() && entry.credential == account.credential &&
         now.boot_ms - entry.failed_boot_ms < remember_failure_ms;
}

MissingCatalogue OfferCatalogue::missing(const AccountSettings& account, Entry& entry) {
  if (!std::exchange(entry.last_looked_up, true) && !entry.last_known)
    if (auto last = cache_.last_catalogue(cache_key_of_any_settings(account))) {
      entry.last_known = offers_of(account, std::move(last->offers));
      entry.last_known_unix_ms = last->read_unix_ms;
    }
  MissingCatalogue told;
  told.account = account.id;
  told.why = entry.problem;
  told.unusable = entry.unusable;
  told.passing = entry.passing;
  told.provider = account.plugin;
  if (entry.last_known) told.last_known = *entry.last_known;
  told.last_known_unix_ms = entry.last_known_unix_ms;
  return told;
}

std::optional<CatalogueView> OfferCatalogue::peek(const std::vector<AccountPointer>& accounts) {
  CatalogueView view;
  const std::int64_t now = clock_.now().unix_ms;
  {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const AccountPointer& account : accounts) {
      if (!account->set_aside.empty()) continue;
      const Entry& entry = entries_[account->id];
      if (!young(entry, *account)) return std::nullopt;
      if (entry.offers) count += entry.offers->size();
    }
    view.offers.reserve(count);
    for (const AccountPointer& account : accounts) {
      if (!account->set_aside.empty()) {
        MissingCatalogue aside = missing(*account, entries_[account->id]);
        aside.why = account->set_aside;
        aside.set_aside = true;
        aside.unusable = aside.passing = false;
        view.missing.push_back(std::move(aside));
        continue;
      }
      Entry& entry = entries_[account->id];
      if (!entry.problem.empty()) {
        view.missing.push_back(missing(*account, entry));
        continue;
      }
      view.offers.insert(view.offers.end(), entry.offers->begin(), entry.offers->end());
    }
  }
  const std::vector<OfferRefusal> refusals = cache_.refusals(now);
  std::map<std::string, std::vector<BootFact>, std::less<>> boots;
  for (BootEntry& boot : cache_.boots_with_failures())
    boots[boot.offer_key].push_back({boot.at_unix_ms, boot.ready, std::move(boot.why)});
  if (refusals.empty() && boots.empty()) return view;
  std::map<std::string, std::string, std::less<>> credentials;
  for (const AccountPointer& account : accounts) credentials[account->id] = account->credential;
  for (AccountOffer& offer : view.offers) {
    if (!boots.empty())
      if (const auto known = boots.find(offer.key()); known != boots.end())
        offer.boots = known->second;
    for (const OfferRefusal& refusal : refusals)
      if (speaks_for(refusal, offer, credentials[offer.account]) &&
          refusal.until_unix_ms > offer.refused_until_unix_ms) {
        offer.refused_until_unix_ms = refusal.until_unix_ms;
        offer.refused_code = refusal.code;
        offer.refused_why = refusal.why;
      }
  }
  return view;
}

void OfferCatalogue::refresh(const std::vector<AccountPointer>& accounts, bool anew) {
  std::vector<AccountPointer> old;  // a thread each pays only where a cloud is asked
  for (const AccountPointer& account : accounts)
    if (account->set_aside.empty() && (anew || !from_cache(*account))) old.push_back(account);
  if (old.empty()) return;
  const std::unique_ptr<Workers> readers = make_workers_(static_cast<int>(old.size()));
  for (std::size_t i = 1; i < old.size(); ++i)
    readers->submit([this, account = old[i], anew] { read(*account, anew); });
  read(*old.front(), anew);
}

bool OfferCatalogue::from_cache(const AccountSettings& account) {
  Entry& entry = entry_of(account.id);
  const std::lock_guard reading(entry.reading);
  return is_read(account, entry);
}

bool OfferCatalogue::is_read(const AccountSettings& account, Entry& entry) {
  {
    const std::lock_guard lock(mutex_);
    if (young(entry, account)) return true;
  }
  return read_cache(account, entry, cache_key(account));
}

void OfferCatalogue::read(const AccountSettings& account, bool anew) {
  Entry& entry = entry_of(account.id);
  const std::lock_guard reading(entry.reading);
  if (!anew && is_read(account, entry)) return;
  const std::string key = cache_key(account);
  const auto only_reader = cache_.reading(key, settings_.provisioning.call_timeout_ms);
  // Whoever was first has left the answer in the cache.
  if (anew || !read_cache(account, entry, key)) read_cloud(account, entry, key);
}

bool OfferCatalogue::read_cache(const AccountSettings& account, Entry& entry,
                                const std::string& key) {
  auto cached = cache_.catalogue(key);
  const std::int64_t now = clock_.now().unix_ms;
  if (!cached || now - cached->read_unix_ms >= settings_.provisioning.catalogue_ttl_ms ||
      cached->read_unix_ms > now)
    return false;
  keep(account, entry, std::move(cached->offers), cached->read_unix_ms);
  return true;
}

void OfferCatalogue::read_cloud(const AccountSettings& account, Entry& entry,
                                const std::string& key) {
  bool unusable = false;
  const auto ask = [&]() -> Result<OfferList> {
    Result<Cloud> cloud = clouds_.open(account.id);
    unusable = !cloud;
    if (!cloud) return cloud.failure();
    HostCall call(clock_, journal_, account.id + " offers", settings_.provisioning.call_timeout_ms);
    OffersRequest request;
    request.regions = account.regions;
    if (request.regions.empty()) request.regions = {cloud->default_region};
    return cloud->provider->offers(request, call);
  };
  const std::int64_t begun = clock_.now().boot_ms;
  Result<OfferList> list = ask();
  // One lost connection is no outage. Who let it wait is not asked twice.
  const bool quick = clock_.now().boot_ms - begun < quick_failure_ms;
  if (!list && quick && !unusable && passes(list.failure()) &&
      list.failure().code != ErrorCode::cancelled)
    list = ask();
  if (!list) {
    const std::string why = clouds_.redacted(list.failure().message);
    journal_.write(LogLevel::warning, account.id + ": the offers cannot be read: " + why);
    const std::lock_guard lock(mutex_);
    if (entry.revision != account.revision) entry.offers.reset();  // as another credential had it
    entry.revision = account.revision;
    entry.problem = why.empty() ? std::string(to_word(list.failure().code)) : why;
    entry.unusable = unusable;
    entry.passing = !unusable && passes(list.failure());
    entry.credential = account.credential;
    entry.failed_boot_ms = clock_.now().boot_ms;
    return;
  }
  const std::int64_t now = clock_.now().unix_ms;
  cache_.store_catalogue(key, {list->offers, now});
  keep(account, entry, std::move(list->offers), now);
}

void OfferCatalogue::keep(const AccountSettings& account, Entry& entry,
                          std::vector<Offer> offers, std::int64_t read_unix_ms) {
  auto kept = offers_of(account, std::move(offers));
  const std::lock_guard lock(mutex_);
  entry.revision = account.revision;
  entry.offers = std::move(kept);
  entry.read_unix_ms = entry.last_known_unix_ms = read_unix_ms;
  entry.last_known = entry.offers;
  entry.problem.clear();
}

}  // namespace berth
