#include "engine/reconcile.hpp"

#include <algorithm>
#include <set>

#include "engine/at_cloud.hpp"
#include "engine/attempt.hpp"
#include "engine/offer_codec.hpp"
#include "engine/standing.hpp"
#include "policy/ranking.hpp"

namespace berth {
namespace {

constexpr std::int64_t least_disk_mib = 20 * 1024;  // where the disk is chosen at create

/// Nothing was ever asked of the cloud for it.
bool never_asked(const AttemptRecord& attempt) {
  return attempt.status == AttemptStatus::intended && !attempt.unknown_outcome;
}

/// Two accounts of the config may lead to one account of the vendor.
bool same_cloud(const EngineParts& parts, const std::string& one, const std::string& other) {
  if (one == other) return true;
  const AccountPointer left = parts.accounts.find(one);
  const AccountPointer right = parts.accounts.find(other);
  return left == nullptr || right == nullptr || left->plugin == right->plugin;
}

/// Does a live attempt own this server, or may it yet turn out to?
bool has_owner(const EngineParts& parts, const std::string& account, const CloudServer& server,
               const std::vector<AttemptRecord>& live) {
  return std::any_of(live.begin(), live.end(), [&](const AttemptRecord& attempt) {
    if (!attempt.vendor_id.empty())
      return attempt.vendor_id == server.server_id && same_cloud(parts, account, attempt.account);
    return attempt.id == server.attempt_id && !never_asked(attempt);
  });
}

const char* code_of(const std::optional<AttemptRecord>& attempt, const std::string& account) {
  if (!attempt) return "unknown";
  if (attempt->status == AttemptStatus::gone) return "ended";
  return attempt->account == account ? "duplicate" : "failed_over";
}

void price(const EngineParts& parts, const std::optional<AttemptRecord>& attempt,
           StrayRecord& stray) {
  Facts facts;
  facts.currency = parts.settings().currency;
  facts.rates = parts.settings().rates;
  std::string why;
  if (const AccountPointer account = parts.accounts.find(stray.account))
    if (const auto catalogue = parts.catalogue.peek({account}))
      for (const AccountOffer& one : catalogue->offers) {
        if (one.offer.instance_type != stray.instance_type || one.offer.region != stray.region)
          continue;
        const auto monthly =
            monthly_price(one.offer, std::max(one.offer.disk_mib, least_disk_mib), why);
        if (!monthly) continue;
        stray.monthly = *monthly;
        stray.monthly_compared = converted(*monthly, facts).value_or(Money{});
        return;
      }
  if (!attempt) return;
  for (const RankedOffer& ranked : decode_offers(attempt->offers_json))
    if (ranked.offer.account == stray.account &&
        ranked.offer.offer.instance_type == stray.instance_type) {
      stray.monthly = ranked.monthly;
      stray.monthly_compared = ranked.monthly_compared;
      return;
    }
}

StrayRecord sighted(const EngineParts& parts, const LedgerView& view, const std::string& account,
                    const CloudServer& server) {
  StrayRecord stray;
  stray.account = account;
  stray.vendor_id = server.server_id;
  stray.id = account + "/" + server.server_id;
  stray.attempt_id = server.attempt_id;
  stray.name = server.name;
  stray.instance_type = server.instance_type;
  stray.region = server.region;
  stray.created_unix_ms = server.created_unix_ms;
  const auto attempt = view.attempt(server.attempt_id);
  stray.organization = attempt ? attempt->organization : server.organization_id;
  stray.code = bought_elsewhere(server, attempt) ? elsewhere_code : code_of(attempt, account);
  price(parts, attempt, stray);
  return stray;
}

/// Counts this sighting. Two that are no settling time apart are one: a list may be an old one.
SeenStray seen(const EngineParts& parts, StrayRecord fresh, const std::vector<StrayRecord>& known,
               const Moment& now) {
  const auto before = std::find_if(known.begin(), known.end(),
                                   [&](const StrayRecord& one) { return one.id == fresh.id; });
  SeenStray result;
  result.record = std::move(fresh);
  StrayRecord& stray = result.record;
  stray.times_seen = 1;
  stray.first_seen = now;
  const std::int64_t settle_ms = parts.settings().provisioning.settle_ms;
  if (before != known.end() && before->first_seen) {
    stray.first_seen = before->first_seen;
    const bool settled = before->times_seen > 1 || stray.first_seen->after(settle_ms).passed(now);
    stray.times_seen = before->times_seen + (settled ? 1 : 0);
    result.just_confirmed = settled && before->times_seen == 1;
    if (stray.monthly.currency.empty()) {
      stray.monthly = before->monthly;
      stray.monthly_compared = before->monthly_compared;
    }
  }
  const std::int64_t grace_ms = parts.settings().reap.grace_ms;
  const bool told_age = stray.created_unix_ms > 0 && stray.created_unix_ms <= now.unix_ms;
  const bool old_enough = told_age ? now.unix_ms - stray.created_unix_ms >= grace_ms
                                   : stray.first_seen->after(grace_ms).passed(now);
  const std::int64_t of_age =
      (told_age ? stray.created_unix_ms : stray.first_seen->unix_ms) + grace_ms;
  result.until_unix_ms = std::max(of_age, stray.first_seen->unix_ms + settle_ms);
  result.reap = stray.times_seen > 1 && old_enough;
  return result;
}

const CloudServer* shown(const Found& found, const AttemptRecord& attempt) {
  for (const CloudServer& server : found.servers)
    if (server.server_id == attempt.vendor_id && server.state != ServerState::gone) return &server;
  return nullptr;
}

/// The cloud was asked for it, answered to the end, and has none.
bool is_absent(const AttemptRecord& attempt, const AccountQuestion& question, const Found& found) {
  const auto& sought = question.request.sought;
  const bool asked = std::any_of(sought.begin(), sought.end(), [&](const Sought& one) {
    return one.attempt_id == attempt.id && one.server_id == attempt.vendor_id;
  });
  if (!asked || !found.complete || shown(found, attempt) != nullptr) return false;
  // Its own server may be shown as gone, or another one of the same attempt be there instead.
  return std::find(found.absent.begin(), found.absent.end(), attempt.id) != found.absent.end() ||
         std::any_of(found.servers.begin(), found.servers.end(), [&](const CloudServer& server) {
           return server.server_id == attempt.vendor_id || server.attempt_id == attempt.id;
         });
}

void look_at_ready(const EngineParts& parts, const AccountQuestion& question, const Found& found,
                   AttemptRecord attempt, Reconciliation& into) {
  if (shown(found, attempt) != nullptr) {
    if (attempt.absent_looks == 0 && !is_lost(attempt)) return;
    attempt.absent_looks = 0;
    attempt.absent_since_unix_ms = 0;
    into.servers.push_back({attempt, false, is_lost(attempt), ""});
    return;
  }
  if (is_lost(attempt)) return;
  for (const CloudServer& server : found.servers)
    if (server.server_id == attempt.vendor_id) {  // shown as gone: there is nothing to wait for
      absent_again(parts, attempt, 0);
      ++into.to_lose;
      into.servers.push_back(
          {std::move(attempt), true, false, server.detail.empty() ? "gone" : server.detail});
      return;
    }
  if (!is_absent(attempt, question, found)) return;
  const bool lost = absent_again(parts, attempt, parts.settings().provisioning.settle_ms);
  into.to_lose += lost ? 1 : 0;
  into.waits = into.waits || !lost;
  into.servers.push_back({std::move(attempt), lost, false, ""});
}

std::string servers_text(int count, const char* what) {
  return std::to_string(count) + (count == 1 ? " server " : " servers ") + what;
}

/// Too much for one pass smells of a mistake: another project's token, an old copy of the ledger.
std::string breaker(const EngineParts& parts, const std::string& account,
                    const Reconciliation& found) {
  // What was seen once counts as well, else a list in pieces would slip through piece by piece.
  const int doomed = static_cast<int>(found.strays.size());
  int missing = 0;
  for (const SeenServer& server : found.servers) missing += server.attempt.absent_looks > 0 ? 1 : 0;
  const ReapSettings& rules = parts.settings().reap;
  const int all = doomed + missing;
  if (found.to_reap + found.to_lose == 0 || all <= rules.most_servers ||
      std::int64_t{all} * 100 <= std::int64_t{found.known} * rules.most_percent)
    return {};
  std::string what;
  if (doomed > 0) what = "destroy " + servers_text(doomed, "that nobody here owns");
  if (missing > 0)
    what += (what.empty() ? "" : " and ") + ("give up " + servers_text(missing, "as lost"));
  return account + ": a pass would " + what + ", and berth knows " + std::to_string(found.known) +
         " there. That is more than [reap] most_servers and most_percent allow, so nothing was "
         "done. Is it the right account, and is the ledger no old copy? `berth reap --dry-run` "
         "shows each of them; `berth reap --confirm` goes on.";
}

void merge(Found& into, Found more) {
  into.complete = into.complete && more.complete;
  for (CloudServer& server : more.servers)
    if (std::none_of(into.servers.begin(), into.servers.end(),
                     [&](const CloudServer& one) { return one.server_id == server.server_id; }))
      into.servers.push_back(std::move(server));
}

}  // namespace

bool is_lost(const AttemptRecord& attempt) {
  return attempt.status == AttemptStatus::ready && attempt.failure_code == lost_code;
}

AccountQuestion question_about(const EngineParts& parts, const LedgerView& view,
                               const std::string& account) {
  AccountQuestion question;
  question.account = account;
  question.request.installation_id = view.installation_id();
  question.request.all = true;
  for (const AttemptRecord& attempt : view.live_attempts(account)) {
    if (never_asked(attempt)) continue;
    question.request.sought.push_back(sought_of(attempt));
    if (!attempt.vendor_id.empty()) question.known.push_back(attempt.vendor_id);
    if (attempt.status == AttemptStatus::ready) question.ready.push_back(attempt.id);
  }
  std::set<std::string> regions;
  for (std::string& region : view.regions_asked(account)) regions.insert(std::move(region));
  if (const AccountPointer settings = parts.accounts.find(account))
    regions.insert(settings->regions.begin(), settings->regions.end());
  question.more_regions.assign(regions.begin(), regions.end());
  return question;
}

Result<Found> ask(const EngineParts& parts, const AccountQuestion& question) {
  const Result<Cloud> cloud = parts.clouds.open(question.account);
  if (!cloud) return cloud.failure();
  // Where the provider looks by itself.
  Result<Found> found = find_at(parts, question.account, question.request);
  if (!found) return found;
  FindRequest elsewhere;
  elsewhere.installation_id = question.request.installation_id;
  elsewhere.all = true;
  for (const std::string& region : question.more_regions)
    if (region != cloud->default_region) elsewhere.regions.push_back(region);
  if (!elsewhere.regions.empty()) {
    Result<Found> more = find_at(parts, question.account, elsewhere);
    if (!more) return more;
    merge(*found, *std::move(more));
  }
  const auto is_known = [&](const CloudServer& server) {
    return std::find(question.known.begin(), question.known.end(), server.server_id) !=
           question.known.end();
  };
  if (!std::all_of(found->servers.begin(), found->servers.end(), is_known))
    if (const AccountPointer account = parts.accounts.find(question.account))
      parts.catalogue.refresh({account});
  return found;
}

Reconciliation reconcile(const EngineParts& parts, const LedgerView& view,
                         const AccountQuestion& question, const Found& found) {
  const Moment now = parts.clock.now();
  const std::string& account = question.account;
  const std::vector<AttemptRecord> live = view.live_attempts("");
  const std::vector<StrayRecord> known = view.strays(account);
  Reconciliation result;
  // The cloud first …
  for (const CloudServer& server : found.servers) {
    if (server.state == ServerState::gone || server.server_id.empty()) continue;
    if (server.installation_id != question.request.installation_id) continue;  // another's
    if (has_owner(parts, account, server, live)) continue;
    result.strays.push_back(seen(parts, sighted(parts, view, account, server), known, now));
    const SeenStray& stray = result.strays.back();
    result.to_reap += stray.reap ? 1 : 0;
    result.elsewhere += stray.record.code == elsewhere_code ? 1 : 0;
    result.waits = result.waits || stray.record.times_seen < 2;
    const std::int64_t wait = std::max<std::int64_t>(stray.until_unix_ms - now.unix_ms, 0);
    if (!stray.reap && (result.next_ms == 0 || wait < result.next_ms))
      result.next_ms = std::max<std::int64_t>(wait, 100);
  }
  // … our own records second.
  for (const AttemptRecord& attempt : live) {
    if (attempt.account != account || attempt.vendor_id.empty()) continue;
    if (attempt.status == AttemptStatus::booting || attempt.status == AttemptStatus::ready)
      ++result.known;
    if (attempt.status == AttemptStatus::ready)
      look_at_ready(parts, question, found, attempt, result);
  }
  for (const StrayRecord& stray : known) {
    if (!stray.reaper_id.empty()) continue;  // it is being destroyed
    const bool still = std::any_of(result.strays.begin(), result.strays.end(),
                                   [&](const SeenStray& one) { return one.record.id == stray.id; });
    const bool listed =
        std::any_of(found.servers.begin(), found.servers.end(),
                    [&](const CloudServer& server) { return server.server_id == stray.vendor_id; });
    if (!still && (found.complete || listed)) result.over.push_back(stray.id);
  }
  result.breaker = breaker(parts, account, result);
  if (result.waits) {
    const std::int64_t settle_ms = parts.settings().provisioning.settle_ms;
    result.next_ms = result.next_ms == 0 ? settle_ms : std::min(result.next_ms, settle_ms);
  }
  return result;
}

std::string why_stray(const LedgerView& view, const StrayRecord& stray) {
  const auto attempt = view.attempt(stray.attempt_id);
  if (stray.code == "duplicate")
    return "attempt " + stray.attempt_id + " has another server, " +
           (attempt ? attempt->vendor_id : "which is gone");
  if (stray.code == "failed_over")
    return "attempt " + stray.attempt_id + " went on to " +
           (attempt ? attempt->account : "another account");
  if (stray.code == elsewhere_code)
    return "attempt " + stray.attempt_id +
           " is not of this ledger, as it stands: a copy or a later state of it bought this";
  if (stray.code == "ended") {
    std::string why = attempt ? attempt->failure : "";
    while (!why.empty() && why.back() == '.') why.pop_back();
    return "attempt " + stray.attempt_id + " has ended" + (why.empty() ? "" : ": " + why);
  }
  return stray.attempt_id.empty() ? "it carries this installation's label and names no attempt"
                                  : "the ledger knows no attempt " + stray.attempt_id;
}

}  // namespace berth
