#include "offers/offer_catalogue.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "offers/call.hpp"
#include "offers/refusals.hpp"
#include "policy/discounts.hpp"

namespace berth {
namespace {

/// A failed reading is not tried again at once by every deployment that waits for it.
constexpr std::int64_t remember_failure_ms = 15'000;

/// One fault must not cost more than a moment: so often a region is asked, with pauses of a quarter
/// of a second and three quarters between.
constexpr int most_tries = 3;
constexpr std::int64_t first_pause_ms = 250, longest_pause_ms = 2'000;

/// What the settings are, as a hash: they hold secrets, and cache.db is a plain file.
std::string fingerprint(const AccountSettings& account) {
  return account.credential + "|" +
         std::to_string(std::hash<std::string>{}(account.settings.json));
}

/// What is remembered of an account holds for the account as it was.
std::string identity_of(const AccountSettings& account) {
  return std::to_string(account.revision) + "|" + fingerprint(account);
}

/// Its regions; "" stands for the plugin's own default.
std::vector<std::string> regions_of(const AccountSettings& account) {
  return account.regions.empty() ? std::vector<std::string>{account.default_region}
                                 : account.regions;
}

std::string cache_key(const AccountSettings& account, const std::string& region) {
  return account.id + "|" + account.plugin + "|" + region;
}

/// It may be over in a while, without anybody mending anything.
bool passes(ErrorCode code) {
  return code == ErrorCode::unavailable || code == ErrorCode::rate_limited ||
         code == ErrorCode::cancelled || code == ErrorCode::internal;
}

/// It may be over in a moment.
bool is_worth_another_try(const Failure& failure) {
  return (failure.code == ErrorCode::unavailable || failure.code == ErrorCode::rate_limited) &&
         failure.retry_after_ms.value_or(0) <= longest_pause_ms;
}

}  // namespace

OfferCatalogue::OfferCatalogue(const LiveConfiguration& configuration, Clouds& clouds,
                               Cache& cache, const Clock& clock, Journal& journal,
                               MakeWorkers make_workers)
    : configuration_(configuration), clouds_(clouds), cache_(cache), clock_(clock),
      journal_(journal), make_workers_(std::move(make_workers)) {}

OfferCatalogue::Entry& OfferCatalogue::entry_of(const std::string& account) {
  const std::lock_guard lock(mutex_);
  return entries_[account];
}

bool OfferCatalogue::young(const Part& part, const std::string& identity) const {
  const Moment now = clock_.now();
  if (part.trouble && part.trouble->identity == identity)
    return now.boot_ms - part.trouble->at_boot_ms < remember_failure_ms;
  return part.offers && part.identity == identity &&
         now.unix_ms - part.read_unix_ms < rules().catalogue_ttl_ms;
}

bool OfferCatalogue::may_be_bought_from(const Part& part, const std::string& identity) const {
  const std::int64_t age = clock_.now().unix_ms - part.read_unix_ms;
  return part.offers && part.identity == identity && age >= 0 &&
         age < std::max(rules().catalogue_max_age_ms,
                        rules().catalogue_ttl_ms);
}

/// False: something is to be read first. REQUIRES: mutex_ is held.
bool OfferCatalogue::add(const AccountSettings& account, CatalogueView& view) {
  Entry& entry = entries_[account.id];
  const std::string identity = identity_of(account);
  std::vector<std::string> missing, old;
  for (const std::string& region : regions_of(account)) {
    Part& part = entry.parts[region];
    if (!account.set_aside.empty() ? !part.looked_up : !young(part, identity)) return false;
    if (!account.set_aside.empty() ||
        (part.trouble && !(part.trouble->passing && may_be_bought_from(part, identity)))) {
      missing.push_back(region);
      continue;
    }
    if (part.trouble) old.push_back(region);
    view.offers.insert(view.offers.end(), part.offers->begin(), part.offers->end());
  }
  for (const std::string& region : old) {
    const Part& part = entry.parts[region];
    view.old.push_back({account.id, regions_of(account).size() > 1 ? region : "",
                        part.read_unix_ms, part.trouble->why});
  }
  if (!missing.empty()) add_missing(account, entry, missing, view);
  return true;
}

void OfferCatalogue::add_missing(const AccountSettings& account, Entry& entry,
                                 const std::vector<std::string>& regions, CatalogueView& view) {
  const bool whole = regions.size() == regions_of(account).size();
  const auto begin = [&](const std::string& region) {
    MissingCatalogue one;
    one.account = account.id;
    one.provider = account.plugin;
    one.why = account.set_aside;
    one.set_aside = !account.set_aside.empty();
    one.region = whole ? "" : region;
    return one;
  };
  std::vector<MissingCatalogue> found;
  for (const std::string& region : regions) {
    const Part& part = entry.parts[region];
    if (found.empty() || !whole) found.push_back(begin(region));
    MissingCatalogue& one = found.back();
    if (part.trouble && !one.set_aside) {
      const std::string& why = part.trouble->why;
      if (one.why.find(why) == std::string::npos)
        one.why += one.why.empty() ? why : "; in " + region + ": " + why;
      one.unusable = part.trouble->unusable;
      one.passing = one.passing || part.trouble->passing;
    }
    if (!part.offers) continue;
    one.last_known.insert(one.last_known.end(), part.offers->begin(), part.offers->end());
    if (one.last_known_unix_ms == 0 || part.read_unix_ms < one.last_known_unix_ms)
      one.last_known_unix_ms = part.read_unix_ms;
  }
  std::move(found.begin(), found.end(), std::back_inserter(view.missing));
}

std::optional<CatalogueView> OfferCatalogue::peek(const std::vector<AccountPointer>& accounts) {
  CatalogueView view;
  const std::int64_t now = clock_.now().unix_ms;
  {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const AccountPointer& account : accounts)
      for (const auto& [region, part] : entries_[account->id].parts)
        count += part.offers ? part.offers->size() : 0;
    view.offers.reserve(count);
    for (const AccountPointer& account : accounts)
      if (!add(*account, view)) return std::nullopt;
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
  for (const AccountPointer& account : accounts) {
    if (!account->set_aside.empty()) {
      Entry& entry = entry_of(account->id);
      const std::lock_guard reading(entry.reading);
      look_up(*account, entry);
    } else if (anew || !from_cache(*account)) {
      old.push_back(account);
    }
  }
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
    const std::string identity = identity_of(account);
    const std::vector<std::string> regions = regions_of(account);
    const std::lock_guard lock(mutex_);
    if (std::all_of(regions.begin(), regions.end(), [&](const std::string& region) {
          return young(entry.parts[region], identity);
        }))
      return true;
  }
  return read_cache(account, entry);
}

void OfferCatalogue::read(const AccountSettings& account, bool anew) {
  Entry& entry = entry_of(account.id);
  const std::lock_guard reading(entry.reading);
  if (!anew && is_read(account, entry)) return;
  const auto only_reader = cache_.reading(account.id + "|" + fingerprint(account),
                                          rules().call_timeout_ms);
  // Whoever was first has left the answer in the cache.
  if (anew || !read_cache(account, entry)) read_cloud(account, entry, anew);
}

/// True: every region is young now.
bool OfferCatalogue::read_cache(const AccountSettings& account, Entry& entry) {
  const std::string identity = identity_of(account), settings = fingerprint(account);
  bool all = true;
  for (const std::string& region : regions_of(account)) {
    {
      const std::lock_guard lock(mutex_);
      if (young(entry.parts[region], identity)) continue;
    }
    auto cached = cache_.catalogue(cache_key(account, region));
    const std::int64_t now = clock_.now().unix_ms;
    if (!cached || cached->settings != settings || cached->read_unix_ms > now ||
        now - cached->read_unix_ms >= rules().catalogue_ttl_ms) {
      all = false;
      continue;
    }
    const std::lock_guard lock(mutex_);
    Part& part = entry.parts[region];
    keep(account, part, identity, std::move(cached->offers), cached->read_unix_ms);
    part.trouble.reset();
  }
  return all;
}

/// Where nothing is in memory, what was read last by anybody, with whatever settings.
void OfferCatalogue::look_up(const AccountSettings& account, Entry& entry) {
  for (const std::string& region : regions_of(account)) {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(entry.parts[region].looked_up, true) || entry.parts[region].offers)
        continue;
    }
    auto cached = cache_.catalogue(cache_key(account, region));
    if (!cached) continue;
    const bool same = cached->settings == fingerprint(account);
    const std::lock_guard lock(mutex_);
    keep(account, entry.parts[region], same ? identity_of(account) : "other settings",
         std::move(cached->offers), cached->read_unix_ms);
  }
}

void OfferCatalogue::read_cloud(const AccountSettings& account, Entry& entry, bool anew) {
  const std::string identity = identity_of(account);
  std::vector<std::string> regions = regions_of(account);
  if (!anew) {
    const std::lock_guard lock(mutex_);
    std::erase_if(regions, [&](const std::string& region) {
      return young(entry.parts[region], identity);
    });
  }
  const Result<Cloud> cloud = clouds_.open(account.id);
  Failures failures;
  if (cloud) {
    failures = read_regions(account, entry, *cloud, regions);
  } else {
    for (const std::string& region : regions) failures.emplace(region, cloud.failure());
  }
  if (failures.empty()) return;
  look_up(account, entry);
  for (const auto& [region, failure] : failures) {
    std::string why = clouds_.redacted(failure.message);
    if (why.empty()) why = to_word(failure.code);
    journal_.write(LogLevel::warning, account.id +
                                          (regions_of(account).size() > 1 ? " in " + region : "") +
                                          ": the offers cannot be read: " + why);
    const std::lock_guard lock(mutex_);
    entry.parts[region].trouble = Trouble{identity, why, !cloud, cloud && passes(failure.code),
                                          clock_.now().boot_ms};
  }
}

/// All regions in one call, as a cloud that knows no regions answers them; where that fails, each
/// by itself; and what failed in a way that may be over in a moment, again.
OfferCatalogue::Failures OfferCatalogue::read_regions(const AccountSettings& account, Entry& entry,
                                                      const Cloud& cloud,
                                                      std::vector<std::string> regions) {
  Failures failures;
  const std::int64_t one_call = rules().call_timeout_ms;
  const std::int64_t end = clock_.now().boot_ms + 2 * one_call;
  const auto left = [&] { return std::min(one_call, end - clock_.now().boot_ms); };
  bool apart = false;
  std::int64_t pause = first_pause_ms;
  for (int tried = 1;; ++tried, pause *= 3) {
    const auto failure = ask(account, entry, cloud, regions, left());
    if (failure && regions.size() > 1 && !std::exchange(apart, true)) {
      for (std::size_t i = 0; i < regions.size(); ++i) {
        // One that does not answer leaves the others their share of the time.
        const auto share = left() / static_cast<std::int64_t>(regions.size() - i);
        if (auto its_own = ask(account, entry, cloud, {regions[i]}, share))
          failures.insert_or_assign(regions[i], *std::move(its_own));
      }
    } else {
      for (const std::string& region : regions) {
        failures.erase(region);
        if (failure) failures.emplace(region, *failure);
      }
    }
    regions.clear();
    for (const auto& [region, its_own] : failures) {
      if (!is_worth_another_try(its_own)) continue;
      regions.push_back(region);
      pause = std::max(pause, its_own.retry_after_ms.value_or(0));
    }
    if (regions.empty() || tried == most_tries || left() <= pause) return failures;
    make_workers_(1)->rest(pause);
  }
}

/// Keeps what it answers; its failure otherwise.
std::optional<Failure> OfferCatalogue::ask(const AccountSettings& account, Entry& entry,
                                           const Cloud& cloud,
                                           const std::vector<std::string>& regions,
                                           std::int64_t timeout_ms) {
  HostCall call(clock_, journal_, account.id + " offers", timeout_ms);
  OffersRequest request;
  for (const std::string& region : regions)
    request.regions.push_back(region.empty() ? cloud.default_region : region);
  Result<OfferList> list = cloud.provider->offers(request, call);
  if (!list) return list.failure();
  std::map<std::string, std::vector<Offer>> by_region;
  for (const std::string& region : regions) by_region[region];
  for (Offer& offer : list->offers) {
    const auto its_own = by_region.find(offer.region);
    (its_own != by_region.end() ? its_own->second : by_region[regions.front()])
        .push_back(std::move(offer));
  }
  const std::int64_t now = clock_.now().unix_ms;
  for (auto& [region, offers] : by_region) {
    cache_.store_catalogue(cache_key(account, region), {offers, now, fingerprint(account)});
    const std::lock_guard lock(mutex_);
    keep(account, entry.parts[region], identity_of(account), std::move(offers), now);
    entry.parts[region].trouble.reset();
  }
  return std::nullopt;
}

/// REQUIRES: mutex_ is held.
void OfferCatalogue::keep(const AccountSettings& account, Part& part, const std::string& identity,
                          std::vector<Offer> offers, std::int64_t read_unix_ms) {
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
  part.identity = identity;
  part.offers = std::move(kept);
  part.read_unix_ms = read_unix_ms;
}

}  // namespace berth
