#include <boost/json.hpp>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exits.hpp"
#include "cli/interrupts.hpp"
#include "cli/progress.hpp"

namespace berth::cli {
namespace {

int run(bool once, Berth& berth, Answer& answer, Interrupts& interrupts) {
  interrupts.listen(1);
  interrupts.outlive_hangups();
  int hangups = interrupts.hangups();
  std::int64_t told = 0;
  int waiting = 0;
  {
    Progress progress(answer, "berth run");
    bool said_so = false;
    waiting = berth.run(once, {[&](const EventReport& event) {
                       ++told;
                       progress.event(event);
                     },
                     [&] {
                       progress.tick();
                       if (interrupts.hangups() != hangups) {
                         hangups = interrupts.hangups();
                         berth.reload();
                       }
                       if (interrupts.count() > 0 && !said_so) {
                         said_so = true;
                         progress.say("Stopping when the calls in flight are done.");
                       }
                       return interrupts.count() > 0;
                     }});
  }
  const bool interrupted = interrupts.count() > 0;
  boost::json::object document;
  document["status"] = interrupted ? "stopped" : "done";
  document["events"] = told;
  document["waiting"] = waiting;
  answer.document(document);
  // Without --once a signal is the ordinary end; with it, something may be left to do.
  if (once && interrupted) return exit_of_signal(interrupts.signal());
  if (!once || waiting == 0) return 0;
  answer.note(std::to_string(waiting) +
              (waiting == 1 ? " deployment waits" : " deployments wait") +
              " for a cloud or for a person; `berth status` says for what, and the next "
              "`berth run` looks again.");
  return exit_status("error");
}

}  // namespace

Command run_command() {
  auto once = std::make_shared<bool>(false);
  return {"run",
          "do all work that is due, for every deployment, until stopped",
          "berth run --once",
          {},
          {{"--once", "", "end when all is final or held", once.get()}},
          ToDrive{[once](Berth& berth, Answer& answer, Interrupts& interrupts) {
            return run(*once, berth, answer, interrupts);
          }}};
}

}  // namespace berth::cli
