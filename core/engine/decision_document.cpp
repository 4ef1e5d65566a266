#include "engine/decision_document.hpp"

#include <cstdio>

#include "berth/codec.hpp"
#include "engine/json_writer.hpp"

namespace berth {
namespace {

void write_room(JsonWriter& json, const Room& room) {
  json.number("millicores", room.millicores)
      .number("memory_mib", room.memory_mib)
      .number("disk_mib", room.disk_mib);
}

void write_price(JsonWriter& json, std::string_view name, const Money& money) {
  if (money.currency.empty())
    json.null(name);
  else
    json.money(name, money);
}

std::string breakdown(const Score& score) {
  char text[160];
  std::snprintf(text, sizeof text, "cpu %.1f, memory %.1f, disk %.1f, network %.1f, load %.1f",
                score.cpu, score.memory, score.disk, score.network, score.load);
  return text;
}

void write_server(JsonWriter& json, const PlacementRow& row, const Room& free,
                  const std::string& chosen) {
  json.begin_object().text("kind", "server").text("id", row.server_id).text("name",
                                                                          row.server_name);
  write_room(json, free);
  json.truth("kept", row.eligible && row.fits)
      .truth("chosen", row.server_id == chosen)
      .text("code", row.code)
      .text("sentence", row.sentence)
      .real("score", row.score.total)
      .text("score_breakdown", row.eligible ? breakdown(row.score) : std::string())
      .end_object();
}

void write_kept(JsonWriter& json, const RankedOffer& ranked, bool chosen) {
  const Offer& offer = ranked.offer.offer;
  const std::string key = ranked.offer.key();
  json.begin_object()
      .text("kind", "offer")
      .text("id", key)
      .text("name", key)
      .text("account", ranked.offer.account)
      .text("provider", ranked.offer.provider)
      .text("region", offer.region)
      .text("zone", offer.zone)
      .text("instance_type", offer.instance_type)
      .text("arch", codec::to_word(offer.arch))
      .truth("kept", true)
      .truth("chosen", chosen)
      .text("code", chosen ? "cheapest" : "fits")
      .text("sentence", ranked.price_note);
  write_room(json, {offer.vcpu * 1000, offer.memory_mib, ranked.disk_mib});
  write_price(json, "monthly", ranked.monthly);
  write_price(json, "monthly_compared", ranked.monthly_compared);
  json.text("includes", ranked.includes()).begin_array("excludes");
  for (const std::string& one : offer.excludes) json.text({}, one);
  json.end_array().end_object();
}

void write_dropped(JsonWriter& json, const DroppedOffer& dropped) {
  json.begin_object()
      .text("kind", "offer")
      .text("id", dropped.key)
      .text("name", dropped.key)
      .text("account", dropped.account)
      .text("provider", dropped.provider)
      .text("region", dropped.region)
      .text("zone", dropped.zone)
      .text("instance_type", dropped.instance_type)
      .text("arch", dropped.arch)
      .truth("kept", false)
      .truth("chosen", false)
      .text("code", dropped.code)
      .text("sentence", dropped.price_note.empty()
                            ? dropped.sentence
                            : dropped.sentence + " (" + dropped.price_note + ")");
  write_room(json, {dropped.vcpu * 1000, dropped.memory_mib, dropped.disk_mib});
  write_price(json, "monthly_compared", dropped.monthly_compared);
  json.end_object();
}

std::string action_of(const Decision& decision) {
  switch (decision.outcome.kind) {
    case VerdictKind::proceed: return "provision";
    case VerdictKind::hold: return "hold";
    case VerdictKind::wait: return "wait";
    default: return "deny";
  }
}

}  // namespace

std::string decision_document(const Preview& preview, const DeploymentRecord& deployment,
                              const Configuration& settings, std::int64_t now_unix_ms,
                              std::size_t most_rows) {
  JsonWriter json(16 * 1024);
  json.begin_object().number("servers_seen", static_cast<std::int64_t>(preview.servers));
  if (preview.decision) {
    const Decision& decision = *preview.decision;
    // Whoever said no or wait; where all agree it is nobody's word.
    const bool agreed = decision.outcome.kind == VerdictKind::proceed || decision.stages.empty();
    json.text("action", action_of(decision))
        .text("code", decision.outcome.code)
        .text("sentence", decision.outcome.sentence)
        .text("trigger", preview.placement.trigger)
        .text("stage", agreed ? std::string() : decision.stages.back().stage)
        .begin_object("required");
    write_room(json, decision.required);
    json.end_object()
        .number("offers_kept", static_cast<std::int64_t>(decision.offers_kept))
        .number("offers_dropped", static_cast<std::int64_t>(decision.offers_dropped));
    if (decision.estimate) write_price(json, "estimate", *decision.estimate);
  } else {
    json.text("action", "place")
        .text("code", "room_found")
        .text("sentence", "A server of the fleet has room.")
        .text("trigger", preview.placement.trigger)
        .text("stage", "place");
  }
  json.begin_object("requirements");
  write_room(json, deployment.requirements.room);
  json.end_object().text("arch", deployment.requirements.arch).begin_array("rows");
  // Best first, so the chosen one is among them. In a fleet of a thousand, every deployment would
  // else leave a thousand rows behind.
  for (std::size_t i = 0; i < preview.placement.rows.size() && i < most_rows; ++i) {
    const PlacementRow& row = preview.placement.rows[i];
    write_server(json, row, preview.free.at(row.server_id), preview.placement.chosen_server_id);
  }
  if (preview.decision) {
    const Decision& decision = *preview.decision;
    const bool buys = decision.outcome.kind == VerdictKind::proceed;
    for (std::size_t i = 0; i < decision.ranked.size() && i < most_rows; ++i)
      write_kept(json, decision.ranked[i], buys && i == 0);
    for (std::size_t i = 0; i < decision.dropped.size() && i < most_rows; ++i)
      write_dropped(json, decision.dropped[i]);
  }
  json.end_array()
      .text("rates_as_of", settings.rates_as_of)
      .number("decided_unix_ms", now_unix_ms)
      .end_object();
  return json.taken();
}

}  // namespace berth
