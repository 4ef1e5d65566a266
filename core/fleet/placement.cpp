// The walk: describe every server (may it? does it fit? how well?), order them, choose the first.
#include "fleet/placement.hpp"

#include <algorithm>
#include <cstdint>
#include <tuple>

namespace berth {

namespace {

/// One dimension of room, so that the three are written down once.
struct Dimension {
  std::int64_t Room::*amount;
  std::string_view name;
  std::string_view unit;
  std::string (*text)(std::int64_t);
};

constexpr Dimension dimensions[] = {
    {&Room::millicores, "CPU", " cores", cores_text},
    {&Room::memory_mib, "memory", " GB", gigabytes_text},
    {&Room::disk_mib, "disk", " GB", gigabytes_text},
};

/// What this deployment means on one server.
struct Ask {
  Room room;                 // what it needs there
  Room free;                 // what it finds there, its own present room included
  Room used;                 // what others use there
  int buffer_percent = 0;
  bool stays = false;        // it runs there already
  bool undemanding = false;  // it stays and asks for no more than it has
};

bool fits_with_buffer(std::int64_t needed, std::int64_t free, int buffer_percent) {
  return needed * (100 + buffer_percent) <= free * 100;
}

std::int64_t with_buffer(std::int64_t needed, int buffer_percent) {
  return (needed * (100 + buffer_percent) + 99) / 100;
}

void append(std::string& list, const std::string& part) {
  if (!list.empty()) list += "; ";
  list += part;
}

/// "" when it fits, else the dimensions in which it does not.
std::string shortage(const Ask& ask) {
  std::string found;
  for (const auto& dimension : dimensions) {
    const std::int64_t needed = ask.room.*dimension.amount;
    const std::int64_t free = ask.free.*dimension.amount;
    if (fits_with_buffer(needed, free, ask.buffer_percent)) continue;
    const std::string unit(dimension.unit);
    std::string part(dimension.name);
    part += ": needs " + dimension.text(with_buffer(needed, ask.buffer_percent)) + unit;
    if (ask.buffer_percent > 0)
      part += " with the " + std::to_string(ask.buffer_percent) + " % buffer";
    append(found, part + ", " + dimension.text(std::max<std::int64_t>(free, 0)) + " free");
  }
  return found;
}

/// "" when nothing is at or above `percent` in use before this deployment, else what is.
std::string fuller_than(const Server& server, const Room& used, int percent) {
  std::string found;
  for (const auto& dimension : dimensions) {
    const std::int64_t capacity = server.capacity.*dimension.amount;
    const std::int64_t in_use = used.*dimension.amount;
    if (capacity <= 0 || in_use * 100 < capacity * percent) continue;
    append(found, std::string(dimension.name) + " is " + std::to_string(in_use * 100 / capacity) +
                      " % in use");
  }
  if (server.load_percent && *server.load_percent >= percent)
    append(found, "load is " + std::to_string(*server.load_percent) + " %");
  return found;
}

double free_share(std::int64_t left, std::int64_t capacity) {
  if (capacity <= 0) return 0;
  return std::clamp(100.0 * static_cast<double>(left) / static_cast<double>(capacity), 0.0, 100.0);
}

double unreported_is_free(const std::optional<int>& percent_in_use) {
  return 100.0 - std::clamp(percent_in_use.value_or(0), 0, 100);
}

Score score_after(const Server& server, const Ask& ask, const ScoreWeights& weights) {
  const Room left = ask.free - ask.room;
  Score score;
  score.cpu = free_share(left.millicores, server.capacity.millicores);
  score.memory = free_share(left.memory_mib, server.capacity.memory_mib);
  score.disk = free_share(left.disk_mib, server.capacity.disk_mib);
  score.network = unreported_is_free(server.network_percent);
  score.load = unreported_is_free(server.load_percent);
  score.total = (weights.cpu * score.cpu + weights.memory * score.memory +
                 weights.disk * score.disk + weights.network * score.network +
                 weights.load * score.load) /
                100.0;
  return score;
}

struct Reason {
  std::string code, sentence;
};

/// Why a server may take no deployment of this kind at all; code "" when it may.
Reason ineligible(const Server& server, const std::string& arch) {
  switch (server.status) {
    case ServerStatus::gone: return {"gone", "it no longer exists"};
    case ServerStatus::destroying: return {"destroying", "it is being destroyed"};
    case ServerStatus::stopped: return {"stopped", "its cloud shows it as stopped"};
    case ServerStatus::draining: return {"draining", "it is draining and takes nothing new"};
    case ServerStatus::booting:
    case ServerStatus::ready: break;
  }
  if (!server.enabled) return {"disabled", "an operator has disabled it"};
  // A booting server answers nobody yet; whether it ever will is its attempt's business.
  if (!server.reachable && server.status == ServerStatus::ready)
    return {"unreachable", "it does not answer"};
  if (!arch.empty() && server.arch != arch)
    return {"arch", "it is " + (server.arch.empty() ? "of unknown arch" : server.arch) + ", " +
                        arch + " is asked for"};
  return {};
}

/// A server with its row, while they are put in order.
struct Candidate {
  const Server* server = nullptr;
  PlacementRow row;
  bool stays = false;
};

enum Tier { stays_there, ready_and_fits, booting_and_fits, too_full, no_room, not_eligible };

Tier tier_of(const Candidate& candidate) {
  if (!candidate.row.eligible) return not_eligible;
  if (!candidate.row.fits) return no_room;
  if (candidate.row.code == "critical") return too_full;
  if (candidate.stays) return stays_there;
  return candidate.server->status == ServerStatus::ready ? ready_and_fits : booting_and_fits;
}

bool comes_before(const Candidate& left, const Candidate& right, PlacementStyle style) {
  const Tier left_tier = tier_of(left);
  const Tier right_tier = tier_of(right);
  if (left_tier != right_tier) return left_tier < right_tier;
  const double left_total = left.row.score.total;
  const double right_total = right.row.score.total;
  if (left_tier != not_eligible && left_total != right_total)
    return style == PlacementStyle::spread ? left_total > right_total : left_total < right_total;
  return std::tie(left.server->name, left.server->id) <
         std::tie(right.server->name, right.server->id);
}

Ask ask_of(const Server& server, const Requirements& requirements, const PlacementRules& rules,
           bool stays, const Room& current_room) {
  Ask ask;
  ask.room = requirements.room;
  ask.used = server.used;
  ask.buffer_percent = rules.buffer_percent;
  ask.stays = stays;
  if (stays) {
    ask.used -= current_room;
    // It runs there with this much now: a full server is no reason to move what does not grow.
    ask.undemanding = current_room.fits(requirements.room);
    if (ask.undemanding) ask.buffer_percent = 0;
  }
  ask.free = server.capacity - ask.used;
  return ask;
}

Candidate describe(const Server& server, const Ask& ask, const std::string& arch,
                   const PlacementRules& rules) {
  Candidate candidate;
  candidate.server = &server;
  candidate.stays = ask.stays;
  PlacementRow& row = candidate.row;
  row.server_id = server.id;
  row.server_name = server.name;
  row.score = score_after(server, ask, rules.weights);
  const Reason dropped = ineligible(server, arch);
  row.eligible = dropped.code.empty();
  if (!row.eligible) {
    row.code = dropped.code;
    row.sentence = dropped.sentence;
    return candidate;
  }
  const std::string short_of = shortage(ask);
  row.fits = short_of.empty();
  if (!row.fits) {
    row.code = "no_room";
    row.sentence = short_of;
    return candidate;
  }
  const std::string critical =
      ask.undemanding ? "" : fuller_than(server, ask.used, rules.critical_percent);
  if (!critical.empty()) {
    row.code = "critical";
    row.sentence = critical + ": at or above the critical " +
                   std::to_string(rules.critical_percent) + " %";
    return candidate;
  }
  row.code = "fits";
  row.sentence = ask.stays ? "the application runs there and still fits" : "has the room";
  if (server.status == ServerStatus::booting) row.sentence += "; it is still booting";
  const std::string warning = fuller_than(server, ask.used, rules.warning_percent);
  if (!warning.empty()) row.sentence += "; warning: " + warning;
  return candidate;
}

std::string trigger_of(const std::vector<Candidate>& candidates) {
  const auto any = [&](auto&& test) {
    return std::any_of(candidates.begin(), candidates.end(), test);
  };
  if (!any([](const Candidate& candidate) { return candidate.row.eligible; }))
    return "no_servers_available";
  if (!any([](const Candidate& candidate) { return candidate.row.fits; }))
    return "insufficient_capacity";
  return "load_balancing";
}

}  // namespace

Placement place(const std::vector<Server>& fleet, const Requirements& requirements,
                const PlacementRules& rules, const std::string& current_server_id,
                const Room& current_room) {
  std::vector<Candidate> candidates;
  candidates.reserve(fleet.size());
  for (const Server& server : fleet) {
    const bool stays = !current_server_id.empty() && server.id == current_server_id;
    const Ask ask = ask_of(server, requirements, rules, stays, current_room);
    candidates.push_back(describe(server, ask, requirements.arch, rules));
  }
  std::sort(candidates.begin(), candidates.end(),
            [&](const Candidate& left, const Candidate& right) {
              return comes_before(left, right, rules.style);
            });

  Placement placement;
  if (!candidates.empty() && tier_of(candidates.front()) < too_full) {
    candidates.front().row.code = "chosen";
    placement.chosen_server_id = candidates.front().row.server_id;
  } else {
    placement.trigger = trigger_of(candidates);
  }
  placement.rows.reserve(candidates.size());
  for (Candidate& candidate : candidates) placement.rows.push_back(std::move(candidate.row));
  return placement;
}

bool takes_deployments(const Server& server, const std::string& arch) {
  return ineligible(server, arch).code.empty();
}

}  // namespace berth
