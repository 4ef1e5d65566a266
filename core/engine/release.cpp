#include "engine/release.hpp"

#include <algorithm>

#include "engine/attempt.hpp"
#include "engine/deploy.hpp"
#include "engine/finish.hpp"
#include "engine/host_key.hpp"
#include "engine/permit.hpp"
#include "engine/reconcile.hpp"
#include "engine/scale_down.hpp"
#include "engine/standing.hpp"
#include "engine/tell.hpp"
#include "request/plain_text.hpp"

namespace berth {
namespace {

constexpr std::string_view forced_code = "forced";  // it is given back whatever its command does
constexpr int quick_tries = 6;                      // about a minute; then it takes a person
constexpr std::int64_t slow_ms = 10 * 60'000;

/// What was deployed, as far as it is known: an adopted server's application may be known by its
/// name alone.
DeploymentRecord deployment_of(const LedgerView& view, const HoldRecord& hold) {
  if (auto known = view.deployment(hold.deployment_id)) return *std::move(known);
  DeploymentRecord deployment;
  deployment.id = hold.deployment_id;
  deployment.organization = hold.organization;
  deployment.application = hold.application;
  deployment.requirements.room = hold.room;
  return deployment;
}

/// Why nobody can stop anything there any more, as words; "": somebody can.
std::string why_not_there(const LedgerView& view, const std::optional<Server>& server) {
  if (!server || server->status == ServerStatus::gone || server->status == ServerStatus::destroying)
    return "is gone";
  const auto attempt = view.attempt(server->attempt_id);
  return attempt && is_lost(*attempt) ? "is lost" : "";
}

std::string place_text(const HoldRecord& hold, const std::optional<Server>& server) {
  if (!server) return hold.server_id;
  return server->name + (server->public_ipv4.empty() ? "" : " (" + server->public_ipv4 + ")");
}

void sign(HoldRecord& hold, const Caller& by) {
  hold.releasing_by = by.name;
  hold.releasing_by_uid = by.uid;
}

boost::json::object fields_of(const HoldRecord& hold, const std::optional<Server>& server) {
  boost::json::object fields{{"application_id", hold.application},
                             {"server_id", hold.server_id},
                             {"server_name", server ? server->name : std::string()},
                             {"code", hold.releasing}};
  if (hold.releasing_by.empty()) return fields;
  return signed_by({hold.releasing_by, hold.releasing_by_uid}, std::move(fields));
}

/// From now on the room is free. `after`: what became of what runs there, as a sentence.
std::string give_back(const EngineParts& parts, LedgerTransaction& tx, const HoldRecord& hold,
                      const std::string& after) {
  const auto server = tx.server(hold.server_id);
  tx.remove_hold(hold.id);
  tx.settle(TaskKind::expiry, hold.id, std::nullopt);
  const std::string sentence = hold.release_sentence + after;
  tell(parts, tx, "application.released", hold.organization, hold.deployment_id, sentence,
       fields_of(hold, server));
  if (hold.releasing != "scaled_down") tell_if_emptied(parts, tx, hold.server_id);
  wake_waiting(parts, tx, hold.organization, hold.application);
  if (server && server->status == ServerStatus::draining)  // it may have been the last one there
    tx.schedule(TaskKind::scale_down, hold.organization, parts.clock.now(), true);
  return sentence;
}

std::string still_runs_text(const HoldRecord& hold, const std::optional<Server>& server) {
  return " Nothing was stopped: what was deployed for " + hold.application + " still runs on " +
         place_text(hold, server) +
         ", in room that others get. A release command ([deploy] release_command) stops it.";
}

std::string forced_text(const HoldRecord& hold, const std::optional<Server>& server) {
  return " By force: no release command has succeeded, and what was deployed for " +
         hold.application + " may still run on " + place_text(hold, server) + ".";
}

/// Somebody else of the same application on the same server: whoever replaced it there, or is about
/// to. Its release command would stop that one.
std::optional<HoldRecord> successor_of(const LedgerView& view, const HoldRecord& hold) {
  for (HoldRecord& other : view.holds_of(hold.organization, hold.application))
    if (other.id != hold.id && other.server_id == hold.server_id && other.releasing.empty())
      return std::move(other);
  return std::nullopt;
}

void record_release(const EngineParts& parts, const std::string& id, const Session& session) {
  parts.ledger.write([&](LedgerTransaction& tx) {
    std::optional<HoldRecord> hold = tx.hold(id);
    if (!hold) return;
    hold->command_pid = session.pid;
    hold->command_start_ticks = session.start_ticks;
    hold->command_boot_id = session.boot_id;
    tx.save(*hold);
  });
}

/// Was the room given back by force while the command runs?
bool is_forced(const LedgerView& view, const std::string& id) {
  const auto hold = view.hold(id);
  return !hold || hold->releasing == forced_code;
}

/// The room stays taken; people hear of it once, and it is tried again, more and more seldom.
void stays_taken(const EngineParts& parts, LedgerTransaction& tx, HoldRecord& hold,
                 const std::string& why) {
  const auto server = tx.server(hold.server_id);
  const Moment now = parts.clock.now();
  ++hold.release_tries;
  hold.release_problem = parts.clouds.redacted(
      "The release command of " + hold.application + " on " + place_text(hold, server) + " " + why +
      " Its room stays taken, and it is tried again; `berth release --org " + hold.organization +
      " --app " + hold.application +
      "` tries it now, and with --force gives the room back anyway.");
  tx.save(hold);
  if (hold.release_tries == 1) {
    boost::json::object fields = fields_of(hold, server);
    fields["exit"] = hold.command_exit;
    tell(parts, tx, "application.release_failed", hold.organization, hold.deployment_id,
         hold.release_problem, std::move(fields), admins_of(parts, hold.organization));
  }
  wake_waiting(parts, tx, hold.organization, hold.application);
  tx.settle(TaskKind::expiry, hold.id,
            now.after(hold.release_tries <= quick_tries ? back_off_ms(parts, hold.release_tries)
                                                        : slow_ms));
}

std::string exit_text(const EngineParts& parts, const CommandResult& result) {
  if (!result.started) return "could not be started: " + result.problem + ".";
  if (result.timed_out)
    return "was ended after " + std::to_string(parts.settings().deploy.timeout_ms / 1000) +
           " seconds ([deploy] timeout)." + last_words(result.output_tail);
  return "exited with " + std::to_string(result.exit_code) + "." + last_words(result.output_tail);
}

void conclude_release(const EngineParts& parts, LedgerTransaction& tx, const std::string& id,
                      const CommandResult& result, const std::string& not_trusted) {
  std::optional<HoldRecord> hold = tx.hold(id);
  if (!hold || hold->releasing.empty()) {
    tx.settle(TaskKind::expiry, id, std::nullopt);
    return;
  }
  hold->command_pid = 0;
  hold->command_exit = result.exit_code;
  hold->command_tail = result.output_tail;
  if (result.started && !result.timed_out && !result.cancelled && result.exit_code == 0) {
    give_back(parts, tx, *hold, " What ran there was stopped by its release command.");
    return;
  }
  if (hold->releasing == forced_code) {
    give_back(parts, tx, *hold, forced_text(*hold, tx.server(hold->server_id)));
    return;
  }
  if (result.cancelled) {  // this process stops; whoever comes next runs the command again
    tx.save(*hold);
    tx.settle(TaskKind::expiry, id, parts.clock.now());
    return;
  }
  stays_taken(parts, tx, *hold, not_trusted.empty() ? exit_text(parts, result) : not_trusted);
}

Work run_release(const EngineParts& parts, const HoldRecord& hold, const Server& server,
                 Command command, const std::string& project) {
  return [&parts, id = hold.id, server, project, command = std::move(command),
          left_behind = Session{hold.command_pid, hold.command_start_ticks,
                                hold.command_boot_id}]() -> Apply {
    if (left_behind.pid != 0) parts.processes.end(left_behind);
    CommandResult result;
    const HostKeyLook look = look_at_host_key(parts, server);
    if (look.changed.empty())
      result = parts.processes.run(
          with_host_key(command, look.key),
          [&](const Session& session) { record_release(parts, id, session); },
          watch_of(parts, [id](const LedgerView& view) { return is_forced(view, id); }));
    clean_output(parts, project, result);
    return [&parts, id, result, changed = look.changed](LedgerTransaction& later) {
      conclude_release(parts, later, id, result,
                       changed.empty() ? "" : "was not started. " + changed);
    };
  };
}

/// Ends the session that a dead process left behind.
Work end_release(const EngineParts& parts, const HoldRecord& hold) {
  return [&parts, id = hold.id,
          session = Session{hold.command_pid, hold.command_start_ticks,
                            hold.command_boot_id}]() -> Apply {
    parts.processes.end(session);
    return [&parts, id](LedgerTransaction& tx) {
      std::optional<HoldRecord> now = tx.hold(id);
      if (now) {
        now->command_pid = 0;
        tx.save(*now);
      }
      tx.settle(TaskKind::expiry, id, parts.clock.now());  // and then as if it had never run
    };
  };
}

}  // namespace

bool has_release_command(const EngineParts& parts, const LedgerView& view,
                         const HoldRecord& hold) {
  return !release_command_of(parts.settings(), deployment_of(view, hold)).empty();
}

Released begin_release(const EngineParts& parts, LedgerTransaction& tx, const HoldRecord& given,
                       const ReleaseReason& reason) {
  HoldRecord hold = given;
  const auto server = tx.server(hold.server_id);
  const Moment now = parts.clock.now();
  hold.releasing = reason.code;
  sign(hold, reason.by);
  hold.release_sentence = reason.sentence;
  hold.releasing_since_unix_ms = now.unix_ms;
  hold.active = true;  // no deployment owns it any more
  if (const std::string why = why_not_there(tx, server); !why.empty())
    return {true, give_back(parts, tx, hold,
                            " Its server " + (server ? server->name : hold.server_id) + " " + why +
                                ", so nothing had to be stopped there."),
            false};
  if (!has_release_command(parts, tx, hold))
    return {true, give_back(parts, tx, hold, still_runs_text(hold, server)), true};
  hold.release_tries = 0;
  hold.release_problem.clear();
  tx.save(hold);
  // Where its own task is at work on it just now, that one goes on with it.
  const auto task = tx.task(TaskKind::expiry, hold.id);
  if (!task || task->owner.empty()) tx.schedule(TaskKind::expiry, hold.id, now);
  const std::string sentence = "Stops " + hold.application + " on " + place_text(hold, server) +
                               "; until its release command has succeeded its room is taken.";
  tell(parts, tx, "application.releasing", hold.organization, hold.deployment_id, sentence,
       fields_of(hold, server));
  return {false, sentence, false};
}

Released force_release(const EngineParts& parts, LedgerTransaction& tx, HoldRecord hold,
                       const ReleaseReason& reason) {
  const auto server = tx.server(hold.server_id);
  hold.release_sentence = reason.sentence;
  sign(hold, reason.by);
  hold.active = true;
  hold.releasing = forced_code;
  if (hold.command_pid != 0) {
    // It may still be running, and would stop what is placed there next.
    tx.save(hold);
    tx.schedule(TaskKind::expiry, hold.id, parts.clock.now(), true);
    return {false, "Ends the release command of " + hold.application + " on " +
                       place_text(hold, server) + ", and gives the room back.",
            true};
  }
  return {true, give_back(parts, tx, hold, forced_text(hold, server)), true};
}

Released hurry_release(const EngineParts& parts, LedgerTransaction& tx, HoldRecord hold,
                       const Caller& by) {
  if (!by.name.empty()) sign(hold, by);
  tx.save(hold);
  tx.schedule(TaskKind::expiry, hold.id, parts.clock.now(), true);
  return {false, hold.release_problem.empty()
                     ? "Its release command is under way."
                     : "Its release command is tried again. " + hold.release_problem,
          false};
}

bool release_runs(const EngineParts& parts, const LedgerView& view, std::string_view organization,
                  std::string_view application) {
  const Moment now = parts.clock.now();
  const auto holds = view.holds_of(organization, application);
  return std::any_of(holds.begin(), holds.end(), [&](const HoldRecord& hold) {
    if (hold.releasing.empty()) return false;
    const auto task = view.task(TaskKind::expiry, hold.id);
    return hold.command_pid != 0 ||
           (task && (!task->owner.empty() || task->not_before.passed(now)));
  });
}

std::optional<Work> go_on_releasing(const EngineParts& parts, LedgerTransaction& tx,
                                    const TaskRecord& task, HoldRecord hold) {
  if (hold.releasing.empty()) {
    const Released at_once =
        begin_release(parts, tx, hold,
                      {"expired",
                       "The time of " + hold.application + " is over; its room is free."});
    if (at_once.given_back) return std::nullopt;
    hold = *tx.hold(hold.id);
  }
  if (const auto successor = successor_of(tx, hold)) {
    constexpr std::int64_t while_under_way_ms = 30'000;
    if (successor->active) {  // what ran there was replaced; nothing of it is left to be stopped
      tx.remove_hold(hold.id);
      tx.settle(task.kind, task.subject, std::nullopt);
    } else {
      tx.settle(task.kind, task.subject, parts.clock.now().after(while_under_way_ms));
    }
    return std::nullopt;
  }
  const auto server = tx.server(hold.server_id);
  const DeploymentRecord deployment = deployment_of(tx, hold);
  const std::string not_there = why_not_there(tx, server);
  Command command;
  if (server) command = release_command_for(parts, tx, deployment, *server, hold);
  if (hold.releasing == forced_code || !not_there.empty() || command.argv.empty()) {
    if (hold.command_pid != 0) return end_release(parts, hold);
    if (!not_there.empty())
      give_back(parts, tx, hold,
                " Its server " + (server ? server->name : hold.server_id) + " " + not_there +
                    ", so nothing had to be stopped there.");
    else if (hold.releasing == forced_code)
      give_back(parts, tx, hold, forced_text(hold, server));
    else
      give_back(parts, tx, hold, still_runs_text(hold, server));
    return std::nullopt;
  }
  if (hold.releasing_by.empty() && !watch_standing(parts, tx).empty()) {
    // A copy of the ledger, or a later state of it, may have deployed there since.
    tx.settle(task.kind, task.subject, parts.clock.now().after(parts.settings().reap.every_ms));
    return std::nullopt;
  }
  if (const std::string why = parts.processes.command_problem(command.argv); !why.empty()) {
    stays_taken(parts, tx, hold, "cannot be run: " + why + ".");
    return std::nullopt;
  }
  return run_release(parts, hold, *server, std::move(command), deployment.project);
}

}  // namespace berth
