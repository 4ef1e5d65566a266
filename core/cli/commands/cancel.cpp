#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/documents.hpp"

namespace berth::cli {
namespace {

constexpr std::int64_t ending_ms = 5'000;  // an effect in flight ends first; others can finish it

int cancel(const std::string& id, Berth& berth, Answer& answer) {
  berth.cancel(id);
  const Terminal& terminal = answer.terminal();
  const std::int64_t until = terminal.now_unix_ms() + ending_ms;
  const DeploymentReport deployment =
      berth.wait(id, {{}, [&] { return terminal.now_unix_ms() >= until; }});
  answer.document(document_of(deployment));
  answer.print(
      deployment.final
          ? fmt::format("{} {}", deployment.status, id)
          : fmt::format("cancelling {0}\n  A call is still in flight; `berth run` or whoever "
                        "waits for it ends it; `berth status {0}` shows how it stands.",
                        id));
  return 0;
}

}  // namespace

Command cancel_command() {
  auto id = std::make_shared<std::string>();
  return {"cancel",
          "end a deployment (who deployed its application first, and admins)",
          "berth cancel 01j9z6x1y2w3v4u5t6s7r8q9p0",
          {{"ID", "the deployment", id.get(), true, {}, Completes::deployment}},
          {},
          ToChange{[id](Berth& berth, Answer& answer) { return cancel(*id, berth, answer); }}};
}

}  // namespace berth::cli
