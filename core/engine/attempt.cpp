#include "engine/attempt.hpp"

#include <algorithm>
#include <boost/json/object.hpp>

#include "berth/codec.hpp"
#include "engine/answer_check.hpp"
#include "engine/at_cloud.hpp"
#include "engine/boots.hpp"
#include "engine/finish.hpp"
#include "engine/hindrance.hpp"
#include "engine/intent.hpp"
#include "engine/leaving.hpp"
#include "engine/offer_codec.hpp"
#include "engine/readiness.hpp"
#include "engine/ready_check.hpp"
#include "engine/reap.hpp"
#include "engine/record.hpp"
#include "engine/refusals.hpp"
#include "engine/standing.hpp"
#include "engine/taking_back.hpp"
#include "engine/tell.hpp"
#include "offers/call.hpp"

namespace berth {
namespace {

constexpr std::int64_t refused_offer_ms = 3 * 60'000;
/// A type that is listed and never sold is not asked for by every deployment in turn.
constexpr std::int64_t refused_for_good_ms = 60 * 60'000;
constexpr std::int64_t unreachable_ms = 15'000;
/// A destroy is repeated so often while the cloud still shows the server.
constexpr std::int64_t repeat_destroy_ms = 20'000;
constexpr int errors_before_next_offer = 3;
/// A create without an answer that came to nothing weighs as much: the second one is the last.
constexpr int errors_of_a_lost_create = 2;

/// In a crowd many are refused for the rate, each in its turn, and a little later none is.
std::int64_t crowd_patience(const EngineParts& parts) {
  return parts.settings().provisioning.limit_ms / 4;
}

/// A server that is asked for later than this could not be ready within the provisioning's limit.
bool leaves_time(const EngineParts& parts, const AttemptRecord& attempt, std::int64_t wait_ms) {
  const ProvisioningSettings& rules = parts.settings().provisioning;
  const std::int64_t usable = std::max(rules.limit_ms - rules.ready_timeout_ms, rules.limit_ms / 2);
  return parts.clock.now().unix_ms + wait_ms < attempt.created_unix_ms + usable;
}

void settle_attempt(LedgerTransaction& tx, const AttemptRecord& attempt,
                    const std::optional<Moment>& next) {
  tx.settle(TaskKind::attempt, attempt.id, next);
}

/// Of this server's id no destroy was asked for yet.
void forget_destroys(AttemptRecord& attempt) {
  attempt.destroy_asked = false;
  attempt.destroy_answered = false;
  attempt.destroy_refusals = 0;
  attempt.destroy_problem.clear();
}

/// Sends everyone who waits for this server back to look for room.
void release_waiting(const EngineParts& parts, LedgerTransaction& tx, const AttemptRecord& attempt,
                     std::string_view code, const std::string& sentence, bool counts_as_try,
                     const std::string& failed_offer) {
  const Moment now = parts.clock.now();
  for (DeploymentRecord& deployment : tx.waiting_for(attempt.id)) {
    for (const HoldRecord& hold : tx.holds_of_deployment(deployment.id))
      if (!hold.active) tx.remove_hold(hold.id);
    deployment.status = DeploymentStatus::placing;
    deployment.server_id.clear();
    deployment.attempt_id.clear();
    deployment.reason_code = "provisioning_failed";
    deployment.reason = sentence;
    deployment.updated_unix_ms = now.unix_ms;
    if (!failed_offer.empty()) deployment.excluded_offers.push_back(failed_offer);
    if (deployment.id == attempt.deployment_id) {
      if (counts_as_try) ++deployment.tries;
      close_record(parts, tx, tx.audit_record(deployment.audit_id), "failed", code, sentence);
      deployment.audit_id.clear();
    }
    tx.save(deployment);
    tell(parts, tx, "provisioning.failed", deployment, sentence, {{"attempt_id", attempt.id}});
    tx.schedule(TaskKind::deployment, deployment.id, now, true);
  }
}

void save_server(LedgerTransaction& tx, const AttemptRecord& attempt,
                 const std::function<void(Server&)>& change) {
  std::optional<Server> server = tx.server(attempt.server_id);
  if (!server) return;
  change(*server);
  tx.save(*server);
}

/// For how long a refusal is believed, where the vendor does not say.
std::int64_t believed_ms(const Failure& failure) {
  if (is_passing(failure)) return unreachable_ms;
  const bool lasting = failure.code == ErrorCode::invalid || failure.code == ErrorCode::unsupported;
  return lasting ? refused_for_good_ms : refused_offer_ms;
}

/// Remembered for all deployments, for what it speaks for. nullopt: that is this request alone.
std::optional<OfferRefusal> remember_refusal(const EngineParts& parts, const AccountOffer& offer,
                                             const Failure& failure, StockScope scope) {
  if (scope == StockScope::request) return std::nullopt;
  const AccountPointer account = parts.accounts.find(offer.account);
  OfferRefusal refusal = refusal_of(offer, scope, failure.scope_name,
                                    account != nullptr ? account->credential : std::string());
  if (failure.code == ErrorCode::denied && account != nullptr)
    refusal.credential = account->credential;  // another one may be allowed to
  refusal.code = to_word(failure.code);
  refusal.why = parts.clouds.redacted(words_of(failure));
  refusal.until_unix_ms = parts.clock.now().unix_ms +
                          std::max(believed_ms(failure), failure.retry_after_ms.value_or(0));
  parts.cache.store_refusal(refusal);
  return refusal;
}

/// The current offer was refused: the next one, or the end of the attempt.
void next_candidate(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
                    const Failure& failure) {
  const Moment now = parts.clock.now();
  const std::vector<RankedOffer> offers = decode_offers(attempt.offers_json);
  const RankedOffer& refused = offers.at(static_cast<std::size_t>(attempt.candidate));
  const std::string& account = refused.offer.account;
  attempt.failure_code = to_word(failure.code);
  attempt.failure = parts.clouds.redacted(account + ": " + words_of(failure)) + ".";
  attempt.errors = 0;
  std::optional<DeploymentRecord> deployment = tx.deployment(attempt.deployment_id);
  StockScope scope = scope_of(failure);
  bool account_left = false;
  if (deployment) {
    const auto server = tx.server(attempt.server_id);
    scope = note_refusal(*deployment, refused.offer, failure, server ? server->name : "",
                         parts.clouds.redacted(words_of(failure)));
    for (const LeftAccount& left : left_accounts(*deployment))
      account_left = account_left || left.account == account;
  }
  const std::optional<OfferRefusal> refusal =
      remember_refusal(parts, refused.offer, failure, scope);
  std::size_t next = static_cast<std::size_t>(attempt.candidate) + 1;
  const auto is_dead = [&](const RankedOffer& offer) {
    if (account_left && offer.offer.account == account) return true;
    if (!refusal) return false;
    const AccountPointer of = parts.accounts.find(offer.offer.account);
    return speaks_for(*refusal, offer.offer, of != nullptr ? of->credential : std::string());
  };
  while (next < offers.size() && is_dead(offers[next])) ++next;
  if (deployment) {
    deployment->last_refusal = attempt.failure;
    // What passes blames no offer: it may be bought as soon as the cloud answers again.
    if (!is_passing(failure)) deployment->excluded_offers.push_back(refused.offer.key());
    if (next < offers.size()) deployment->estimate = offers[next].monthly_compared;
    tx.save(*deployment);
  }
  if (next >= offers.size()) {
    const std::string failed = "No offer could be bought; the last one, " + offer_text(refused) +
                               ", was refused. " + attempt.failure;
    // Who asked a cloud has tried, also where it refused all it was asked for. Where nobody could
    // be asked it is not a try: that is repeated until the time is up.
    release_waiting(parts, tx, attempt, attempt.failure_code, failed, !is_passing(failure), "");
    if (attempt.deployment_id.empty())
      close_record(parts, tx, tx.audit_record(attempt.id), "failed", attempt.failure_code,
                   failed);
    gone(parts, tx, attempt);
    return;
  }
  attempt.candidate = static_cast<int>(next);
  attempt.status = AttemptStatus::intended;
  attempt.account = offers[next].offer.account;
  attempt.region = offers[next].offer.offer.region;
  save_server(tx, attempt, [&](Server& server) { describe(parts, server, offers[next]); });
  tx.save(attempt);
  recheck_room(parts, tx, attempt);
  const std::string sentence = attempt.failure + " Next: " + offer_text(offers[next]) + " for " +
                               monthly_text(offers[next].monthly_compared) + ".";
  for (const DeploymentRecord& waiting : tx.waiting_for(attempt.id))
    tell(parts, tx, "provisioning.failover", waiting, sentence, {{"attempt_id", attempt.id}});
  extend_record(parts, tx, record_of(tx, attempt), [&](AuditRecord& record) {
    record.offer_json = codec::encode(offers[next].offer.offer);
    record.estimated_monthly = offers[next].monthly_compared;
    record.failure_code = attempt.failure_code;
    record.failure_reason = attempt.failure;
  });
  settle_attempt(tx, attempt, now);
}

/// Whatever is asked for under this name is refused: no offer is to blame, and the next one would
/// be refused as well. Another attempt has another name.
void name_taken(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
                const Failure& failure) {
  attempt.failure_code = to_word(failure.code);
  attempt.failure = parts.clouds.redacted(attempt.account + ": " + words_of(failure));
  if (attempt.unknown_outcome)  // something of ours may show up late
    return give_up(parts, tx, attempt, to_word(failure.code), std::string(attempt.failure), false);
  release_waiting(parts, tx, attempt, attempt.failure_code, attempt.failure, true, "");
  if (attempt.deployment_id.empty())
    close_record(parts, tx, tx.audit_record(attempt.id), "failed", attempt.failure_code,
                 attempt.failure);
  gone(parts, tx, attempt);
}

void refused(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
             const Failure& failure) {
  const Moment now = parts.clock.now();
  const bool passing = is_passing(failure);
  // A refusal of our own budget says nothing about the cloud: nobody was asked.
  const bool asked = failure.code != ErrorCode::rate_limited || !failure.vendor_code.empty();
  const std::int64_t wait =
      std::max(failure.retry_after_ms.value_or(0), back_off_ms(parts, attempt.errors + 1));
  const bool patient = failure.code == ErrorCode::rate_limited &&
                       now.unix_ms + wait < attempt.created_unix_ms + crowd_patience(parts);
  if (passing && (!asked || patient || attempt.errors < errors_before_next_offer) &&
      (failure.code == ErrorCode::cancelled || leaves_time(parts, attempt, wait))) {
    if (asked) ++attempt.errors;
    attempt.status = AttemptStatus::intended;
    attempt.failure_code = to_word(failure.code);
    attempt.failure = parts.clouds.redacted(words_of(failure));
    tx.save(attempt);
    settle_attempt(tx, attempt, now.after(wait));
    return;
  }
  if (failure.code == ErrorCode::conflict)
    return name_taken(parts, tx, attempt, failure);
  next_candidate(parts, tx, attempt, failure);
}

/// Another account could serve the organization.
bool others_sell(const EngineParts& parts, const AttemptRecord& attempt) {
  const AccountList accounts = parts.accounts.of(attempt.organization);
  return std::any_of(accounts.begin(), accounts.end(), [&](const AccountPointer& other) {
    return other->id != attempt.account && other->set_aside.empty();
  });
}

/// Its creates get no answer and make no server. The account is left alone for a while, or it would
/// use up the provisioning's time; the attempt stays watched, since a server may still come late.
void lost_too_often(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt) {
  const std::string sentence = attempt.account + ": " + attempt.failure +
                               ". No server came of it, and not for the first time.";
  OfferRefusal refusal;
  refusal.account = attempt.account;
  refusal.code = to_word(ErrorCode::unavailable);
  refusal.until_unix_ms = parts.clock.now().unix_ms + refused_offer_ms;
  refusal.why = sentence;
  parts.cache.store_refusal(refusal);
  give_up(parts, tx, attempt, std::string(attempt.failure_code), sentence, false);
}

CreateRequest request_of(const EngineParts& parts, const LedgerView& view,
                         const AttemptRecord& attempt, const RankedOffer& ranked) {
  const AccountPointer account = parts.accounts.find(ranked.offer.account);
  const Offer& offer = ranked.offer.offer;
  CreateRequest request;
  request.installation_id = view.installation_id();
  request.organization_id = attempt.organization;
  request.attempt_id = attempt.id;
  request.candidate = attempt.candidate;
  if (const auto server = view.server(attempt.server_id)) request.name = server->name;
  request.region = offer.region;
  request.zone = offer.zone;
  request.market = offer.market;
  request.instance_type = offer.instance_type;
  request.arch = offer.arch;
  request.disk_mib = ranked.disk_mib;
  request.expires_at_unix_ms = attempt.expires_unix_ms;
  if (account != nullptr) {
    request.image = account->image;
    request.ssh_public_keys = account->ssh_public_keys;
    request.ssh_user = account->ssh_user;
    request.user_data = parts.settings().provisioning.ready == ReadyWhen::marker
                            ? marked_user_data(account->user_data, attempt.id)
                            : account->user_data;
  }
  request.labels = {{"auto_provisioned", "true"},
                    {"organization_id", attempt.organization},
                    {"managed_by", "berth"},
                    {"installation", request.installation_id},
                    {"attempt", attempt.id},
                    {ledger_label, attempt.mark}};
  if (const auto deployment = view.deployment(attempt.deployment_id)) {
    const Room& room = deployment->requirements.room;
    request.labels[application_label] = deployment->application;
    request.labels[room_label] = std::to_string(room.millicores) + "-" +
                                 std::to_string(room.memory_mib) + "-" +
                                 std::to_string(room.disk_mib);
  }
  return request;
}

/// What it was decided by does not hold any more: decided again, and nothing asked for.
void put_back(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
              const char* code, const char* why) {
  attempt.failure_code = code;
  attempt.failure = why;
  if (attempt.unknown_outcome)  // an earlier create of it may still show up
    return give_up(parts, tx, attempt, code, why, false);
  release_waiting(parts, tx, attempt, attempt.failure_code, attempt.failure, false, "");
  if (attempt.deployment_id.empty())
    close_record(parts, tx, tx.audit_record(attempt.id), "failed", attempt.failure_code,
                 attempt.failure);
  gone(parts, tx, attempt);
}

void put_back_by_config(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt) {
  put_back(parts, tx, attempt, "config_changed",
           "The config was changed after this was decided; nothing was asked for, and the new one "
           "decides.");
}

/// Nothing is known of the config of an intent that an older berth left.
bool decided_by_another(const EngineParts& parts, const AttemptRecord& attempt) {
  return !attempt.config.empty() && attempt.config != parts.configuration.fingerprint();
}

Work create(const EngineParts& parts, const AttemptRecord& intent, const CreateRequest& request) {
  return [&parts, id = intent.id, account = intent.account, config = intent.config,
          before = intent.unknown_outcome, request]() -> Apply {
    // The last moment at which nothing was asked for yet.
    if (!config.empty() && !parts.configuration.still(config))
      return [&parts, id, before](LedgerTransaction& tx) {
        std::optional<AttemptRecord> attempt = tx.attempt(id);
        if (!attempt) return;
        if (attempt->status == AttemptStatus::requested)
          return put_back_by_config(parts, tx, *attempt);
        Failure nothing;  // was asked for
        nothing.effect = Effect::none;
        answered_after_all(parts, tx, *attempt, nothing, before);
      };
    Result<Created> created = [&]() -> Result<Created> {
      // It may have been set aside after it was chosen.
      if (const AccountPointer known = parts.accounts.find(account);
          known && !known->set_aside.empty()) {
        Failure failure;
        failure.code = ErrorCode::denied;
        failure.effect = Effect::none;
        failure.message = "account " + account + " is not used: " + known->set_aside;
        return failure;
      }
      Result<Cloud> cloud = parts.clouds.open(account);
      if (!cloud) {
        Failure failure = cloud.failure();
        failure.effect = Effect::none;  // nobody was asked
        failure.code = ErrorCode::denied;
        return failure;
      }
      HostCall call(parts.clock, parts.journal, account + " create",
                    parts.settings().provisioning.call_timeout_ms, &parts.stopping);
      return cloud->provider->create(request, call);
    }();
    return [&parts, id, before, created](LedgerTransaction& tx) {
      std::optional<AttemptRecord> attempt = tx.attempt(id);
      if (!attempt) return;
      if (attempt->status != AttemptStatus::requested)
        return answered_after_all(parts, tx, *attempt, created, before);
      if (created && is_anothers(tx, *attempt, created->server)) {
        disown(parts, tx, *attempt, created->server);
      } else if (created) {
        accept(parts, tx, *attempt, created->server, created->note);
      } else if (created.failure().effect == Effect::none) {
        refused(parts, tx, *attempt, created.failure());
      } else {
        // Perhaps there is a server now: that is looked up, not guessed.
        attempt->unknown_outcome = true;
        attempt->failure_code = to_word(created.failure().code);
        attempt->failure = parts.clouds.redacted(words_of(created.failure()));
        tx.save(*attempt);
        settle_attempt(tx, *attempt, parts.clock.now().after(500));
      }
    };
  };
}

/// The create whose answer was lost made a server, which has ended since: a failed boot, and the
/// vendor says why.
void terminated(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
                const CloudServer& server) {
  attempt.vendor_id = server.server_id;
  extend_record(parts, tx, record_of(tx, attempt),
                [&](AuditRecord& record) { record.vendor_id = server.server_id; });
  give_up(parts, tx, attempt, "boot_failed",
          "Server " + server.server_id + " at " + attempt.account + " was terminated" +
              reason_of(server) + ".",
          true);
}

/// After an unknown outcome: is there a server? Only two complete looks, a settling time apart and
/// beyond the time-out of the call, count as a no.
Work look_up(const EngineParts& parts, const AttemptRecord& intent,
             const std::string& installation) {
  FindRequest request;
  request.installation_id = installation;
  request.sought = {sought_of(intent)};
  return [&parts, id = intent.id, account = intent.account, request]() -> Apply {
    const Result<Found> found = find_at(parts, account, request);
    return [&parts, id, found](LedgerTransaction& tx) {
      std::optional<AttemptRecord> attempt = tx.attempt(id);
      if (!attempt || attempt->status != AttemptStatus::requested) return;
      const Moment now = parts.clock.now();
      const ProvisioningSettings& rules = parts.settings().provisioning;
      bool was_there = false;
      const CloudServer* ended = nullptr;  // made, and terminated since
      if (found)
        for (const CloudServer& server : found->servers) {
          if (server.attempt_id != id) continue;
          was_there = true;
          if (is_anothers(tx, *attempt, server)) continue;
          if (server.state == ServerState::gone) {
            ended = &server;
            continue;
          }
          accept(parts, tx, *attempt, server, attempt->note);
          return;
        }
      if (ended != nullptr && !ended->detail.empty())
        return terminated(parts, tx, *attempt, *ended);
      const bool absent =
          found && found->complete &&
          (was_there ||
           std::find(found->absent.begin(), found->absent.end(), id) != found->absent.end());
      if (!absent) {
        ++attempt->errors;
        if (!found) {
          attempt->failure_code = to_word(found.failure().code);
          attempt->failure = parts.clouds.redacted(words_of(found.failure()));
        }
        tx.save(*attempt);
        settle_attempt(tx, *attempt, now.after(back_off_ms(parts, attempt->errors)));
        return;
      }
      // A ledger of before does not say when the call is over at the latest.
      if (!attempt->absence_sure) attempt->absence_sure = now.after(rules.call_timeout_ms);
      if (!absent_again(parts, *attempt, rules.settle_ms)) {
        tx.save(*attempt);
        const Moment next = now.after(100);
        settle_attempt(tx, *attempt,
                       attempt->absence_sure->passed(next) ? next : *attempt->absence_sure);
        return;
      }
      attempt->absent_looks = 0;
      attempt->absent_since_unix_ms = 0;
      if (!wanted(tx, *attempt)) {
        // It may still come late: watched as one that is being destroyed.
        give_up(parts, tx, *attempt, attempt->failure_code, attempt->failure, false);
        return;
      }
      attempt->errors += errors_of_a_lost_create;
      if (attempt->errors > errors_before_next_offer && others_sell(parts, *attempt))
        return lost_too_often(parts, tx, *attempt);
      attempt->status = AttemptStatus::intended;
      tx.save(*attempt);
      settle_attempt(tx, *attempt, now);
    };
  };
}

/// The cloud has heard it and says no; asking again helps only when a person has changed something.
bool is_refusal(const Failure& failure) {
  return failure.effect == Effect::none && failure.code != ErrorCode::unavailable &&
         failure.code != ErrorCode::rate_limited && failure.code != ErrorCode::cancelled;
}

void tell_undestroyable(const EngineParts& parts, LedgerTransaction& tx,
                        const AttemptRecord& attempt) {
  boost::json::object fields{{"attempt_id", attempt.id},
                             {"account", attempt.account},
                             {"vendor_id", attempt.vendor_id},
                             {"server_id", attempt.server_id},
                             {"reason", attempt.destroy_problem}};
  std::string what = attempt.vendor_id, cost;
  if (const auto server = tx.server(attempt.server_id)) {
    what = server->name + " (" + attempt.vendor_id + ")";
    fields["server_name"] = server->name;
    if (!server->currency.empty())
      cost = ", and it costs " + monthly_text({server->monthly_nanos, server->currency});
  }
  const std::string sentence =
      "Server " + what + " at " + attempt.account + " cannot be destroyed: " +
      attempt.destroy_problem + ". It was refused " + std::to_string(attempt.destroy_refusals) +
      " times" + cost +
      ". Mend that (at the vendor a delete protection or a permission, here a plugin or a "
      "credential); berth goes on trying.";
  tell(parts, tx, "server.undestroyable", attempt.organization, attempt.deployment_id, sentence,
       std::move(fields), admins_of(parts, attempt.organization));
  parts.journal.write(LogLevel::error, sentence);
}

Work destroy(const EngineParts& parts, const AttemptRecord& doomed,
             const std::string& installation) {
  DestroyRequest request{installation, sought_of(doomed)};
  return [&parts, id = doomed.id, account = doomed.account, request]() -> Apply {
    const Result<Done> done =
        at_cloud<Done>(parts, account, "destroy", [&](const Cloud& cloud, Call& call) {
          return cloud.provider->destroy(request, call);
        });
    return [&parts, id, done](LedgerTransaction& tx) {
      std::optional<AttemptRecord> attempt = tx.attempt(id);
      if (!attempt || attempt->status != AttemptStatus::destroying) return;
      const Moment now = parts.clock.now();
      if (done) {
        attempt->errors = 0;
        attempt->destroy_answered = true;
        attempt->destroy_refusals = 0;
        attempt->destroy_problem.clear();
        tx.save(*attempt);
        tx.schedule(TaskKind::look, attempt->account, now.after(200), true);
        settle_attempt(tx, *attempt, now.after(repeat_destroy_ms));
        return;
      }
      ++attempt->errors;
      // Why it has to go stays on record; that it does not go yet is another matter.
      attempt->destroy_problem = parts.clouds.redacted(words_of(done.failure()));
      if (is_refusal(done.failure()) && ++attempt->destroy_refusals == refusals_until_told)
        tell_undestroyable(parts, tx, *attempt);
      tx.save(*attempt);
      // Perhaps it was heard, and only the answer is lost.
      if (done.failure().effect == Effect::unknown)
        tx.schedule(TaskKind::look, attempt->account, now.after(200), true);
      parts.journal.write(LogLevel::warning,
                          attempt->account + ": server " + attempt->vendor_id +
                              " is not destroyed yet: " + attempt->destroy_problem);
      settle_attempt(tx, *attempt,
                     now.after(std::max(done.failure().retry_after_ms.value_or(0),
                                        back_off_ms(parts, attempt->errors))));
    };
  };
}

}  // namespace

void destroy_unowned(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& server) {
  const Moment now = parts.clock.now();
  server.id = parts.entropy.id();
  server.status = AttemptStatus::destroying;
  server.offers_json = "[]";
  server.created_unix_ms = now.unix_ms;
  tx.save(server);
  tx.schedule(TaskKind::attempt, server.id, now);
}

std::string why_it_goes(const AttemptRecord& attempt) {
  std::string why = attempt.failure;
  if (attempt.destroy_problem.empty()) return why;
  if (!why.empty()) why += why.back() == '.' ? " " : ". ";
  why += "It is not destroyed yet: " + attempt.destroy_problem;
  if (attempt.destroy_refusals > 1)
    why += " (refused " + std::to_string(attempt.destroy_refusals) + " times)";
  return why + ".";
}

void recheck_room(const EngineParts& parts, LedgerTransaction& tx, const AttemptRecord& attempt) {
  const std::optional<Server> server = tx.server(attempt.server_id);
  if (!server || server->capacity.fits(server->used)) return;
  Room used;
  for (const HoldRecord& hold : tx.holds_on(server->id)) {
    if (server->capacity.fits(used + hold.room)) {
      used += hold.room;
      continue;
    }
    tx.remove_hold(hold.id);
    if (auto deployment = tx.deployment(hold.deployment_id)) {
      deployment->status = DeploymentStatus::placing;
      deployment->server_id.clear();
      deployment->attempt_id.clear();
      deployment->reason = "Server " + server->name + " became a smaller one.";
      tx.save(*deployment);
      tx.schedule(TaskKind::deployment, deployment->id, parts.clock.now(), true);
    }
  }
}

bool wanted(const LedgerView& view, const AttemptRecord& attempt) {
  if (!view.waiting_for(attempt.id).empty()) return true;
  if (!attempt.deployment_id.empty()) return false;
  const auto server = view.server(attempt.server_id);
  return server && server->status == ServerStatus::booting;
}

std::int64_t back_off_ms(const EngineParts& parts, int errors) {
  const std::int64_t whole = std::min<std::int64_t>(60'000, 500LL << std::clamp(errors, 1, 7));
  return whole * 3 / 4 + parts.entropy.below(whole / 2);
}

bool absent_again(const EngineParts& parts, AttemptRecord& attempt, std::int64_t wait_ms) {
  const Moment now = parts.clock.now();
  if (++attempt.absent_looks == 1) attempt.absent_since_unix_ms = now.unix_ms;
  if (attempt.absent_looks == 1 || !attempt.absence_sure) {
    const Moment settled = now.after(wait_ms);
    if (!attempt.absence_sure || attempt.absence_sure->passed(settled))
      attempt.absence_sure = settled;
  }
  return attempt.absent_looks > 1 && attempt.absence_sure->passed(now);
}

Sought sought_of(const AttemptRecord& attempt) {
  return {attempt.id, attempt.vendor_id, attempt.region, attempt.note};
}

void accept(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
            const CloudServer& server, const std::string& note) {
  const Moment now = parts.clock.now();
  attempt.status = AttemptStatus::booting;
  attempt.vendor_id = server.server_id;
  attempt.note = note;
  if (!server.region.empty()) attempt.region = server.region;
  attempt.phase = "accepted";
  attempt.errors = 0;
  attempt.absent_looks = 0;
  attempt.absent_since_unix_ms = 0;
  // A create that was answered is over: nothing of it can come any more.
  if (!attempt.unknown_outcome) attempt.absence_sure.reset();
  attempt.accepted_unix_ms = now.unix_ms;
  attempt.ready_deadline = now.after(parts.settings().provisioning.ready_timeout_ms);
  attempt.stage_deadline = now.after(parts.settings().provisioning.running_timeout_ms);
  extend_record(parts, tx, record_of(tx, attempt),
                [&](AuditRecord& record) { record.vendor_id = server.server_id; });
  const auto all_waiting = tx.waiting_for(attempt.id);
  if (!wanted(tx, attempt)) {
    give_up(parts, tx, attempt, "unwanted", "Nobody waits for it any more.", false);
    return;
  }
  for (const DeploymentRecord& waiting : all_waiting)
    tell(parts, tx, "provisioning.progress", waiting,
         attempt.account + " accepted it as " + server.server_id +
             (runs(server) ? "; it runs." : "; it boots."),
         {{"phase", "accepted"}, {"attempt_id", attempt.id}});
  if (!take_as_it_is(parts, tx, attempt, server)) return;
  // Some clouds answer only when the server runs. Where that is all that is asked for, a look could
  // tell no more.
  if (runs(server) && parts.settings().provisioning.ready == ReadyWhen::running)
    return runs_now(parts, tx, attempt, server);
  tx.save(attempt);
  save_server(tx, attempt, [&](Server& row) { row.vendor_id = attempt.vendor_id; });
  // A look that is planned already serves this one too: a hundred creates bring about one look.
  std::int64_t look_in = runs(server) ? 0 : first_look_ms(parts, attempt);
  if (tx.task(TaskKind::look, attempt.account))
    look_in = std::max(look_in, parts.settings().provisioning.look_interval_ms);
  tx.schedule(TaskKind::look, attempt.account, now.after(look_in), true);
  settle_attempt(tx, attempt, stage_deadline(attempt));
}

void came_late(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
               const CloudServer& server) {
  attempt.vendor_id = server.server_id;
  if (!server.region.empty()) attempt.region = server.region;
  forget_destroys(attempt);
  tx.save(attempt);
  save_server(tx, attempt, [&](Server& row) { row.vendor_id = attempt.vendor_id; });
  tx.schedule(TaskKind::attempt, attempt.id, parts.clock.now(), true);
  parts.journal.write(LogLevel::warning, attempt.account + " made server " + attempt.vendor_id +
                                             " after all, whose create was given up; it is "
                                             "destroyed");
}

void give_up(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt,
             std::string_view code, const std::string& sentence, bool blame) {
  const Moment now = parts.clock.now();
  std::string failed_offer;
  if (blame) {
    const AccountOffer offer = decode_offer(attempt.offers_json, attempt.candidate).offer;
    failed_offer = offer.key();
    OfferRefusal refusal = refusal_of(offer, StockScope::zone, "", "");
    refusal.code = to_word(ErrorCode::out_of_stock);
    refusal.until_unix_ms = now.unix_ms + 2 * parts.settings().provisioning.ready_timeout_ms;
    refusal.why = sentence;
    parts.cache.store_refusal(refusal);
    remember_boot(parts, attempt, sentence);
  }
  attempt.status = AttemptStatus::destroying;
  attempt.failure_code = code;
  attempt.failure = sentence;
  attempt.errors = 0;
  attempt.absent_looks = 0;
  attempt.absent_since_unix_ms = 0;
  forget_destroys(attempt);
  tx.save(attempt);
  save_server(tx, attempt, [&](Server& server) {
    server.status = ServerStatus::destroying;
    server.vendor_id = attempt.vendor_id;
  });
  release_waiting(parts, tx, attempt, code, sentence, blame, failed_offer);
  if (attempt.deployment_id.empty())
    close_record(parts, tx, tx.audit_record(attempt.id), "failed", code, sentence);
  tx.schedule(TaskKind::look, attempt.account, now.after(500), true);
  tx.schedule(TaskKind::attempt, attempt.id, now, true);
  settle_attempt(tx, attempt, now);
}

void gone(const EngineParts& parts, LedgerTransaction& tx, AttemptRecord& attempt) {
  const Moment now = parts.clock.now();
  attempt.status = AttemptStatus::gone;
  attempt.ended_unix_ms = now.unix_ms;
  tx.save(attempt);
  save_server(tx, attempt, [](Server& server) { server.status = ServerStatus::gone; });
  settle_attempt(tx, attempt, std::nullopt);
  if (attempt.vendor_id.empty()) return;
  tell(parts, tx, "server.destroyed", attempt.organization, attempt.deployment_id,
       "Server " + attempt.vendor_id + " at " + attempt.account + " is gone.",
       {{"server_id", attempt.server_id}, {"attempt_id", attempt.id}});
  tell_reaped(parts, tx, attempt);
}

std::optional<Work> prepare_attempt(const EngineParts& parts, LedgerTransaction& tx,
                                    const TaskRecord& task) {
  const Moment now = parts.clock.now();
  std::optional<AttemptRecord> attempt = tx.attempt(task.subject);
  if (!attempt) {
    tx.settle(task.kind, task.subject, std::nullopt);
    return std::nullopt;
  }
  switch (attempt->status) {
    case AttemptStatus::intended: {
      // Its server may be there since, and be in use: nobody asks for it twice under one name.
      if (!attempt->unknown_outcome && decided_elsewhere(tx, *attempt)) {
        put_back(parts, tx, *attempt, put_back_code,
                 "The ledger was put back, copied or moved after this was decided; it is decided "
                 "anew.");
        return std::nullopt;
      }
      if (!wanted(tx, *attempt)) {
        // An outcome that was unknown once may still show up late.
        if (attempt->unknown_outcome)
          give_up(parts, tx, *attempt, "unwanted", "Nobody waits for it any more.", false);
        else
          gone(parts, tx, *attempt);
        return std::nullopt;
      }
      if (decided_by_another(parts, *attempt) ||
          organization_left(parts.settings(), attempt->organization)) {
        put_back_by_config(parts, tx, *attempt);
        return std::nullopt;
      }
      const RankedOffer offer = decode_offer(attempt->offers_json, attempt->candidate);
      attempt->status = AttemptStatus::requested;
      attempt->requested_unix_ms = now.unix_ms;
      attempt->absence_sure = now.after(parts.settings().provisioning.call_timeout_ms);
      // A create that may have been heard is repeated as it was.
      if (attempt->mark.empty() || !attempt->unknown_outcome) attempt->mark = mark_of(tx);
      tx.save(*attempt);  // the intent, committed before the call
      return create(parts, *attempt, request_of(parts, tx, *attempt, offer));
    }
    case AttemptStatus::requested:
      // Nobody is in the call any more, so its outcome is unknown.
      if (!attempt->unknown_outcome) {
        attempt->unknown_outcome = true;
        tx.save(*attempt);
      }
      return look_up(parts, *attempt, tx.installation_id());
    case AttemptStatus::booting: {
      if (!wanted(tx, *attempt)) {
        give_up(parts, tx, *attempt, "unwanted", "Nobody waits for it any more.", false);
        return std::nullopt;
      }
      const Moment deadline = stage_deadline(*attempt);
      if (deadline.passed(now)) {
        if (give_up_lacking(parts, tx, *attempt)) return std::nullopt;
        give_up(parts, tx, *attempt, "not_ready_in_time",
                "Server " + attempt->vendor_id + " at " + attempt->account + " " +
                    missed_stage(parts, *attempt) + "." +
                    (attempt->failure.empty() ? "" : " " + attempt->failure),
                true);
        return std::nullopt;
      }
      if (attempt->phase != "accepted") return check_readiness(parts, tx, *attempt);
      // The task of looking may have been lost with a dead process; this one outlives it.
      tx.schedule(TaskKind::look, attempt->account, now, true);
      settle_attempt(tx, *attempt, deadline);
      return std::nullopt;
    }
    case AttemptStatus::destroying:
      if (attempt->vendor_id.empty()) {
        // What may still come is looked for, and its id committed, before it is destroyed: else a
        // server could come and go of which the ledger knows nothing.
        tx.schedule(TaskKind::look, attempt->account, now, true);
        settle_attempt(tx, *attempt, now.after(repeat_destroy_ms));
        return std::nullopt;
      }
      if (account_left(parts.settings(), tx, attempt->account)) {
        // People hear of it as of all that it left behind; it goes on when the account is back.
        const auto server = tx.server(attempt->server_id);
        attempt->destroy_problem = way_out(parts.settings(), attempt->account,
                                           server ? server->name : "", attempt->vendor_id);
        tx.save(*attempt);
        settle_attempt(tx, *attempt, now.after(parts.settings().reap.every_ms));
        return std::nullopt;
      }
      if (!may_destroy(tx, *attempt)) {
        settle_attempt(tx, *attempt, now.after(repeat_destroy_ms));
        return std::nullopt;
      }
      if (!attempt->destroy_asked) {
        attempt->destroy_asked = true;
        tx.save(*attempt);
      }
      return destroy(parts, *attempt, tx.installation_id());
    case AttemptStatus::ready:
    case AttemptStatus::gone:
      break;
  }
  tx.settle(task.kind, task.subject, std::nullopt);
  return std::nullopt;
}

}  // namespace berth
