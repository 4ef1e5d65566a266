#include "witness.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/offer_codec.hpp"

#include "world.hpp"

namespace berth::sim {
namespace {

namespace json = boost::json;

/// A config is looked at once a second, and whoever looks may just have begun.
constexpr std::int64_t longest_look_ms = 2'000;

/// So long after its look whoever had it has written down what it saw, or is dead.
constexpr std::int64_t look_becomes_belief_ms = 120'000;

std::string text_of(const json::object& record, std::string_view key) {
  const json::value* value = record.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

void Totals::add(const Totals& other) {
  deployments += other.deployments;
  succeeded += other.succeeded;
  machines += other.machines;
  requests += other.requests;
  deaths += other.deaths;
  power_cuts += other.power_cuts;
  commits += other.commits;
  commands += other.commands;
  duplicates += other.duplicates;
  restores += other.restores;
}

void Witness::remember(std::string_view line) {
  for (const char c : line)
    fingerprint_ = (fingerprint_ ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
}

void Witness::broken(const std::string& rule) {
  world_.say("BROKEN: " + rule);
  complaints_.push_back("at " + std::to_string(world_.baton.now()) + " ms: " + rule);
}

void Witness::append(std::string_view line) {
  remember(line);
  ++totals.requests;
  // Most lines are requests, which are no state: only they are worth no parsing.
  if (line.find("\"event\":\"request\"") != line.npos) return;
  const json::object record = json::parse(line).as_object();
  const std::string event = text_of(record, "event");
  if (event == "destroyed") return destroyed(text_of(record, "vendor") + "/" +
                                             text_of(record, "id"));
  if (event != "created") return;
  SeenMachine machine;
  machine.vendor = text_of(record, "vendor");
  machine.id = text_of(record, "id");
  machine.attempt = text_of(record, "attempt");
  machine.type = text_of(record, "type");
  machine.region = text_of(record, "region");
  machine.cause = text_of(record, "cause");
  created(machine);
}

/// EC2 ends by itself what does not boot.
void Witness::forget_the_terminated() {
  for (const fakecloud::Machine& machine : world_.clouds->machines())
    if (machine.vendor == "aws" &&
        machine.phase(world_.clock.true_unix_ms()) == fakecloud::Phase::failed)
      if (const auto found = machines_.find("aws/" + machine.id); found != machines_.end())
        found->second.live = false;
}

void Witness::created(const SeenMachine& seen) {
  world_.say("cloud: " + seen.vendor + " made " + seen.id + " (" + seen.cause + ") for " +
             seen.attempt);
  ++totals.machines;
  SeenMachine machine = seen;
  const std::string key = machine.vendor + "/" + machine.id;
  if (machine.cause == "planted") {
    strangers_.insert(key);
    machines_[key] = machine;
    return;
  }
  if (machine.cause == "duplicate") ++totals.duplicates;
  forget_the_terminated();
  if (machine.attempt.empty()) broken(key + " carries no attempt");
  std::optional<AttemptRecord> attempt;
  const bool ledger_is_there = world_.ledger && !world_.disk.off();
  if (ledger_is_there)
    world_.ledger->read([&](const LedgerView& view) {
      attempt = view.attempt(machine.attempt);
      if (attempt) machine.organization = attempt->organization;
      machines_[key] = machine;
      if (!attempt) return;
      if (machine.cause == "create") {
        check_price(view, *attempt, machine);
        check_rules(view, *attempt, machine);
      }
      check_quota(*attempt);
    });
  // One that was promised before a restore may come after it.
  if (ledger_is_there && !attempt && totals.restores == 0)
    broken(key + " was made, and no attempt " + machine.attempt + " was committed before");
  // A create that was given up for lost may come while the next one is only intended.
  if (attempt && attempt->status == AttemptStatus::intended && !attempt->unknown_outcome)
    broken(key + " was made before the intent to request it was committed");
  if (machine.cause == "create")
    for (const auto& [other, twin] : machines_)
      if (other != key && twin.live && twin.cause == "create" && twin.attempt == machine.attempt &&
          totals.restores == 0)
        broken("attempt " + machine.attempt + " has two servers, " + other + " and " + key);
  machines_[key] = machine;
}

void Witness::shown(const std::string& process, const std::string& account,
                    const std::string& vendor_id, bool off) {
  const std::string key = account + " " + vendor_id;
  if (off)
    off_.emplace(key, Off{process, world_.baton.now()});
  else
    off_.erase(key);
}

void Witness::forget_looks(const std::string& process) {
  std::erase_if(off_, [&](const auto& one) {
    return one.second.process == process &&
           world_.baton.now() - one.second.since_ms < look_becomes_belief_ms;
  });
}

/// Nothing new is placed on a server that a look has shown as stopped.
void Witness::check_new_holds(const LedgerView& view) {
  if (off_.empty() || totals.restores > 0) return;
  for (const Server& server : view.servers("")) {
    const auto off = off_.find(server.account + " " + server.vendor_id);
    if (off == off_.end()) continue;
    const bool believed = world_.baton.now() - off->second.since_ms >= look_becomes_belief_ms;
    for (const HoldRecord& hold : view.holds_on(server.id))
      if (holds_.insert(hold.id).second && believed)
        broken(hold.application + " was placed on " + server.name + ", which is shown as stopped");
  }
}

void Witness::create_begins(const std::string& attempt_id) {
  create_ms_[attempt_id] = world_.baton.now();
}

/// The config that decided it allows it, and still stood in the file right before it was asked for.
void Witness::check_rules(const LedgerView& view, const AttemptRecord& attempt,
                          const SeenMachine& machine) {
  if (attempt.status != AttemptStatus::requested) return;  // a late one, of an earlier create
  const ConfigVersion* by = world_.config.named(attempt.config);
  if (by == nullptr) return broken(attempt.id + " was decided by a config that nobody wrote");
  if (const auto began = create_ms_.find(attempt.id);
      began != create_ms_.end() && by->until_ms < began->second)
    broken(attempt.id + " was asked for " + std::to_string(began->second - by->until_ms) +
           " ms after the config that had decided it was changed");
  const RankedOffer offer = decode_offer(attempt.offers_json, attempt.candidate);
  if (offer.offer.offer.instance_type != machine.type) return;
  const OrganizationSettings* organization = by->settings.organization(attempt.organization);
  const auto deployment = view.deployment(attempt.deployment_id);
  if (organization == nullptr || !organization->auto_provisioning)
    broken(attempt.organization + " has a server bought, and its config forbids that");
  else if (!organization->auto_approve_provisioning && deployment &&
           deployment->attempt_id == attempt.id && deployment->approved_by.empty())
    broken(attempt.organization + " has a server bought that nobody approved");
  for (const StageSettings& stage : by->settings.pipeline) {
    if (stage.price_cap && offer.monthly_compared.nanos > stage.price_cap->nanos)
      broken(machine.type + " was bought for " + decimal_of_nanos(offer.monthly_compared.nanos) +
             " a month, and the cap is " + decimal_of_nanos(stage.price_cap->nanos));
    if (!stage.providers.empty() && std::find(stage.providers.begin(), stage.providers.end(),
                                              machine.vendor) == stage.providers.end())
      broken(machine.type + " was bought from " + machine.vendor + ", which the config excludes");
  }
}

void Witness::backed_up() {
  at_backup_.clear();
  for (const auto& [key, machine] : machines_) at_backup_.insert(key);
}

void Witness::restored(const LedgerView& view, std::int64_t had_come_to) {
  const bool all_known =
      std::all_of(machines_.begin(), machines_.end(), [&](const auto& one) {
        return !one.second.live || one.second.cause == "planted" ||
               at_backup_.count(one.first) != 0 || view.attempt(one.second.attempt);
      });
  // Where nothing was bought or placed since the backup, nothing is forgotten.
  if (!all_known || view.identity().generation != had_come_to)
    for (const auto& [key, machine] : machines_)
      if (machine.live) before_restore_.insert(key);
  std::erase_if(acknowledged_, [&](const std::string& id) { return !view.deployment(id); });
  std::erase_if(by_key_, [&](const auto& one) { return !view.deployment(one.second); });
  intended_ms_.clear();
  counted_.clear();
}

/// What a deployment buys is within what was approved for it, or, unasked, within twice what its
/// first decision showed.
void Witness::check_price(const LedgerView& view, const AttemptRecord& attempt,
                          const SeenMachine& machine) {
  const auto deployment = view.deployment(attempt.deployment_id);
  // One that was cancelled or tried again since has another estimate.
  if (!deployment || deployment->attempt_id != attempt.id) return;
  const ConfigVersion* by = world_.config.named(attempt.config);
  if (by == nullptr) return;
  const RankedOffer offer = decode_offer(attempt.offers_json, attempt.candidate);
  if (offer.offer.offer.instance_type != machine.type) return;  // a late one, of an earlier offer
  const std::int64_t price = offer.monthly_compared.nanos;
  const bool approved = !deployment->approved_by.empty();
  // Tried again, it waits for what it had asked for before: that was decided then.
  if (!approved && deployment->first_estimate.currency.empty()) return;
  const std::int64_t most =
      approved ? deployment->approved_limit.nanos
               : deployment->first_estimate.nanos *
                     (100 + by->settings.provisioning.dearer_percent) / 100;
  if (price > most)
    broken(machine.type + " was bought for " + decimal_of_nanos(price) + " a month, and " +
           decimal_of_nanos(most) + (approved ? " was approved" : " is bought unasked"));
}

/// The most that the file allowed at any time since then.
int Witness::most_servers_since(const std::string& organization, std::int64_t ms) const {
  int most = 0;
  for (const ConfigVersion& one : world_.config.versions()) {
    const OrganizationSettings* settings = one.settings.organization(organization);
    if (one.until_ms >= ms && settings != nullptr && settings->max_servers)
      most = std::max(most, *settings->max_servers);
  }
  return most;
}

/// Not after a restore: what the ledger of before bought, the one of now cannot count.
void Witness::check_quota(const AttemptRecord& attempt) {
  if (totals.restores > 0) return;
  std::set<std::string> attempts;
  for (const auto& [key, machine] : machines_)
    if (machine.live && machine.organization == attempt.organization)
      attempts.insert(machine.attempt);
  const auto intended = intended_ms_.find(attempt.id);
  const int most = most_servers_since(attempt.organization,
                                      intended == intended_ms_.end() ? 0 : intended->second);
  if (static_cast<int>(attempts.size()) > most)
    broken(attempt.organization + " has " + std::to_string(attempts.size()) + " servers, and " +
           std::to_string(most) + " are allowed");
}

/// No intent is committed later than one look after the file was changed.
void Witness::check_intents(const LedgerView& view) {
  for (const AttemptRecord& attempt : view.live_attempts("")) {
    if (!intended_ms_.emplace(attempt.id, world_.baton.now()).second || totals.restores > 0 ||
        (attempt.status != AttemptStatus::intended && attempt.status != AttemptStatus::requested))
      continue;
    const ConfigVersion* by = world_.config.named(attempt.config);
    if (by == nullptr || by->until_ms < world_.baton.now() - longest_look_ms)
      broken(attempt.id + " was decided by a config that had been changed before");
  }
}

void Witness::destroyed(const std::string& key) {
  world_.say("cloud: " + key + " is destroyed");
  const auto found = machines_.find(key);
  if (found == machines_.end() || !found->second.live)
    return broken(key + " was destroyed, which was not there");
  SeenMachine& machine = found->second;
  machine.live = false;
  if (strangers_.count(key) != 0) return broken(key + " belonged to somebody else");
  if (!world_.ledger || world_.disk.off()) return;
  world_.ledger->read([&](const LedgerView& view) {
    if (before_restore_.count(key) != 0) {
      const auto known = view.attempt(machine.attempt);
      if (!known || known->failure_code != "removed")
        broken(key + " was destroyed by a ledger that was put back, and nobody had said yes");
    }
    bool intended = false;
    for (const AttemptRecord& one : view.live_attempts(""))
      intended = intended ||
                 (one.status == AttemptStatus::destroying && one.vendor_id == machine.id);
    if (!intended) broken(key + " was destroyed, and nobody had committed that it would be");
    const auto attempt = view.attempt(machine.attempt);
    if (!attempt || attempt->vendor_id != machine.id) return;  // not the one that counts
    if (!view.waiting_for(attempt->id).empty())
      broken(key + " was destroyed, and a deployment waits for it");
    for (const HoldRecord& hold : view.holds_on(attempt->server_id))
      if (hold.active) broken(key + " was destroyed, and " + hold.application + " runs there");
  });
}

/// For who reads the trace: what became of each attempt and deployment.
void Witness::tell_changes(const LedgerView& view) {
  const auto tell = [&](const std::string& id, const std::string& now) {
    std::string& before = told_[id];
    if (before != now) world_.say("  " + id + ": " + now);
    before = now;
  };
  std::set<std::string> attempts;
  for (const AttemptRecord& one : view.live_attempts("")) attempts.insert(one.id);
  for (const auto& [id, text] : told_)
    if (text.rfind("attempt", 0) == 0) attempts.insert(id);
  for (const std::string& id : attempts)
    if (const auto one = view.attempt(id))
      tell(id, "attempt " + std::string(to_word(one->status)) + " " + one->phase + " " +
                   one->account + " " + one->vendor_id + (one->unknown_outcome ? " unknown" : "") +
                   " absent " + std::to_string(one->absent_looks) + " " + one->failure);
  for (const DeploymentRecord& one : view.deployments({}))
    tell(one.id, std::string(to_word(one.status)) + " " + one.application + " " + one.attempt_id +
                     ": " + one.reason);
}

void Witness::at_commit(const LedgerView& view) {
  if (world_.trace) tell_changes(view);
  check_intents(view);
  check_new_holds(view);
  for (const OrganizationSettings& organization : world_.config.newest().organizations) {
    int bought = 0;
    for (const Server& server : view.fleet(organization.id)) {
      bought += server.auto_provisioned ? 1 : 0;
      if (!server.capacity.fits(server.used) && server.status != ServerStatus::destroying)
        broken("server " + server.name + " has more deployments than room");
    }
    const int most = most_servers_since(organization.id, world_.baton.now() - longest_look_ms);
    // A quota that was lowered takes nothing away, and what a person adopts was bought before.
    if (bought > most && bought > counted_[organization.id] && totals.restores == 0)
      broken(organization.id + " counts " + std::to_string(bought) + " servers, and " +
             std::to_string(most) + " are allowed");
    counted_[organization.id] = bought;
  }
}

void Witness::now_and_then(const LedgerView& view) {
  forget_the_terminated();
  std::set<std::string> owned;  // what was adopted has another attempt than its label says
  for (const AttemptRecord& one : view.live_attempts("")) owned.insert(one.vendor_id);
  for (const auto& [key, machine] : machines_) {
    if (!machine.live || machine.cause != "create" || owned.count(machine.id) != 0) continue;
    const auto attempt = view.attempt(machine.attempt);
    if (attempt && attempt->status == AttemptStatus::gone &&
        (attempt->vendor_id == machine.id || attempt->vendor_id.empty()) &&
        attempt->failure_code != "ledger_restored")  // whoever put the ledger back has it
      broken(key + " lives, and its attempt says that it is gone");
  }
  DeploymentFilter waiting;
  waiting.statuses = {DeploymentStatus::provisioning};
  for (const DeploymentRecord& deployment : view.deployments(waiting)) {
    const auto attempt = view.attempt(deployment.attempt_id);
    if (!attempt || attempt->status == AttemptStatus::destroying ||
        attempt->status == AttemptStatus::gone)
      broken(deployment.id + " waits for a server that will not come");
  }
}

void Witness::acknowledged(const std::string& deployment_id, const std::string& key) {
  remember(deployment_id);
  if (acknowledged_.insert(deployment_id).second) ++totals.deployments;
  if (key.empty()) return;
  const auto [known, is_new] = by_key_.emplace(key, deployment_id);
  if (!is_new && known->second != deployment_id)
    broken("the idempotency key " + key + " made two deployments");
}

void Witness::told_final(const DeploymentRecord& deployment) {
  remember(deployment.id + std::string(to_word(deployment.status)));
  world_.say("told: " + deployment.id + " " + std::string(to_word(deployment.status)) + ": " +
             deployment.reason);
  if (deployment.status == DeploymentStatus::insufficient_capacity &&
      deployment.reason.find("could not be asked") != std::string::npos)
    broken(deployment.id + " was ended by what passes: " + deployment.reason);
  if (deployment.reason_code == "clouds_unreachable" &&
      deployment.finished_unix_ms - deployment.created_unix_ms <
          world_.config.newest().provisioning.limit_ms &&
      world_.clock.now().unix_ms == world_.clock.true_unix_ms())
    broken(deployment.id + " was ended before its limit: " + deployment.reason);
  if (deployment.reason_code == "config_invalid")
    broken(deployment.id + " was ended by a mistake that was mended: " + deployment.reason);
  if (deployment.reason_code == "auto_provisioning_disabled" && totals.restores == 0 &&
      std::none_of(world_.config.versions().begin(), world_.config.versions().end(),
                   [&](const ConfigVersion& one) {
                     const auto* settings = one.settings.organization(deployment.organization);
                     return settings != nullptr && !settings->auto_provisioning;
                   }))
    broken(deployment.id + " was refused by a rule that nobody wrote: " + deployment.reason);
  if (deployment.status != DeploymentStatus::succeeded) return;
  world_.ledger->read([&](const LedgerView& view) {
    const auto server = view.server(deployment.server_id);
    if (!server) return broken(deployment.id + " succeeded on a server that is not recorded");
    if (!server->auto_provisioned || server->status != ServerStatus::ready) return;
    const auto machine = machines_.find(server->provider + "/" + server->vendor_id);
    // A ledger that was put back knows its servers as they were until it looks at them again.
    if (totals.restores == 0 && (machine == machines_.end() || !machine->second.live))
      broken(deployment.id + " succeeded on " + server->vendor_id + ", which is no live server");
  });
}

void Witness::command_begins(const std::string& deployment_id) {
  ++totals.commands;
  for (const auto& [pid, session] : world_.sessions)
    if (session.deployment_id == deployment_id && !session.ended &&
        session.until_ms > world_.baton.now())
      broken("two deploy commands of " + deployment_id + " run at once");
}

void Witness::notified(const std::string& notifier, const std::string& event_id) {
  auto& heard = heard_[notifier];
  heard.emplace(event_id, heard.size());
}

void Witness::events_in_order(const LedgerView& view) {
  std::map<std::pair<std::string, std::string>, std::size_t> last;
  std::int64_t seq = 0;
  for (;;) {
    const std::vector<EventRecord> events = view.events("", seq);
    if (events.empty()) return;
    for (const EventRecord& event : events) {
      seq = event.seq;
      if (event.type == "provisioning.failed" && event.message == "Nobody waits for it any more.")
        broken(event.deployment_id + " waited for a server that was given up for want of waiting");
      for (const NotifierSettings& notifier : world_.config.newest().notifiers) {
        const auto& heard = heard_[notifier.id];
        const auto when = heard.find(event.event_id);
        if (when == heard.end()) {
          broken(notifier.id + " never heard of event " + std::to_string(seq) + ", " + event.type);
          continue;
        }
        auto& before = last[{notifier.id, event.deployment_id}];
        if (!event.deployment_id.empty() && when->second + 1 < before)
          broken(notifier.id + " heard of event " + std::to_string(seq) + " too late");
        before = std::max(before, when->second + 1);
      }
    }
  }
}

void Witness::at_end(const LedgerView& view) {
  forget_the_terminated();
  for (const std::string& id : acknowledged_) {
    const auto deployment = view.deployment(id);
    if (!deployment) {
      broken("deployment " + id + " was acknowledged, and is lost");
      continue;
    }
    if (!is_final(deployment->status))
      broken("deployment " + id + " is still " + std::string(to_word(deployment->status)) + ": " +
             deployment->reason);
    if (deployment->status == DeploymentStatus::succeeded) ++totals.succeeded;
    for (const HoldRecord& hold : view.holds_of_deployment(id)) {
      const auto server = view.server(hold.server_id);
      if (!hold.active) broken("deployment " + id + " is over, and still holds room");
      if (!server || server->status == ServerStatus::gone)
        broken(hold.application + " runs on a server that is gone");
    }
  }
  std::map<std::string, std::string> owned;  // vendor/id -> attempt
  for (const AttemptRecord& attempt : view.live_attempts("")) {
    const AccountSettings* account = world_.config.newest().account(attempt.account);
    if (attempt.status != AttemptStatus::ready)
      broken("attempt " + attempt.id + " is still " + std::string(to_word(attempt.status)) + ": " +
             attempt.failure);
    owned[(account == nullptr ? "" : account->plugin) + "/" + attempt.vendor_id] = attempt.id;
  }
  for (const auto& [key, machine] : machines_) {
    if (!machine.live) continue;
    if (strangers_.count(key) != 0) continue;
    const auto owner = owned.find(key);
    if (owner == owned.end()) {
      broken(key + " of attempt " + machine.attempt + " (" + machine.cause +
             ") lives, and nobody owns it");
      continue;
    }
    const auto attempt = view.attempt(owner->second);
    owned.erase(owner);
    const auto server = view.server(attempt->server_id);
    if (server && (server->instance_type != machine.type || server->region != machine.region))
      broken(key + " is a " + machine.type + " in " + machine.region + ", and on record as a " +
             server->instance_type + " in " + server->region);
    const auto offers = decode_offers(attempt->offers_json);
    const std::string& region = machine.region;
    if (!offers.empty() && std::none_of(offers.begin(), offers.end(), [&](const RankedOffer& one) {
          return one.offer.offer.region == region;
        }))
      broken(key + " is kept in " + machine.region + ", where nobody asked for it");
  }
  for (const auto& [key, attempt] : owned) {
    const auto found = view.attempt(attempt);
    // A ledger that was put back knows servers that were done away with since: they are lost.
    if (totals.restores > 0 && found->failure_code == "lost") continue;
    broken("attempt " + attempt + " is ready, and its server " + key + " is gone");
  }
  if (!view.strays("").empty()) broken("a stray is on record, and reap is over");
  for (const AuditRecord& record : view.audit_records({{}, {}, {}, {}, 10'000}))
    if (record.status == "provisioning" || record.status == "pending")
      broken("the audit record " + record.record_id + " is still " + record.status);
  events_in_order(view);
}

}  // namespace berth::sim
