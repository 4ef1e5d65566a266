#include "witness.hpp"

#include <boost/json.hpp>

#include "engine/offer_codec.hpp"

#include "world.hpp"

namespace berth::sim {
namespace {

namespace json = boost::json;

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
      if (attempt && machine.cause == "create") check_price(view, *attempt, machine);
    });
  if (ledger_is_there && !attempt)
    broken(key + " was made, and no attempt " + machine.attempt + " was committed before");
  if (attempt) {
    machine.organization = attempt->organization;
    // A create that was given up for lost may come while the next one is only intended.
    if (attempt->status == AttemptStatus::intended && !attempt->unknown_outcome)
      broken(key + " was made before the intent to request it was committed");
  }
  if (machine.cause == "create")
    for (const auto& [other, twin] : machines_)
      if (twin.live && twin.cause == "create" && twin.attempt == machine.attempt)
        broken("attempt " + machine.attempt + " has two servers, " + other + " and " + key);
  machines_[key] = machine;
  if (!machine.organization.empty()) check_quota(machine.organization);
}

/// What a deployment buys is within what was approved for it, or, unasked, within twice what its
/// first decision showed.
void Witness::check_price(const LedgerView& view, const AttemptRecord& attempt,
                          const SeenMachine& machine) {
  const auto deployment = view.deployment(attempt.deployment_id);
  // One that was cancelled or tried again since has another estimate.
  if (!deployment || deployment->attempt_id != attempt.id) return;
  const RankedOffer offer = decode_offer(attempt.offers_json, attempt.candidate);
  if (offer.offer.offer.instance_type != machine.type) return;  // a late one, of an earlier offer
  const std::int64_t price = offer.monthly_compared.nanos;
  const bool approved = !deployment->approved_by.empty();
  const std::int64_t most =
      approved ? deployment->approved_limit.nanos
               : deployment->first_estimate.nanos *
                     (100 + world_.settings.provisioning.dearer_percent) / 100;
  if (price > most)
    broken(machine.type + " was bought for " + decimal_of_nanos(price) + " a month, and " +
           decimal_of_nanos(most) + (approved ? " was approved" : " is bought unasked"));
}

void Witness::check_quota(const std::string& organization) {
  const OrganizationSettings* settings = world_.settings.organization(organization);
  if (settings == nullptr || !settings->max_servers) return;
  std::set<std::string> attempts;
  for (const auto& [key, machine] : machines_)
    if (machine.live && machine.organization == organization) attempts.insert(machine.attempt);
  if (static_cast<int>(attempts.size()) > *settings->max_servers)
    broken(organization + " has " + std::to_string(attempts.size()) + " servers, and " +
           std::to_string(*settings->max_servers) + " are allowed");
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
  for (const OrganizationSettings& organization : world_.settings.organizations) {
    int bought = 0;
    for (const Server& server : view.fleet(organization.id)) {
      bought += server.auto_provisioned ? 1 : 0;
      if (!server.capacity.fits(server.used) && server.status != ServerStatus::destroying)
        broken("server " + server.name + " has more deployments than room");
    }
    if (organization.max_servers && bought > *organization.max_servers)
      broken(organization.id + " counts " + std::to_string(bought) + " servers, and " +
             std::to_string(*organization.max_servers) + " are allowed");
  }
}

void Witness::now_and_then(const LedgerView& view) {
  forget_the_terminated();
  for (const auto& [key, machine] : machines_) {
    if (!machine.live || machine.cause != "create") continue;
    const auto attempt = view.attempt(machine.attempt);
    if (attempt && attempt->status == AttemptStatus::gone &&
        (attempt->vendor_id == machine.id || attempt->vendor_id.empty()))
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
          world_.settings.provisioning.limit_ms &&
      world_.clock.now().unix_ms == world_.clock.true_unix_ms())
    broken(deployment.id + " was ended before its limit: " + deployment.reason);
  if (deployment.status != DeploymentStatus::succeeded) return;
  world_.ledger->read([&](const LedgerView& view) {
    const auto server = view.server(deployment.server_id);
    if (!server) return broken(deployment.id + " succeeded on a server that is not recorded");
    if (!server->auto_provisioned || server->status != ServerStatus::ready) return;
    const auto machine = machines_.find(server->provider + "/" + server->vendor_id);
    if (machine == machines_.end() || !machine->second.live)
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
      for (const NotifierSettings& notifier : world_.settings.notifiers) {
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
    const AccountSettings* account = world_.settings.account(attempt.account);
    if (attempt.status != AttemptStatus::ready)
      broken("attempt " + attempt.id + " is still " + std::string(to_word(attempt.status)) + ": " +
             attempt.failure);
    owned[(account == nullptr ? "" : account->plugin) + "/" + attempt.vendor_id] = attempt.id;
  }
  for (const auto& [key, machine] : machines_) {
    if (!machine.live) continue;
    if (strangers_.count(key) != 0) continue;
    if (owned.erase(key) == 0)
      broken(key + " of attempt " + machine.attempt + " (" + machine.cause +
             ") lives, and nobody owns it");
  }
  for (const auto& [key, attempt] : owned)
    broken("attempt " + attempt + " is ready, and its server " + key + " is gone");
  if (!view.strays("").empty()) broken("a stray is on record, and reap is over");
  for (const AuditRecord& record : view.audit_records({{}, {}, {}, {}, 10'000}))
    if (record.status == "provisioning" || record.status == "pending")
      broken("the audit record " + record.record_id + " is still " + record.status);
  events_in_order(view);
}

}  // namespace berth::sim
