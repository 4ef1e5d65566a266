// The decision table.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "cli/table.hpp"
#include "cli/utf8.hpp"
#include "cli/views.hpp"
#include "cli/wording.hpp"

namespace berth::cli {
namespace {

using Rows = std::vector<const PlanRow*>;

std::string mark(const PlanRow& row, const Terminal& terminal) {
  if (row.chosen) return terminal.utf8 ? "→" : ">";
  return row.kept ? "+" : "-";
}

Tone tone_of(const PlanRow& row) {
  return row.chosen ? Tone::good : row.kept ? Tone::plain : Tone::faint;
}

std::string why(const PlanRow& row) {
  if (row.code.empty()) return row.sentence;
  return row.sentence.empty() ? row.code : row.code + ": " + row.sentence;
}

std::string servers_table(const Terminal& terminal, const Rows& rows) {
  Table table({{""}, {"SERVER", false, true}, {"STATUS"}, {"CPU FREE", true}, {"MEMORY FREE", true},
               {"DISK FREE", true}, {"SCORE", true}, {"WHY", false, true}});
  for (const PlanRow* row : rows) {
    const Tone tone = tone_of(*row);
    std::string reason = why(*row);
    const bool known = row->millicores != 0 || row->memory_mib != 0 || row->disk_mib != 0;
    if (row->kept && !row->score_breakdown.empty()) reason += " (" + row->score_breakdown + ")";
    table.add({{mark(*row, terminal), tone},
               {row->name.empty() ? row->id : row->name, tone},
               {row->chosen ? "chosen" : row->kept ? "fits" : "dropped", tone},
               {known ? cores_text(row->millicores) : "", tone},
               {known ? gigabytes_text(row->memory_mib) + " GB" : "", tone},
               {known ? gigabytes_text(row->disk_mib) + " GB" : "", tone},
               {row->kept ? fmt::format("{:.1f}", row->score) : "", tone},
               {reason, tone}});
  }
  return table.drawn(terminal);
}

std::string offers_table(const Terminal& terminal, const Rows& rows) {
  Table table({{""}, {"OFFER", false, true}, {"ARCH"}, {"CPU", true}, {"MEMORY", true},
               {"DISK", true}, {"A MONTH", true}, {"COMPARED", true}, {"WHY", false, true}});
  for (const PlanRow* row : rows) {
    const Tone tone = tone_of(*row);
    const bool same = row->monthly == row->monthly_compared;
    table.add({{mark(*row, terminal), tone},
               {row->name.empty() ? row->id : row->name, tone},
               {row->arch, tone},
               {cores_text(row->millicores), tone},
               {gigabytes_text(row->memory_mib) + " GB", tone},
               {row->disk_mib == 0 ? "" : gigabytes_text(row->disk_mib) + " GB", tone},
               {money_text(row->monthly), tone},
               {same ? "" : money_text(row->monthly_compared), tone},
               {why(*row), tone}});
  }
  return table.drawn(terminal);
}

const PlanRow* estimated_offer(const Plan& plan) {
  const PlanRow* first_kept = nullptr;
  for (const PlanRow& row : plan.rows) {
    if (row.kind != "offer") continue;
    if (row.chosen) return &row;
    if (row.kept && first_kept == nullptr) first_kept = &row;
  }
  return first_kept;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  return text;
}

/// "would" of each action: the plan is about what deploy does now.
std::string_view meaning_of(std::string_view action) {
  if (action == "place") return "deploy would place it at once";
  if (action == "provision") return "deploy would buy a server";
  if (action == "hold") return "deploy would wait for an admin's approval";
  if (action == "wait") return "deploy would wait for it, and end without a server in the end";
  if (action == "deny") return "deploy would end without a server";
  return "deploy would end";
}

}  // namespace

std::string estimate_text(const Plan& plan) {
  std::string text = money_text(plan.estimate);
  if (text.empty()) return {};
  text += " a month";
  const PlanRow* offer = estimated_offer(plan);
  if (offer != nullptr && !offer->includes.empty()) text += ", with " + printable(offer->includes);
  if (offer != nullptr && !offer->excludes.empty())
    text += ", without " + printable(joined(offer->excludes));
  const bool converted =
      offer == nullptr || offer->monthly.currency != offer->monthly_compared.currency;
  if (converted && !plan.rates_as_of.empty())
    text += " (exchange rates of " + plan.rates_as_of + ")";
  return text;
}

std::string plan_text(const Terminal& terminal, const Plan& plan, bool all) {
  Rows servers;
  Rows kept;
  Rows dropped;
  for (const PlanRow& row : plan.rows)
    (row.kind == "server" ? servers : row.kept ? kept : dropped).push_back(&row);

  std::string text;
  if (!servers.empty()) {
    text += servers_table(terminal, servers);
    if (plan.servers_seen > servers.size())
      text += terminal.painted(
          Tone::faint, fmt::format("{} looked at; --all shows them.\n",
                                   counted(plan.servers_seen - servers.size(),
                                           "more server was", "more servers were")));
    text += '\n';
  }
  const auto beyond = [all](const Rows& rows, std::size_t shown) {
    return all || rows.size() <= shown ? 0 : rows.size() - shown;
  };
  const std::size_t cut_kept = beyond(kept, rows_shown);
  const std::size_t cut_dropped = beyond(dropped, rows_shown);
  // What was cut here, and what the plan left out already.
  const std::size_t more_kept = std::max(plan.offers_kept, kept.size()) - kept.size() + cut_kept;
  const std::size_t more_dropped =
      std::max(plan.offers_dropped, dropped.size()) - dropped.size() + cut_dropped;
  Rows offers(kept.begin(), kept.end() - static_cast<std::ptrdiff_t>(cut_kept));
  offers.insert(offers.end(), dropped.begin(),
                dropped.end() - static_cast<std::ptrdiff_t>(cut_dropped));
  if (!offers.empty()) {
    text += offers_table(terminal, offers);
    if (more_kept > 0)
      text += terminal.painted(
          Tone::faint, fmt::format("{} and cost more; --all shows them.\n",
                                   counted(more_kept, "more offer fits", "more offers fit")));
    if (more_dropped > 0)
      text += terminal.painted(
          Tone::faint, fmt::format("{} dropped; --all shows them.\n",
                                   counted(more_dropped, "more offer was", "more offers were")));
    text += '\n';
  }

  Facts facts;
  const Room& asked = plan.requirements.room;
  facts.add("asked", room_text(asked) +
                         (plan.requirements.arch.empty() ? "" : ", " + plan.requirements.arch));
  if (plan.required != asked) facts.add("required", room_text(plan.required));
  facts.add("trigger", plan.trigger);
  const Tone tone = plan.action == "deny"   ? Tone::bad
                    : plan.action == "hold" || plan.action == "wait" ? Tone::warning
                                            : Tone::good;
  std::string decision = plan.action;
  if (!plan.code.empty()) decision += fmt::format(" ({})", plan.code);
  if (!plan.stage.empty()) decision += ", says " + plan.stage;
  facts.add("decision", decision, tone);
  facts.add("", plan.sentence);
  facts.add("estimate", estimate_text(plan));
  facts.add("so", std::string(meaning_of(plan.action)));
  return text + facts.drawn(terminal);
}

}  // namespace berth::cli
