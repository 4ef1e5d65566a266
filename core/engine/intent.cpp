#include "engine/intent.hpp"

#include <algorithm>

#include "berth/codec.hpp"
#include "engine/offer_codec.hpp"
#include "engine/record.hpp"
#include "engine/standing.hpp"

namespace berth {
namespace {

/// auto-{organization}-{attempt}, at most 63 of [a-z0-9-]: the id's 26 must stay whole.
std::string server_name(const std::string& organization, const std::string& attempt_id) {
  std::string name = organization.substr(0, 31);
  while (!name.empty() && name.back() == '-') name.pop_back();
  return "auto-" + name + "-" + attempt_id;
}

}  // namespace

void describe(const EngineParts& parts, Server& server, const RankedOffer& ranked) {
  const Offer& offer = ranked.offer.offer;
  server.account = ranked.offer.account;
  server.provider = ranked.offer.provider;
  server.region = offer.region;
  server.zone = offer.zone;
  server.instance_type = offer.instance_type;
  server.arch = codec::to_word(offer.arch);
  server.capacity = {offer.vcpu * 1000, offer.memory_mib,
                     std::max(offer.disk_mib, ranked.disk_mib)};
  server.monthly_nanos = ranked.monthly.nanos;
  server.currency = ranked.monthly.currency;
  if (const AccountPointer account = parts.accounts.find(server.account)) {
    // Until the cloud has said who logs in to what the image made.
    server.ssh_user = account->ssh_user.empty() ? "root" : account->ssh_user;
    server.ssh_port = account->ssh_port;
    server.host_key = account->host_key;
  }
}

Server begin_attempt(const EngineParts& parts, LedgerTransaction& tx,
                     const std::string& organization, const std::string& deployment_id,
                     const std::string& audit_id, const std::vector<RankedOffer>& ranked) {
  const Moment now = parts.clock.now();
  AttemptRecord attempt;
  attempt.id = parts.entropy.id();
  attempt.organization = organization;
  attempt.deployment_id = deployment_id;
  attempt.account = ranked.front().offer.account;
  attempt.region = ranked.front().offer.offer.region;
  attempt.offers_json = encode_offers(
      {ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(
                                            std::min(ranked.size(), most_candidates))});
  attempt.created_unix_ms = now.unix_ms;
  attempt.config = parts.configuration.fingerprint();
  attempt.mark = mark_of(tx);
  if (const std::int64_t max_age = parts.settings().scale_down.max_age_ms; max_age > 0)
    attempt.expires_unix_ms = now.unix_ms + max_age;

  Server server;
  server.id = parts.entropy.id();
  server.organization = organization;
  server.name = server_name(organization, attempt.id);
  server.status = ServerStatus::booting;
  server.auto_provisioned = true;
  server.attempt_id = attempt.id;
  server.created_unix_ms = now.unix_ms;
  describe(parts, server, ranked.front());
  attempt.server_id = server.id;
  tx.save(server);
  tx.save(attempt);
  tx.schedule(TaskKind::attempt, attempt.id, now);
  extend_record(parts, tx, tx.audit_record(audit_id.empty() ? attempt.id : audit_id),
                [&](AuditRecord& record) {
    record.status = "provisioning";
    record.attempt_id = attempt.id;
    record.server_id = server.id;
    record.offer_json = codec::encode(ranked.front().offer.offer);
    record.estimated_monthly = ranked.front().monthly_compared;
  });
  return server;
}

}  // namespace berth
