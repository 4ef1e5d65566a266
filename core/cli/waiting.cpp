#include "cli/waiting.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <csignal>
#include <ostream>

#include "cli/answer.hpp"
#include "cli/documents.hpp"
#include "cli/exits.hpp"
#include "cli/interrupts.hpp"
#include "cli/progress.hpp"
#include "cli/utf8.hpp"
#include "cli/views.hpp"

namespace berth::cli {
namespace {

constexpr std::int64_t second_signal_ms = 2'000;  // a person's second Ctrl-C comes by then
constexpr std::int64_t cancelling_ms = 10'000;    // then others finish it
constexpr int patience = 2;                       // the third signal ends the process

bool is_yes(const std::string& typed) {
  return typed == "y" || typed == "Y" || typed == "yes" || typed == "Yes";
}

/// Asks where someone is there to answer. True: approved, go on.
bool approved_here(Berth& berth, const DeploymentReport& deployment, Answer& answer) {
  const Terminal& terminal = answer.terminal();
  if (answer.json() || !terminal.in_is_tty || !terminal.out_is_tty) return false;
  terminal.out << terminal.painted(Tone::warning, deployment.status) << ' '
               << printable(deployment.application) << ": " << printable(deployment.reason) << '\n';
  if (deployment.plan) {
    const std::string estimate = estimate_text(*deployment.plan);
    if (!estimate.empty()) terminal.out << "  estimate " << estimate << '\n';
  }
  terminal.out << "Approve? [y/N] " << std::flush;
  const std::optional<std::string> typed = terminal.read_line();
  if (!typed) terminal.out << '\n';
  if (!typed || !is_yes(*typed)) return false;
  try {
    berth.approve(deployment.id);
    return true;
  } catch (const Error& refusal) {  // it stays pending, for someone who may
    if (refusal.problem() != Problem::refused) throw;
    answer.note(printable_lines(refusal.what()));
    return false;
  }
}

int left_running(const DeploymentReport& deployment, Answer& answer, int signal) {
  answer.note(
      fmt::format("Stopped waiting ({0}). Deployment {1} goes on: `berth run` carries it on, "
                  "`berth status {1}` "
                  "shows how it stands, `berth cancel {1}` ends it.",
                  signal == SIGTERM ? "SIGTERM" : "SIGINT", deployment.id));
  answer.document(document_of(deployment));
  return exit_of_signal(signal);
}

int cancelled(Berth& berth, const DeploymentReport& deployment, Answer& answer,
              Interrupts& interrupts, Progress& progress) {
  try {
    berth.cancel(deployment.id);
  } catch (const Error& refusal) {
    if (refusal.problem() != Problem::refused) throw;
    answer.note(printable_lines(refusal.what()));
    return left_running(berth.deployment(deployment.id), answer, interrupts.signal());
  }
  progress.say("Cancelling …");
  const Terminal& terminal = answer.terminal();
  const std::int64_t until = terminal.now_unix_ms() + cancelling_ms;
  const DeploymentReport ended =
      berth.wait(deployment.id, {[&](const EventReport& event) { progress.event(event); },
                                 [&] {
                                   progress.tick();
                                   return terminal.now_unix_ms() >= until;
                                 }});
  progress.rest();
  if (ended.final) return answer_with(ended, answer);
  answer.note(fmt::format("The cancellation of {} is recorded; `berth run` carries it out.",
                          deployment.id));
  answer.document(document_of(ended));
  return exit_status("cancelled");
}

}  // namespace

int answer_with(const DeploymentReport& deployment, Answer& answer) {
  answer.document(document_of(deployment));
  answer.print(outcome_text(answer.terminal(), deployment));
  return exit_status(deployment.status);
}

std::int64_t newest_event(Berth& berth, const std::string& deployment_id) {
  const std::vector<EventReport> events = berth.events(deployment_id);
  return events.empty() ? 0 : events.back().seq;
}

int wait_for(Berth& berth, const std::string& deployment_id, Answer& answer,
             Interrupts& interrupts, std::int64_t after_seq) {
  interrupts.listen(patience);
  Progress progress(answer, berth.deployment(deployment_id).application);
  progress.skip_to(after_seq);
  bool said_so = false;
  const auto say_so = [&] {  // at once: calls in flight may take a while
    if (!said_so) progress.say("Stopping; once more cancels the deployment.");
    said_so = true;
  };
  const auto stop = [&] {
    progress.tick();
    if (interrupts.count() > 0) say_so();
    return interrupts.count() > 0;
  };
  while (true) {
    const DeploymentReport deployment = berth.wait(
        deployment_id, {[&](const EventReport& event) { progress.event(event); }, stop});
    progress.rest();
    if (deployment.final) return answer_with(deployment, answer);
    const bool may_go_on = interrupts.count() == 0 && deployment.status == "awaiting_approval" &&
                           approved_here(berth, deployment, answer);
    if (may_go_on) continue;
    if (interrupts.count() == 0) return answer_with(deployment, answer);
    say_so();  // the signal may have come at the question
    if (interrupts.count() > 1 || interrupts.another_within(second_signal_ms))
      return cancelled(berth, deployment, answer, interrupts, progress);
    return left_running(deployment, answer, interrupts.signal());
  }
}

}  // namespace berth::cli
