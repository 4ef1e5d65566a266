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

/// Changes when anything that shapes the answer changes; settings go in as a hash, since they hold
/// secrets and cache.db is a plain file.
std::string cache_key(const AccountSettings& account) {
  std::string key = account.id + "|" + account.plugin + "|" + account.default_region;
  for (const std::string& region : account.regions) key += "," + region;
  return key + "|" + std::to_string(std::hash<std::string>{}(account.settings.json));
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
  return !entry.problem.empty() && now.boot_ms - entry.failed_boot_ms < remember_failure_ms;
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
        view.missing.push_back({.account = account->id,
                                .why = account->set_aside,
                                .set_aside = true,
                                .provider = account->plugin});
        continue;
      }
      const Entry& entry = entries_[account->id];
      if (!entry.problem.empty()) {
        view.missing.push_back({.account = account->id,
                                .why = entry.problem,
                                .unusable = entry.unusable,
                                .passing = !entry.unusable,
                                .provider = account->plugin});
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
  keep(account, entry, account.plugin, std::move(cached->offers), cached->read_unix_ms);
  return true;
}

void OfferCatalogue::read_cloud(const AccountSettings& account, Entry& entry,
                                const std::string& key) {
  bool unusable = false;
  Result<OfferList> list = [&]() -> Result<OfferList> {
    Result<Cloud> cloud = clouds_.open(account.id);
    unusable = !cloud;
    if (!cloud) return cloud.failure();
    HostCall call(clock_, journal_, account.id + " offers", settings_.provisioning.call_timeout_ms);
    OffersRequest request;
    request.regions = account.regions;
    if (request.regions.empty()) request.regions = {cloud->default_region};
    return cloud->provider->offers(request, call);
  }();
  if (!list) {
    const std::string why = clouds_.redacted(list.failure().message);
    journal_.write(LogLevel::warning, account.id + ": the offers cannot be read: " + why);
    const std::lock_guard lock(mutex_);
    if (entry.revision != account.revision) entry.offers.reset();  // as another credential had it
    entry.revision = account.revision;
    entry.problem = why.empty() ? std::string(to_word(list.failure().code)) : why;
    entry.unusable = unusable;
    entry.failed_boot_ms = clock_.now().boot_ms;
    return;
  }
  const std::int64_t now = clock_.now().unix_ms;
  cache_.store_catalogue(key, {list->offers, now});
  keep(account, entry, account.plugin, std::move(list->offers), now);
}

void OfferCatalogue::keep(const AccountSettings& account, Entry& entry,
                          const std::string& provider_id, std::vector<Offer> offers,
                          std::int64_t read_unix_ms) {
  auto kept = std::make_shared<std::vector<AccountOffer>>();
  kept->reserve(offers.size());
  for (Offer& offer : offers) {
    AccountOffer one;
    one.account = account.id;
    one.provider = provider_id;
    one.offer = std::move(offer);
    discount_price(one, account.discounts);
    kept->push_back(std::move(one));
  }
  const std::lock_guard lock(mutex_);
  entry.revision = account.revision;
  entry.offers = std::move(kept);
  entry.read_unix_ms = read_unix_ms;
  entry.problem.clear();
}

}  // namespace berth
