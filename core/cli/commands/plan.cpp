#include <boost/json.hpp>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/requirements.hpp"
#include "cli/documents.hpp"
#include "cli/exits.hpp"
#include "cli/views.hpp"

namespace berth::cli {
namespace {

struct PlanWords {
  RequestWords request;
  bool all = false;
};

int plan(const PlanWords& words, Berth& berth, Answer& answer) {
  // A document and --all show everything; a table shows the nearest, and needs no more than it
  // shows.
  const bool everything = words.all || answer.json();
  const DeployRequest request = request_of(words.request, berth.user());
  const Plan plan = everything ? berth.plan(request) : berth.plan(request, rows_shown);
  if (answer.json()) answer.document(document_of(plan));
  answer.print(plan_text(answer.terminal(), plan, words.all));
  return exit_of(plan);
}

}  // namespace

Command plan_command() {
  auto words = std::make_shared<PlanWords>();
  std::vector<Option> options = requirement_options(words->request);
  options.push_back(
      {"--all", "", "every offer that was dropped, not only the nearest", &words->all});
  return {"plan",
          "show what deploy would do: every server and offer, kept or dropped, and why",
          "berth plan --org acme --app web --cpu 2 --memory 4 --disk 50",
          {},
          std::move(options),
          ToRead{[words](Berth& berth, Answer& answer) { return plan(*words, berth, answer); }}};
}

}  // namespace berth::cli
