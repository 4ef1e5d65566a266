#include <boost/json.hpp>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/documents.hpp"
#include "cli/views.hpp"

namespace berth::cli {
namespace {

struct EventWords {
  std::string id;
  int after = 0;
  int limit = 200;
};

int events(const EventWords& words, Berth& berth, Answer& answer) {
  const bool newest = words.id.empty() && words.after == 0;
  const std::vector<EventReport> events =
      newest ? berth.newest_events(words.limit) : berth.events(words.id, words.after);
  answer.document(list_document("events", events));
  answer.print(events_text(answer.terminal(), events));
  return 0;
}

}  // namespace

Command events_command() {
  auto words = std::make_shared<EventWords>();
  return {"events",
          "list what happened last, or to one deployment, in order",
          "berth events 01j9z6x1y2w3v4u5t6s7r8q9p0",
          {{"ID", "the deployment; without it the newest events of all", &words->id, false, {},
            Completes::deployment}},
          {{"--after", "SEQ", "only those after this number (`seq` in the document)",
            &words->after},
           {"--limit", "N", "without ID and --after: so many of the newest, else 200",
            &words->limit}},
          ToRead{[words](Berth& berth, Answer& answer) { return events(*words, berth, answer); }}};
}

}  // namespace berth::cli
