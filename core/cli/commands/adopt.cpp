#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/table.hpp"
#include "cli/utf8.hpp"
#include "cli/wording.hpp"

namespace berth::cli {
namespace {

boost::json::object document_of(const AdoptReport& report) {
  boost::json::array servers;
  for (const AdoptRow& row : report.rows)
    servers.push_back({{"account", row.account},
                       {"vendor_id", row.vendor_id},
                       {"server_id", row.server_id},
                       {"server_name", row.name},
                       {"instance_type", row.instance_type},
                       {"region", row.region},
                       {"organization_id", row.organization},
                       {"application_id", row.application},
                       {"estimated_cost", money_text(row.monthly)},
                       {"reason", row.sentence}});
  boost::json::array problems;
  for (const std::string& problem : report.problems) problems.emplace_back(problem);
  return {{"status", report.dry_run ? "looked" : report.accepted ? "accepted" : "paused"},
          {"servers", std::move(servers)},
          {"paused", report.paused},
          {"problems", std::move(problems)},
          {"dry_run", report.dry_run}};
}

int adopt(const AdoptQuery& query, Berth& berth, Answer& answer) {
  const AdoptReport report = berth.adopt(query);
  answer.document(document_of(report));
  Table table({{"WHAT"},
               {"SERVER", false, true},
               {"WHERE", false, true},
               {"ORG", false, true},
               {"APP", false, true},
               {"A MONTH", true},
               {"WHY", false, true}});
  for (const AdoptRow& row : report.rows)
    table.add({{!row.server_id.empty()                         ? "adopted"
                : report.dry_run && row.sentence.empty() ? "would adopt"
                                                               : "left"},
               {row.name.empty() ? row.vendor_id : row.name},
               {row.account + " " + row.instance_type},
               {row.organization},
               {row.application},
               {row.monthly.currency.empty() ? "unknown price" : money_text(row.monthly)},
               {row.sentence}});
  std::string text = table.drawn(answer.terminal());
  if (report.rows.empty()) text += "There is no server of this ledger that it does not know.\n";
  for (const std::string& problem : report.problems)
    text += answer.terminal().painted(Tone::bad, "not done") + " " + printable(problem) + "\n";
  if (report.dry_run) {
    text += "Nothing was changed (--dry-run).\n";
  } else if (report.accepted) {
    text += report.paused.empty() ? "Nothing was paused.\n"
                                  : "This ledger is the one that counts now: `berth run` gives "
                                    "back servers again.\n";
  } else {
    text += "Not all is known yet, so nothing is destroyed. Run this again when that is mended.\n";
  }
  answer.print(text);
  return report.dry_run || report.accepted ? 0 : 1;
}

}  // namespace

Command adopt_command() {
  auto query = std::make_shared<AdoptQuery>();
  return {"adopt",
          "go on with a restored, copied or moved ledger, and take in what it lacks (admins)",
          "berth adopt --dry-run",
          {},
          {{"--org", "ORG", "whose the servers are whose labels do not tell", &query->organization,
            false, {}, Completes::organization},
           {"--dry-run", "", "list the servers, and change nothing", &query->dry_run}},
          ToDrive{[query](Berth& berth, Answer& answer, Interrupts&) {
                    return adopt(*query, berth, answer);
                  },
                  [query] { return query->dry_run; }}};
}

}  // namespace berth::cli
