#include "engine/decision_document.hpp"

#include <boost/json.hpp>
#include <cstdio>

#include "berth/codec.hpp"

namespace berth {
namespace {

namespace json = boost::json;

json::object document_of(const Room& room) {
  return {{"millicores", room.millicores},
          {"memory_mib", room.memory_mib},
          {"disk_mib", room.disk_mib}};
}

json::value document_of(const Money& money, const json::storage_ptr& memory = {}) {
  if (money.currency.empty()) return nullptr;
  return json::object({{"amount", decimal_of_nanos(money.nanos)}, {"currency", money.currency}},
                      memory);
}

std::string breakdown(const Score& score) {
  char text[160];
  std::snprintf(text, sizeof text, "cpu %.1f, memory %.1f, disk %.1f, network %.1f, load %.1f",
                score.cpu, score.memory, score.disk, score.network, score.load);
  return text;
}

json::object server_row(const PlacementRow& row, const Room& free, const std::string& chosen,
                        const json::storage_ptr& memory) {
  return {{{"kind", "server"},
           {"id", row.server_id},
           {"name", row.server_name},
           {"millicores", free.millicores},
           {"memory_mib", free.memory_mib},
           {"disk_mib", free.disk_mib},
           {"kept", row.eligible && row.fits},
           {"chosen", row.server_id == chosen},
           {"code", row.code},
           {"sentence", row.sentence},
           {"score", row.score.total},
           {"score_breakdown", row.eligible ? breakdown(row.score) : std::string()}},
          memory};
}

json::object kept_row(const RankedOffer& ranked, bool chosen, const json::storage_ptr& memory) {
  const Offer& offer = ranked.offer.offer;
  json::array excludes(memory);
  for (const std::string& one : offer.excludes) excludes.emplace_back(one);
  return {{{"kind", "offer"},
           {"id", ranked.offer.key()},
           {"name", ranked.offer.key()},
           {"account", ranked.offer.account},
           {"provider", ranked.offer.provider},
           {"region", offer.region},
           {"zone", offer.zone},
           {"instance_type", offer.instance_type},
           {"arch", codec::to_word(offer.arch)},
           {"kept", true},
           {"chosen", chosen},
           {"code", chosen ? "cheapest" : "fits"},
           {"sentence", ranked.price_note},
           {"millicores", offer.vcpu * 1000},
           {"memory_mib", offer.memory_mib},
           {"disk_mib", ranked.disk_mib},
           {"monthly", document_of(ranked.monthly, memory)},
           {"monthly_compared", document_of(ranked.monthly_compared, memory)},
           {"includes", ranked.includes()},
           {"excludes", std::move(excludes)}},
          memory};
}

json::object dropped_row(const DroppedOffer& dropped, const json::storage_ptr& memory) {
  return {{{"kind", "offer"},
           {"id", dropped.key},
           {"name", dropped.key},
           {"account", dropped.account},
           {"provider", dropped.provider},
           {"region", dropped.region},
           {"zone", dropped.zone},
           {"instance_type", dropped.instance_type},
           {"arch", dropped.arch},
           {"kept", false},
           {"chosen", false},
           {"code", dropped.code},
           {"sentence", dropped.price_note.empty()
                            ? dropped.sentence
                            : dropped.sentence + " (" + dropped.price_note + ")"},
           {"millicores", dropped.vcpu * 1000},
           {"memory_mib", dropped.memory_mib},
           {"disk_mib", dropped.disk_mib},
           {"monthly_compared", document_of(dropped.monthly_compared, memory)}},
          memory};
}

std::string action_of(const Decision& decision) {
  switch (decision.outcome.kind) {
    case VerdictKind::proceed: return "provision";
    case VerdictKind::hold: return "hold";
    default: return "deny";
  }
}

}  // namespace

std::string decision_document(const Preview& preview, const DeploymentRecord& deployment,
                              const Configuration& settings, std::int64_t now_unix_ms,
                              std::size_t most_rows) {
  // Thousands of small values that are all given back at once.
  const json::storage_ptr memory = json::make_shared_resource<json::monotonic_resource>();
  json::object document(memory);
  json::array rows(memory);
  // Best first, so the chosen one is among them. In a fleet of a thousand, every deployment would
  // else leave a thousand rows behind.
  for (std::size_t i = 0; i < preview.placement.rows.size() && i < most_rows; ++i) {
    const PlacementRow& row = preview.placement.rows[i];
    rows.push_back(server_row(row, preview.free.at(row.server_id),
                              preview.placement.chosen_server_id, memory));
  }
  document["servers_seen"] = preview.servers;
  document["action"] = "place";
  document["code"] = "room_found";
  document["sentence"] = "A server of the fleet has room.";
  document["trigger"] = preview.placement.trigger;
  document["stage"] = "place";
  if (preview.decision) {
    const Decision& decision = *preview.decision;
    document["action"] = action_of(decision);
    document["code"] = decision.outcome.code;
    document["sentence"] = decision.outcome.sentence;
    // Whoever said no or wait; where all agree it is nobody's word.
    const bool agreed = decision.outcome.kind == VerdictKind::proceed || decision.stages.empty();
    document["stage"] = agreed ? std::string() : decision.stages.back().stage;
    document["required"] = document_of(decision.required);
    const bool buys = decision.outcome.kind == VerdictKind::proceed;
    for (std::size_t i = 0; i < decision.ranked.size() && i < most_rows; ++i)
      rows.push_back(kept_row(decision.ranked[i], buys && i == 0, memory));
    for (std::size_t i = 0; i < decision.dropped.size() && i < most_rows; ++i)
      rows.push_back(dropped_row(decision.dropped[i], memory));
    document["offers_kept"] = decision.ranked.size();
    document["offers_dropped"] = decision.dropped.size();
    if (decision.estimate) document["estimate"] = document_of(*decision.estimate);
  }
  document["requirements"] = document_of(deployment.requirements.room);
  document["arch"] = deployment.requirements.arch;
  document["rows"] = std::move(rows);
  document["rates_as_of"] = settings.rates_as_of;
  document["decided_unix_ms"] = now_unix_ms;
  return codec::valid_utf8(json::serialize(document));
}

}  // namespace berth
