#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/requirements.hpp"
#include "cli/documents.hpp"
#include "cli/waiting.hpp"

namespace berth::cli {
namespace {

struct DeployWords {
  RequestWords request;
  bool no_wait = false;
};

int deploy(const DeployWords& words, Berth& berth, Answer& answer, Interrupts& interrupts) {
  const std::string id = berth.submit(request_of(words.request, berth.user()));
  if (!words.no_wait) return wait_for(berth, id, answer, interrupts);
  const DeploymentReport accepted = berth.deployment(id);
  if (accepted.final || accepted.status == "awaiting_approval")  // an earlier one with that key
    return answer_with(accepted, answer);
  answer.document(document_of(accepted));
  answer.print(fmt::format("accepted {0}\n  `berth run` carries it out; `berth status {0}` shows "
                           "how it stands.",
                           id));
  return 0;
}

}  // namespace

Command deploy_command() {
  auto words = std::make_shared<DeployWords>();
  std::vector<Option> options = requirement_options(words->request);
  options.push_back({"--idempotency-key", "KEY",
                     "the same key again is the same deployment, not a second one",
                     &words->request.idempotency_key});
  options.push_back({"--ttl", "TIME", "release by itself so long after success: 2h, 7d",
                     &words->request.ttl});
  options.push_back({"--no-wait", "", "accept it and return; `berth run` carries it out",
                     &words->no_wait});
  return {"deploy",
          "find a server for an application, buying one where none has room, and deploy there",
          "berth deploy --org acme --app web --cpu 2 --memory 4 --disk 50",
          {},
          std::move(options),
          ToDrive{[words](Berth& berth, Answer& answer, Interrupts& interrupts) {
            return deploy(*words, berth, answer, interrupts);
          }}};
}

}  // namespace berth::cli
