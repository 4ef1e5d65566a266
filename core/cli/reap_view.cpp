// `berth reap` for people: a table, then the money, then what was not done.
#include <fmt/format.h>

#include "cli/table.hpp"
#include "cli/utf8.hpp"
#include "cli/views.hpp"
#include "cli/wording.hpp"

namespace berth::cli {
namespace {

/// "would_destroy" as a person reads it.
std::string words_of(std::string action) {
  for (char& letter : action)
    if (letter == '_') letter = ' ';
  return action;
}

Tone tone_of(const ReapRow& row) {
  if (row.action == "lost" || row.action == "would_lose") return Tone::bad;
  return row.action == "kept" ? Tone::plain : Tone::warning;
}

std::string cost_of(const ReapRow& row) {
  const std::string cost = money_text(row.monthly);
  return cost.empty() ? "unknown price" : cost;
}

/// "3 servers that nobody owned: 21.04 USD a month, and 1 of an unknown price".
std::string bill_of(const ReapReport& report) {
  const int priced = report.strays - report.strays_without_price;
  std::string text = counted(static_cast<std::size_t>(report.strays), "server", "servers") +
                     (report.dry_run ? " that nobody owns: " : " that nobody owned: ");
  if (priced > 0) text += money_text(report.strays_monthly) + " a month";
  if (report.strays_without_price > 0)
    text += fmt::format("{}{} of an unknown price", priced > 0 ? ", and " : "",
                        report.strays_without_price);
  return text;
}

}  // namespace

std::string reap_text(const Terminal& terminal, const ReapReport& report) {
  const std::int64_t now = terminal.now_unix_ms();
  Table table({{"WHAT"},
               {"SERVER", false, true},
               {"WHERE", false, true},
               {"ORG", false, true},
               {"A MONTH", true},
               {"SINCE", true},
               {"UNTIL"},
               {"WHY", false, true}});
  for (const ReapRow& row : report.rows)
    table.add({{words_of(row.action), tone_of(row)},
               {row.kind == "stray" || row.name.empty() ? row.vendor_id : row.name},
               {row.account + (row.instance_type.empty() ? "" : " " + row.instance_type)},
               {row.organization},
               {cost_of(row)},
               {row.since_unix_ms == 0 ? "" : duration_text(now - row.since_unix_ms) + " ago"},
               {local_text(row.until_unix_ms)},
               {row.sentence}});
  std::string text = table.drawn(terminal);
  if (report.strays > 0)
    text += bill_of(report) + "\n";
  else
    text += "No server that nobody owns was found.\n";
  for (const std::string& sentence : report.left)
    text += terminal.painted(Tone::warning, "left behind") + " " + printable(sentence) + "\n";
  for (const std::string& sentence : report.paused)
    text += terminal.painted(Tone::bad, "paused") + " " + printable(sentence) + "\n";
  for (const std::string& sentence : report.problems)
    text += terminal.painted(Tone::bad, "not done") + " " + printable(sentence) + "\n";
  if (report.dry_run) text += "Nothing was changed (--dry-run).\n";
  return text;
}

}  // namespace berth::cli
