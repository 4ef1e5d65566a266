#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/documents.hpp"
#include "cli/waiting.hpp"

namespace berth::cli {
namespace {

struct ApproveWords {
  std::string id;
  bool wait = false;
};

int approve(const ApproveWords& words, Berth& berth, Answer& answer, Interrupts& interrupts) {
  const std::int64_t known = newest_event(berth, words.id);
  berth.approve(words.id);
  if (words.wait) return wait_for(berth, words.id, answer, interrupts, known);
  answer.document(document_of(berth.deployment(words.id)));
  answer.print(fmt::format("approved {0}\n  `berth run` or whoever waits for it carries it on; "
                           "`berth status {0}` shows how it stands.",
                           words.id));
  return 0;
}

}  // namespace

Command approve_command() {
  auto words = std::make_shared<ApproveWords>();
  return {"approve",
          "approve a deployment that waits for it (admins of its organization)",
          "berth approve 01j9z6x1y2w3v4u5t6s7r8q9p0",
          {{"ID", "the deployment", &words->id, true, {}, Completes::deployment}},
          {{"--wait", "", "carry it on here, as deploy does", &words->wait}},
          ToDrive{[words](Berth& berth, Answer& answer, Interrupts& interrupts) {
            return approve(*words, berth, answer, interrupts);
          }}};
}

}  // namespace berth::cli
