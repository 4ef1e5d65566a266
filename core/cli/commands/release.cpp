#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"

namespace berth::cli {
namespace {

struct ReleaseWords {
  std::string organization, application;
  bool confirm = false;
};

int release(const ReleaseWords& words, Berth& berth, Answer& answer) {
  berth.release(words.organization, words.application, words.confirm);
  boost::json::object document;
  document["status"] = "released";
  document["organization"] = words.organization;
  document["application"] = words.application;
  answer.document(document);
  answer.print(fmt::format("released {} of {}: its room is free again", words.application,
                           words.organization));
  return 0;
}

}  // namespace

Command release_command() {
  auto words = std::make_shared<ReleaseWords>();
  return {"release",
          "give an application's room back (who deployed it first, and admins)",
          "berth release --org acme --app web",
          {},
          {{"--org", "ORG", "the organization", &words->organization, true, {},
            Completes::organization},
           {"--app", "APP", "the application", &words->application, true, {},
            Completes::application},
           {"--confirm", "", "also of an organization that left the config (the state's owner)",
            &words->confirm}},
          ToChange{[words](Berth& berth, Answer& answer) {
            return release(*words, berth, answer);
          }}};
}

}  // namespace berth::cli
