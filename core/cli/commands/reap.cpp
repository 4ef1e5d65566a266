#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/documents.hpp"
#include "cli/exits.hpp"
#include "cli/interrupts.hpp"
#include "cli/progress.hpp"
#include "cli/views.hpp"

namespace berth::cli {
namespace {

int reap(const ReapQuery& query, Berth& berth, Answer& answer, Interrupts& interrupts) {
  interrupts.listen(1);
  ReapReport report;
  {
    Progress progress(answer, query.dry_run ? "looking" : "reaping");
    report = berth.reap(query, {[&](const EventReport& event) { progress.event(event); },
                                [&] {
                                  progress.tick();
                                  return interrupts.count() > 0;
                                }});
  }
  answer.document(document_of(report));
  answer.print(reap_text(answer.terminal(), report));
  if (interrupts.count() > 0) return exit_of_signal(interrupts.signal());
  return report.problems.empty() && report.paused.empty() ? 0 : 1;
}

}  // namespace

Command reap_command() {
  auto query = std::make_shared<ReapQuery>();
  return {"reap",
          "find servers at the clouds that nobody owns, and give back what is not needed",
          "berth reap --dry-run",
          {},
          {{"--account",
            "ACCOUNT",
            "only this account; then the fleet is not scaled down",
            &query->account,
            false,
            {},
            Completes::account},
           {"--dry-run", "", "say what would be done, and do nothing", &query->dry_run},
           {"--confirm", "",
            "go on where it has paused: too many at once, a clock that jumped, a copied ledger "
            "(admins, and who owns the state folder)",
            &query->confirm}},
          ToDrive{[query](Berth& berth, Answer& answer, Interrupts& interrupts) {
                    return reap(*query, berth, answer, interrupts);
                  },
                  [query] { return query->dry_run; }}};
}

}  // namespace berth::cli
