#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/documents.hpp"
#include "cli/exits.hpp"
#include "cli/interrupts.hpp"
#include "cli/progress.hpp"
#include "cli/utf8.hpp"

namespace berth::cli {
namespace {

struct ReleaseWords {
  std::string organization, application;
  bool force = false, no_wait = false, confirm = false;
};

std::string told(const ReleaseWords& words, const ReleaseReport& report) {
  std::string text =
      report.status == "released"
          ? fmt::format("released {} of {}: its room is free again", words.application,
                        words.organization)
          : fmt::format("{} {} of {}: its room stays taken", report.status, words.application,
                        words.organization);
  for (const ReleasedRoom& room : report.rooms)
    if (!room.sentence.empty()) text += "\n  " + printable(room.sentence);
  for (const ReleasedRoom& room : report.rooms)
    if (room.status == "release_failed" && !room.command_output.empty())
      text += "\n" + printable_lines(room.command_output);
  if (report.status == "releasing")
    text += "\n  `berth run` carries it out; `berth servers list` shows how it stands.";
  return text;
}

int release(const ReleaseWords& words, Berth& berth, Answer& answer, Interrupts& interrupts) {
  ReleaseReport report = berth.release(words.organization, words.application,
                                       {words.force, words.confirm});
  int status = 0;
  if (!words.no_wait && report.status == "releasing") {
    interrupts.listen(1);
    Progress progress(answer, "releasing " + words.application);
    report = berth.wait_released(report, {[&](const EventReport& event) { progress.event(event); },
                                          [&] {
                                            progress.tick();
                                            return interrupts.count() > 0;
                                          }});
    progress.rest();
    if (report.status == "releasing" && interrupts.count() > 0)
      status = exit_of_signal(interrupts.signal());
  }
  if (report.status == "release_failed") status = exit_status("deploy_failed");
  boost::json::object document = document_of(report);
  document["organization"] = words.organization;
  document["application"] = words.application;
  answer.document(document);
  answer.print(told(words, report));
  return status;
}

}  // namespace

Command release_command() {
  auto words = std::make_shared<ReleaseWords>();
  return {"release",
          "stop an application and give its room back (who deployed it first, and admins)",
          "berth release --org acme --app web",
          {},
          {{"--org", "ORG", "the organization", &words->organization, true, {},
            Completes::organization},
           {"--app", "APP", "the application", &words->application, true, {},
            Completes::application},
           {"--force", "", "give it back now, though what was deployed may still run",
            &words->force},
           {"--no-wait", "", "accept it and return; `berth run` carries it out",
            &words->no_wait},
           {"--confirm", "", "also of an organization that left the config (the state's owner)",
            &words->confirm}},
          ToDrive{[words](Berth& berth, Answer& answer, Interrupts& interrupts) {
            return release(*words, berth, answer, interrupts);
          }}};
}

}  // namespace berth::cli
