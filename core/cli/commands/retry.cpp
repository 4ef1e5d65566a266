#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/documents.hpp"
#include "cli/waiting.hpp"

namespace berth::cli {
namespace {

struct RetryWords {
  std::string id;
  bool no_wait = false;
};

int retry(const RetryWords& words, Berth& berth, Answer& answer, Interrupts& interrupts) {
  const std::int64_t known = newest_event(berth, words.id);
  berth.retry(words.id);
  if (!words.no_wait) return wait_for(berth, words.id, answer, interrupts, known);
  answer.document(document_of(berth.deployment(words.id)));
  answer.print(
      fmt::format("accepted {0}\n  `berth run` carries it out; `berth status {0}` shows how "
                  "it stands.",
                  words.id));
  return 0;
}

}  // namespace

Command retry_command() {
  auto words = std::make_shared<RetryWords>();
  return {"retry",
          "place a deployment again that ended without success (who may cancel it)",
          "berth retry 01j9z6x1y2w3v4u5t6s7r8q9p0",
          {{"ID", "the deployment", &words->id, true, {}, Completes::deployment}},
          {{"--no-wait", "", "accept it and return; `berth run` carries it out", &words->no_wait}},
          ToDrive{[words](Berth& berth, Answer& answer, Interrupts& interrupts) {
            return retry(*words, berth, answer, interrupts);
          }}};
}

}  // namespace berth::cli
