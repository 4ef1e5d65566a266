// The walk: what each server would be for itself; then, of the idle ones, who may go.
#include "fleet/scale_down.hpp"

#include <algorithm>
#include <tuple>

#include "request/request.hpp"

namespace berth {
namespace {

/// "2h30m": whole minutes are enough for a person, where there are any.
std::string span_text(std::int64_t ms) {
  const std::int64_t unit = ms >= 60'000 ? 60'000 : 1000;
  return duration_text(std::max(ms / unit * unit, unit));
}

ScaleDownDecision decided(const ServerInUse& server, ScaleDownAction action, std::string code,
                          std::string sentence, std::int64_t since = 0, std::int64_t until = 0) {
  return {server.id, action, std::move(code), std::move(sentence), since, until};
}

ScaleDownDecision kept(const ServerInUse& server, std::string code, std::string sentence,
                       std::int64_t since = 0, std::int64_t until = 0) {
  return decided(server, ScaleDownAction::keep, std::move(code), std::move(sentence), since, until);
}

/// What stands against destroying a server that is on its way out.
std::string who_is_there(const ServerInUse& server) {
  if (!server.applications.empty()) return joined(server.applications) + " still runs there";
  return "something that berth did not place runs there";
}

ScaleDownDecision while_draining(const ServerInUse& server, const ScaleDownRules& rules,
                                 std::int64_t now) {
  const std::int64_t since = server.draining_since_unix_ms;
  if (server.under_way) return kept(server, "under_way", "a deployment there is under way", since);
  if (server.empty())
    return decided(server, ScaleDownAction::destroy, server.draining_code,
                   "it was drained, and nothing runs there any more", since);
  // A person who drains a server lets finish what is there.
  if (server.draining_code == "drained" || rules.drain_ms == 0)
    return kept(server, "draining", "it drains: " + who_is_there(server), since);
  const std::int64_t end = since + rules.drain_ms;
  if (now >= end)
    return decided(
        server, ScaleDownAction::destroy, server.draining_code,
        who_is_there(server) + ", but it has drained for " + span_text(now - since) + " (drain)",
        since);
  return kept(server, "draining", "it drains: " + who_is_there(server), since, end);
}

/// Its time is over, whoever is there: the reason, or a code of "".
ScaleDownDecision spent(const ServerInUse& server, const ScaleDownRules& rules, std::int64_t now) {
  if (rules.max_age_ms > 0 && now - server.bought_unix_ms >= rules.max_age_ms)
    return decided(server, ScaleDownAction::drain, "expired",
                   "it is " + span_text(now - server.bought_unix_ms) + " old (max_age)",
                   server.bought_unix_ms + rules.max_age_ms);
  if (rules.max_uses > 0 && server.uses >= rules.max_uses)
    return decided(server, ScaleDownAction::drain, "used_up",
                   "it took " + std::to_string(server.uses) + " deployments (max_uses)");
  return {};
}

/// For itself, without a view to the others: an idle one that may go is "destroy".
ScaleDownDecision for_itself(const ServerInUse& server, const ScaleDownRules& rules,
                             std::int64_t now) {
  if (!server.bought)
    return kept(server, "by_hand", "it was added by hand: berth destroys only what it bought");
  if (server.left_alone)
    return kept(server, "left_alone", "it boots, was taken out of use, was stopped, or is lost");
  if (server.draining_since_unix_ms != 0) return while_draining(server, rules, now);
  if (!server.ready) return kept(server, "left_alone", "it is not in use");
  if (ScaleDownDecision over = spent(server, rules, now); !over.code.empty()) {
    // Whoever is under way there was promised its room; nothing new is placed there anyway.
    if (server.under_way)
      return kept(server, "under_way", "a deployment there is under way, and " + over.sentence,
                  over.since_unix_ms);
    if (server.empty()) over.action = ScaleDownAction::destroy;
    return over;
  }
  const std::int64_t end_of_age =
      rules.max_age_ms > 0 ? server.bought_unix_ms + rules.max_age_ms : 0;
  if (server.under_way)
    return kept(server, "under_way", "a deployment there is under way", 0, end_of_age);
  if (!server.applications.empty())
    return kept(server, "in_use", joined(server.applications) + " runs there", 0, end_of_age);
  if (server.other_use)
    return kept(server, "used_by_others", "something that berth did not place runs there", 0,
                end_of_age);
  if (rules.idle_ms == 0)
    return kept(server, "no_rule", "nothing runs there, and [scale_down] idle is not set",
                server.idle_since_unix_ms, end_of_age);
  const std::int64_t since = server.idle_since_unix_ms;
  if (since == 0 || now - since < rules.idle_ms)
    return kept(server, "not_idle_yet",
                "nothing runs there, and it may be idle for " + span_text(rules.idle_ms), since,
                (since == 0 ? now : since) + rules.idle_ms);
  const std::int64_t wait = until_end_of_step(server.bought_unix_ms, server.billing_step_ms, now);
  if (wait > 0)
    return kept(server, "paid_for", "it is idle, and paid for until the end of this step", since,
                now + wait);
  return decided(server, ScaleDownAction::destroy, "idle",
                 "nothing has run there for " + span_text(now - since) + " (idle)", since);
}

}  // namespace

std::int64_t until_end_of_step(std::int64_t paid_since_unix_ms, std::int64_t step_ms,
                               std::int64_t now_unix_ms) {
  constexpr std::int64_t shortest_step_ms = 5 * 60'000;  // below that nobody waits for its end
  if (step_ms < shortest_step_ms || now_unix_ms < paid_since_unix_ms) return 0;
  const std::int64_t into_step = (now_unix_ms - paid_since_unix_ms) % step_ms;
  return std::max<std::int64_t>(step_ms - step_ms / 6 - into_step, 0);
}

ScaleDownDecision end_of_an_empty_one(ServerInUse server, const ScaleDownRules& rules,
                                      std::int64_t now_unix_ms) {
  server.idle_since_unix_ms = server.empty() ? now_unix_ms : 0;
  const std::int64_t end_of_age =
      rules.max_age_ms > 0 ? server.bought_unix_ms + rules.max_age_ms : 0;
  constexpr int most_steps = 4;  // idle, then paid for, each cut short by the end of its age
  std::int64_t at = now_unix_ms;
  for (int step = 0; step < most_steps; ++step) {
    ScaleDownDecision one = for_itself(server, rules, at);
    if (one.action != ScaleDownAction::keep) {
      one.until_unix_ms = at;
      return one;
    }
    std::int64_t next = one.until_unix_ms;
    if (end_of_age > at && !server.left_alone && server.bought)
      next = next > at ? std::min(next, end_of_age) : end_of_age;
    if (next <= at) {
      one.until_unix_ms = 0;
      return one;
    }
    at = next;
  }
  return kept(server, "no_rule", "");
}

std::vector<ScaleDownDecision> scale_down(const std::vector<ServerInUse>& servers,
                                          const ScaleDownRules& rules, std::int64_t now_unix_ms) {
  std::vector<ScaleDownDecision> decisions;
  std::vector<std::size_t> idle;  // that may go
  int staying = 0;                // that take deployments, when all of those have gone
  for (const ServerInUse& server : servers) {
    decisions.push_back(for_itself(server, rules, now_unix_ms));
    const ScaleDownDecision& one = decisions.back();
    if (one.code == "idle")
      idle.push_back(decisions.size() - 1);
    else if (server.ready && one.action == ScaleDownAction::keep)
      ++staying;
  }
  // The cheapest, and then those that were used last, are the ones to keep.
  std::sort(idle.begin(), idle.end(), [&](std::size_t left, std::size_t right) {
    const auto rank = [&](std::size_t i) {
      return std::tuple(servers[i].monthly_nanos, -servers[i].idle_since_unix_ms, servers[i].name,
                        servers[i].id);
    };
    return rank(left) < rank(right);
  });
  for (std::size_t i = 0; i < idle.size() && staying < rules.keep; ++i, ++staying) {
    ScaleDownDecision& one = decisions[idle[i]];
    one = kept(servers[idle[i]], "kept",
               "it is idle, and " + std::to_string(rules.keep) +
                   (rules.keep == 1 ? " server stays" : " servers stay") + " (keep)",
               one.since_unix_ms);
  }
  return decisions;
}

}  // namespace berth
