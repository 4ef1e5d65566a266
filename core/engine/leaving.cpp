#include "engine/leaving.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <map>
#include <set>

#include "engine/deploy.hpp"
#include "engine/finish.hpp"
#include "engine/reap.hpp"
#include "engine/tell.hpp"

namespace berth {
namespace {

constexpr const char* of_organization = "organization ";
constexpr const char* of_account = "account ";

/// What one of them has.
struct Share {
  std::vector<std::string> servers;
  std::map<std::string, std::int64_t> monthly;  // currency -> nanos
  int unpriced = 0, own = 0;
  std::set<std::string> organizations;

  void add(const std::string& name, const Money& price, const std::string& organization) {
    servers.push_back(name);
    if (price.currency.empty())
      ++unpriced;
    else
      monthly[price.currency] += price.nanos;
    if (!organization.empty()) organizations.insert(organization);
  }
};

/// "17.98 EUR a month and 1 of an unknown price".
std::string cost_of(const Share& share) {
  std::string text;
  for (const auto& [currency, nanos] : share.monthly)
    text += (text.empty() ? "" : " and ") + monthly_text({nanos, currency});
  if (share.unpriced > 0)
    text += text.empty() ? "an unknown price"
                         : " and " + std::to_string(share.unpriced) + " of an unknown price";
  return text;
}

std::string counted_servers(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " server" : " servers");
}

/// The first of them: a list that nobody reads to its end says less.
std::string names_of(const std::vector<std::string>& names) {
  constexpr std::size_t most = 5;
  std::vector<std::string> first(names.begin(),
                                 names.begin() + static_cast<long>(std::min(most, names.size())));
  std::string text = joined(first);
  if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
  return text;
}

std::string which(const std::string& name, const std::string& vendor_id) {
  if (vendor_id.empty()) return name;
  return name.empty() ? vendor_id : name + " (" + vendor_id + ")";
}

std::string file_of(const Configuration& settings) { return settings.file.string(); }

/// "ops, who owns /var/lib/berth".
std::string owner_text(const Configuration& settings) {
  return (settings.state_owner.empty() ? "whoever owns " : settings.state_owner + ", who owns ") +
         settings.state_dir.string();
}

std::string account_comes_back(const std::string& account) {
  // One of the ledger has a dot in its id, which no account of a config can have.
  if (account.find('.') != std::string::npos) return "add the account again (`berth accounts add`)";
  return "put the [[account]] back, with active = false if nothing is to be bought there";
}

LeftBehind told_of_organization(const Configuration& settings, const std::string& id,
                                const Share& share) {
  LeftBehind one;
  one.subject = of_organization + id;
  one.organizations = {id};
  const auto bought = share.servers.size() - static_cast<std::size_t>(share.own);
  const std::string cost = bought == 0 ? "" : " for " + cost_of(share);
  one.what = joined(share.servers) + cost;
  one.sentence = "Organization '" + id + "' is not in " + file_of(settings) +
                 " any more, and has " + counted_servers(share.servers.size()) + cost + ": " +
                 names_of(share.servers) +
                 ". Nothing is placed or bought for it. Put its [[organization]] back, or give "
                 "them back: `berth release --org " +
                 id + " --app APP --confirm`, then `berth servers remove NAME --confirm`, by " +
                 owner_text(settings) + ".";
  return one;
}

LeftBehind told_of_account(const Configuration& settings, const std::string& id,
                           const Share& share) {
  LeftBehind one;
  one.subject = of_account + id;
  one.organizations.assign(share.organizations.begin(), share.organizations.end());
  one.what = joined(share.servers) + " for " + cost_of(share);
  one.sentence = "Account '" + id + "' is not in " + file_of(settings) + " any more, and " +
                 counted_servers(share.servers.size()) + " there " +
                 (share.servers.size() == 1 ? "costs " : "cost ") + cost_of(share) + ": " +
                 names_of(share.servers) +
                 ". Without it berth can neither look at what is there nor destroy it: " +
                 account_comes_back(id) +
                 ". Or destroy it at the vendor yourself, then `berth servers remove NAME "
                 "--forget`.";
  return one;
}

Money price_of(const Server& server) {
  return server.currency.empty() ? Money{} : Money{server.monthly_nanos, server.currency};
}

/// What accounts that left have: servers of the fleet, and what destroys a stray or a vendor's
/// duplicate there.
void add_attempts(const LedgerView& view, std::map<std::string, Share>& accounts) {
  for (auto& [account, share] : accounts)
    for (const AttemptRecord& attempt : view.live_attempts(account)) {
      const auto server = view.server(attempt.server_id);
      const auto stray = server ? std::nullopt : view.stray_of(attempt.id);
      share.add(which(server ? server->name : "", attempt.vendor_id),
                server  ? price_of(*server)
                : stray ? stray->monthly
                        : Money{},
                attempt.organization);
    }
}

/// Those that people have not heard of yet, as they are now.
std::vector<LeftBehind> news_of(const std::vector<LeftBehind>& left, const LedgerView& view) {
  std::vector<LeftBehind> news;
  for (const LeftBehind& one : left)
    if (view.told(one.subject) != one.what) news.push_back(one);
  return news;
}

/// Those that were told of, and are not left any more.
std::vector<std::string> over(const std::vector<LeftBehind>& left, const LedgerView& view) {
  std::vector<std::string> subjects = view.told_subjects();
  subjects.erase(std::remove_if(subjects.begin(), subjects.end(),
                                [&](const std::string& subject) {
                                  return std::any_of(left.begin(), left.end(),
                                                     [&](const LeftBehind& one) {
                                                       return one.subject == subject;
                                                     });
                                }),
                 subjects.end());
  return subjects;
}

/// Deployments that wait for what their organization gets no more, and would not notice by
/// themselves for long.
std::vector<std::string> sleepers(const EngineParts& parts, const LedgerView& view) {
  DeploymentFilter filter;
  filter.statuses = {DeploymentStatus::placing, DeploymentStatus::awaiting_approval,
                     DeploymentStatus::provisioning};
  filter.limit = 1'000'000;
  std::vector<std::string> ids;
  const Moment now = parts.clock.now();
  for (const DeploymentRecord& deployment : view.deployments(filter)) {
    if (!organization_left(parts.settings(), deployment.organization)) continue;
    const auto task = view.task(TaskKind::deployment, deployment.id);
    if (!task || !task->not_before.passed(now)) ids.push_back(deployment.id);
  }
  return ids;
}

/// It can be looked at again, and what is to be destroyed there can be.
void account_is_back(const EngineParts& parts, LedgerTransaction& tx, const std::string& account) {
  const Moment now = parts.clock.now();
  tx.schedule(TaskKind::reap, account, now, true);
  tx.schedule(TaskKind::look, account, now, true);
  for (const AttemptRecord& attempt : tx.live_attempts(account))
    if (attempt.status != AttemptStatus::ready)
      tx.schedule(TaskKind::attempt, attempt.id, now, true);
}

std::string gone_from(const Configuration& settings, const std::string& organization) {
  return "Organization '" + organization + "' is not in " + file_of(settings) + " any more";
}

}  // namespace

bool organization_left(const Configuration& settings, std::string_view organization) {
  return settings.organization(organization) == nullptr;
}

bool account_left(const Configuration& settings, const LedgerView& view,
                  std::string_view account) {
  if (account.empty() || settings.account(account) != nullptr) return false;
  const auto added = view.account(account);
  return !added || added->status == AccountStatus::removed;
}

std::vector<LeftBehind> left_behind(const Configuration& settings, const LedgerView& view) {
  std::map<std::string, Share> organizations, accounts;
  for (const std::string& id : view.organizations_in_use())
    if (organization_left(settings, id)) organizations[id];
  for (const std::string& id : view.accounts_in_use())
    if (account_left(settings, view, id)) accounts[id];
  for (auto& [id, share] : organizations)
    for (const Server& server : view.servers(id)) {
      if (server.auto_provisioned) {
        share.add(server.name, price_of(server), id);
      } else {
        share.servers.push_back(server.name);
        ++share.own;
      }
    }
  add_attempts(view, accounts);
  for (const StrayRecord& stray : view.strays(""))
    if (stray.reaper_id.empty() && account_left(settings, view, stray.account))
      accounts[stray.account].add(stray.vendor_id, stray.monthly, stray.organization);
  std::vector<LeftBehind> found;
  for (const auto& [id, share] : organizations)
    found.push_back(told_of_organization(settings, id, share));
  for (const auto& [id, share] : accounts) found.push_back(told_of_account(settings, id, share));
  return found;
}

std::string why_left(const Configuration& settings, const LedgerView& view, const Server& server) {
  std::string why;
  if (organization_left(settings, server.organization))
    why = gone_from(settings, server.organization) + ".";
  if (server.auto_provisioned && account_left(settings, view, server.account))
    why += std::string(why.empty() ? "" : " ") + "Account '" + server.account + "' is not in " +
           file_of(settings) + " any more: berth can neither look at it nor destroy it.";
  return why;
}

std::string way_out(const Configuration& settings, const std::string& account,
                    const std::string& server_name, const std::string& vendor_id) {
  return "account '" + account + "' is not in " + file_of(settings) +
         " any more, so berth cannot destroy " + which(server_name, vendor_id) + ": " +
         account_comes_back(account) + ". Or destroy it at the vendor yourself, then `berth "
         "servers remove " + server_name + " --forget`";
}

void look_after_left(const EngineParts& parts, LedgerTransaction& tx) {
  const std::vector<LeftBehind> left = left_behind(parts.settings(), tx);
  for (const LeftBehind& one : news_of(left, tx)) {
    tx.save_told(one.subject, one.what);
    const std::string type =
        one.subject.substr(0, one.subject.find(' ')) + ".left";  // organization.left
    boost::json::object fields{{"left", one.subject.substr(one.subject.find(' ') + 1)},
                               {"servers", one.what}};
    for (const std::string& organization : one.organizations)
      tell(parts, tx, type, organization, "", one.sentence, fields,
           admins_of(parts, organization));
  }
  for (const std::string& subject : over(left, tx)) {
    tx.save_told(subject, "");
    const std::string prefix = of_account;
    const std::string account =
        subject.starts_with(prefix) ? subject.substr(prefix.size()) : std::string();
    if (!account.empty() && !account_left(parts.settings(), tx, account))
      account_is_back(parts, tx, account);
  }
  for (const std::string& id : sleepers(parts, tx))
    tx.schedule(TaskKind::deployment, id, parts.clock.now(), true);
}

void look_after_left(const EngineParts& parts) {
  bool anything = false;
  parts.ledger.read([&](const LedgerView& view) {
    const std::vector<LeftBehind> left = left_behind(parts.settings(), view);
    anything = !news_of(left, view).empty() || !over(left, view).empty() ||
               !sleepers(parts, view).empty();
  });
  if (anything)
    parts.ledger.write([&](LedgerTransaction& tx) { look_after_left(parts, tx); });
}

bool end_without_organization(const EngineParts& parts, LedgerTransaction& tx,
                              DeploymentRecord& deployment, std::optional<Work>& work) {
  if (!organization_left(parts.settings(), deployment.organization)) return false;
  // A command that a dead process left behind is ended before its room is given away. It is not run
  // again: which command the application had stood with its organization.
  if (deployment.command_pid != 0) {
    work = end_command(parts, deployment);
    return true;
  }
  finish(parts, tx, deployment, DeploymentStatus::denied, "organization_left",
         gone_from(parts.settings(), deployment.organization) +
             ": nothing is bought or placed for it. Put it back, then `berth retry " +
             deployment.id + "`.");
  return true;
}

std::vector<std::string> organizations_with_servers(const EngineParts& parts,
                                                    const LedgerView& view) {
  std::vector<std::string> ids;
  for (const OrganizationSettings& one : parts.settings().organizations) ids.push_back(one.id);
  for (const std::string& id : view.organizations_in_use())
    if (organization_left(parts.settings(), id)) ids.push_back(id);
  return ids;
}

std::string forget_server(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
                          Server& server, const std::string& user) {
  const Moment now = parts.clock.now();
  const std::string sentence =
      "berth destroyed nothing, as account '" + attempt.account + "' is not known any more. If " +
      which(server.name, attempt.vendor_id) + " still runs" +
      (attempt.region.empty() ? "" : " in " + attempt.region) + ", it costs " +
      (server.currency.empty() ? "an unknown price" : monthly_text(price_of(server))) +
      " until you destroy it at the vendor; with the account back, `berth reap` destroys it.";
  attempt.status = AttemptStatus::gone;
  attempt.ended_unix_ms = now.unix_ms;
  attempt.failure_code = "forgotten";
  attempt.failure = "Forgotten by " + user + ": " + sentence;
  tx.save(attempt);
  server.status = ServerStatus::gone;
  tx.save(server);
  tx.remove_drain(server.id);
  if (tx.task(TaskKind::attempt, attempt.id))
    tx.settle(TaskKind::attempt, attempt.id, std::nullopt);
  // Not "server.destroyed": nobody has seen it go.
  boost::json::object fields{{"server_id", server.id},     {"server_name", server.name},
                             {"account", attempt.account}, {"vendor_id", attempt.vendor_id},
                             {"attempt_id", attempt.id},   {"region", attempt.region},
                             {"by", user}};
  if (!server.currency.empty()) {
    fields["monthly_cost"] = decimal_of_nanos(server.monthly_nanos);
    fields["currency"] = server.currency;
  }
  tell(parts, tx, "server.forgotten", server.organization, "",
       user + " took server " + server.name + " out of the fleet; " + sentence, std::move(fields),
       admins_of(parts, server.organization));
  complete_record(parts, tx, attempt);
  return sentence;
}

}  // namespace berth
