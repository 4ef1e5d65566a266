#include <boost/json.hpp>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/documents.hpp"
#include "cli/views.hpp"

namespace berth::cli {
namespace {

struct StatusWords {
  std::string id, organization, application;
  int limit = 20;
};

int one(const std::string& id, Berth& berth, Answer& answer) {
  const DeploymentReport deployment = berth.deployment(id);
  const std::vector<EventReport> events = berth.events(id);
  boost::json::object document = document_of(deployment);
  document["events"] = list_document("events", events)["events"];
  answer.document(document);
  answer.print(deployment_text(answer.terminal(), deployment, events));
  return 0;
}

int recent(const StatusWords& words, Berth& berth, Answer& answer) {
  const auto deployments = berth.deployments(words.organization, words.application, words.limit);
  const std::vector<ApiCallsReport> calls = berth.api_calls(words.organization);
  boost::json::object document = list_document("deployments", deployments);
  document["api_calls"] = list_document("api_calls", calls)["api_calls"];
  answer.document(document);
  if (deployments.empty()) answer.print("No deployments. `berth deploy --help` shows how.");
  answer.print(deployments_text(answer.terminal(), deployments));
  if (!calls.empty()) answer.print("\n" + api_calls_text(answer.terminal(), calls));
  return 0;
}

}  // namespace

Command status_command() {
  auto words = std::make_shared<StatusWords>();
  return {"status",
          "show one deployment and what it waits for, or the recent ones",
          "berth status\nberth status 01j9z6x1y2w3v4u5t6s7r8q9p0",
          {{"ID", "the deployment; without it the recent ones", &words->id, false, {},
            Completes::deployment}},
          {{"--org", "ORG", "only of this organization", &words->organization, false, {},
            Completes::organization},
           {"--app", "APP", "only of this application", &words->application, false, {},
            Completes::application},
           {"--limit", "N", "at most so many, newest first", &words->limit}},
          ToRead{[words](Berth& berth, Answer& answer) {
            return words->id.empty() ? recent(*words, berth, answer)
                                     : one(words->id, berth, answer);
          }}};
}

}  // namespace berth::cli
