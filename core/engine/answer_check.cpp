#include "engine/answer_check.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <optional>

#include "berth/codec.hpp"
#include "engine/attempt.hpp"
#include "engine/finish.hpp"
#include "engine/intent.hpp"
#include "engine/offer_codec.hpp"
#include "engine/place.hpp"
#include "engine/record.hpp"
#include "engine/tell.hpp"
#include "policy/ranking.hpp"
#include "request/names.hpp"

namespace berth {
namespace {

/// "cx33 in nbg1", and its architecture where that is what differs.
std::string what_text(const std::string& type, const std::string& region, const std::string& arch) {
  return type + " in " + region + (arch.empty() ? "" : " (" + arch + ")");
}

/// Not told, or as asked.
bool agrees(const std::string& told, const std::string& asked) {
  return told.empty() || told == asked;
}

/// The offer of a server as it is; nullopt where neither the catalogue nor the attempt knows it.
std::optional<RankedOffer> offer_of(const EngineParts& parts, const AttemptRecord& attempt,
                                    const RankedOffer& asked, const Server& is) {
  Facts facts;
  facts.currency = parts.settings().currency;
  facts.rates = parts.settings().rates;
  std::optional<RankedOffer> known;
  const auto consider = [&](const AccountOffer& candidate) {
    const Offer& offer = candidate.offer;
    if (candidate.account != attempt.account || offer.instance_type != is.instance_type ||
        offer.region != is.region || offer.market != asked.offer.offer.market)
      return;
    if (known && offer.zone != is.zone) return;  // the one of its own zone, where that is told
    RankedOffer ranked;
    ranked.offer = candidate;
    ranked.disk_mib = std::max(offer.disk_mib, std::min(asked.disk_mib, offer.max_disk_mib));
    std::string why;
    const auto monthly = monthly_price(offer, ranked.disk_mib, why);
    const auto compared = monthly ? converted(*monthly, facts) : std::nullopt;
    if (!compared) return;
    ranked.monthly = *monthly;
    ranked.monthly_compared = *compared;
    known = std::move(ranked);
  };
  if (const AccountPointer account = parts.accounts.find(attempt.account))
    if (const auto catalogue = parts.catalogue.peek({account}))
      for (const AccountOffer& one : catalogue->offers) consider(one);
  if (!known)
    for (const RankedOffer& one : decode_offers(attempt.offers_json)) consider(one.offer);
  return known;
}

/// Who needs it has its room there: the deployment that began it, or else one that waits for it. A
/// server that was bought by hand was bought for its size.
bool has_room(const LedgerView& view, const AttemptRecord& attempt, const RankedOffer& asked,
              const Room& capacity) {
  if (attempt.deployment_id.empty())
    return capacity.fits({asked.offer.offer.vcpu * 1000, asked.offer.offer.memory_mib,
                          std::max(asked.offer.offer.disk_mib, asked.disk_mib)});
  const auto fits = [&](const std::string& deployment_id) {
    const auto holds = view.holds_of_deployment(deployment_id);
    return std::any_of(holds.begin(), holds.end(), [&](const HoldRecord& hold) {
      return hold.server_id == attempt.server_id && !hold.active && capacity.fits(hold.room);
    });
  };
  const auto waiting = view.waiting_for(attempt.id);
  return std::any_of(waiting.begin(), waiting.end(),
                     [&](const DeploymentRecord& one) { return fits(one.id); });
}

/// "" it may stay, else why not.
std::string why_not(const EngineParts& parts, const LedgerView& view, const AttemptRecord& attempt,
                    const RankedOffer& asked, const std::optional<RankedOffer>& got) {
  if (!got) return "what that type costs and holds is not known";
  const Offer& offer = got->offer.offer;
  if (!has_room(view, attempt, asked,
                {offer.vcpu * 1000, offer.memory_mib, std::max(offer.disk_mib, got->disk_mib)}))
    return "it has not the room that is needed";
  if (got->monthly_compared.nanos <= asked.monthly_compared.nanos) return {};
  if (attempt.deployment_id.empty()) return "it is dearer than what was approved";
  const auto deployment = view.deployment(attempt.deployment_id);
  if (!deployment) return "it is dearer than what was asked for";
  const Decision decision = decide_instead(parts, view, *deployment, got->offer);
  return decision.outcome.kind == VerdictKind::proceed ? std::string()
                                                       : "it is dearer, and may not be bought so";
}

void note_price(const EngineParts& parts, LedgerTransaction& tx, const AttemptRecord& attempt,
                const std::optional<RankedOffer>& got) {
  const Money compared = got ? got->monthly_compared : Money{};
  extend_record(parts, tx, record_of(tx, attempt), [&](AuditRecord& record) {
    if (got) record.offer_json = codec::encode(got->offer.offer);
    record.estimated_monthly = compared;
  });
  if (auto deployment = tx.deployment(attempt.deployment_id)) {
    deployment->estimate = compared;
    tx.save(*deployment);
  }
}

}  // namespace

bool is_anothers(const LedgerView& view, const AttemptRecord& attempt, const CloudServer& server) {
  return !agrees(server.attempt_id, attempt.id) ||
         !agrees(server.organization_id, attempt.organization) ||
         !agrees(server.installation_id, view.installation_id());
}

void disown(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
            const CloudServer& server) {
  const std::string sentence =
      attempt.account + " answered with server " + server.server_id +
      ", whose labels say that it is another one's (organization " +
      (server.organization_id.empty() ? "not told" : server.organization_id) + ", attempt " +
      (server.attempt_id.empty() ? "not told" : server.attempt_id) +
      "). It is left alone, and the server that was asked for is looked for.";
  const bool told = attempt.failure == sentence;
  attempt.status = AttemptStatus::requested;
  attempt.unknown_outcome = true;
  attempt.vendor_id.clear();
  attempt.phase.clear();
  attempt.failure_code = "anothers_server";
  attempt.failure = sentence;
  tx.save(attempt);
  if (auto row = tx.server(attempt.server_id); row && !row->vendor_id.empty()) {
    row->vendor_id.clear();
    tx.save(*row);
  }
  tx.settle(TaskKind::attempt, attempt.id, parts.clock.now().after(500));
  if (told) return;
  tell(parts, tx, "server.not_as_asked", attempt.organization, attempt.deployment_id, sentence,
       {{"attempt_id", attempt.id},
        {"account", attempt.account},
        {"vendor_id", server.server_id},
        {"got_organization", server.organization_id},
        {"kept", false}},
       admins_of(parts, attempt.organization));
  parts.journal.write(LogLevel::error, sentence);
}

bool take_as_it_is(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
                   const CloudServer& server) {
  std::optional<Server> row = tx.server(attempt.server_id);
  if (!row) return true;
  const AccountPointer account = parts.accounts.find(attempt.account);
  if ((account == nullptr || account->ssh_user.empty()) && is_user_name(server.ssh_user) &&
      row->ssh_user != server.ssh_user) {
    row->ssh_user = server.ssh_user;
    tx.save(*row);
  }
  if (agrees(server.region, row->region) && agrees(server.arch, row->arch) &&
      agrees(server.instance_type, row->instance_type))
    return true;

  const RankedOffer asked = decode_offer(attempt.offers_json, attempt.candidate);
  const Server was = *row;
  boost::json::object fields{{"attempt_id", attempt.id},
                             {"server_id", row->id},
                             {"server_name", row->name},
                             {"account", attempt.account},
                             {"vendor_id", server.server_id},
                             {"asked_type", was.instance_type},
                             {"asked_region", was.region},
                             {"asked_arch", was.arch},
                             {"asked_cost", decimal_of_nanos(asked.monthly_compared.nanos)},
                             {"currency", asked.monthly_compared.currency}};
  if (!server.instance_type.empty()) row->instance_type = server.instance_type;
  if (!server.region.empty()) row->region = attempt.region = server.region;
  if (!server.zone.empty()) row->zone = server.zone;
  const std::optional<RankedOffer> got = offer_of(parts, attempt, asked, *row);
  if (got) {
    describe(parts, *row, *got);
    row->ssh_user = was.ssh_user;  // as it was told
    if (!server.zone.empty()) row->zone = server.zone;
  } else {
    row->monthly_nanos = 0;
    row->currency.clear();
  }
  if (!server.arch.empty()) row->arch = server.arch;

  const bool same_region = row->region == was.region;
  const bool same_arch = row->arch == was.arch;  // also by its type, where it is not told
  std::string why;
  if (!same_region)
    why = "a server in another region than asked for is not used";
  else if (!same_arch)
    why = "a server of another architecture than asked for is not used";
  else
    why = why_not(parts, tx, attempt, asked, got);
  const std::string sentence =
      attempt.account + " was asked for " +
      what_text(was.instance_type, was.region, same_arch ? "" : was.arch) + " for " +
      monthly_text(asked.monthly_compared) + " and made " +
      what_text(row->instance_type, row->region, same_arch ? "" : row->arch) + " for " +
      (got ? monthly_text(got->monthly_compared) : "a price that is not known") + " (server " +
      server.server_id + "). " +
      (why.empty() ? "It is kept: it has the room, and may cost so much."
                   : "It is destroyed: " + why + ".");
  fields["got_type"] = row->instance_type;
  fields["got_region"] = row->region;
  fields["got_arch"] = row->arch;
  if (got) fields["got_cost"] = decimal_of_nanos(got->monthly_compared.nanos);
  fields["kept"] = why.empty();
  tx.save(*row);
  note_price(parts, tx, attempt, got);
  tell(parts, tx, "server.not_as_asked", attempt.organization, attempt.deployment_id, sentence,
       std::move(fields), admins_of(parts, attempt.organization));
  parts.journal.write(why.empty() ? LogLevel::warning : LogLevel::error, sentence);
  if (!why.empty()) {
    // The offer is to blame, whatever came of it: the same may come again.
    give_up(parts, tx, attempt, "not_as_asked", sentence, true);
    return false;
  }
  tx.save(attempt);
  recheck_room(parts, tx, attempt);
  return true;
}

}  // namespace berth
