#include "cli/table.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <numeric>

#include "cli/utf8.hpp"

namespace berth::cli {
namespace {

constexpr int gap = 2;
constexpr int narrowest = 8;  // a cut column says something still

std::string padding(int columns) {
  return std::string(static_cast<std::size_t>(std::max(0, columns)), ' ');
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add(std::vector<Cell> cells) {
  assert(cells.size() == columns_.size());
  for (Cell& cell : cells) cell.text = printable(cell.text);
  rows_.push_back(std::move(cells));
}

/// 0 for a column that is left out.
std::vector<int> Table::widths(int available) const {
  std::vector<int> widths(columns_.size(), 0);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    for (const auto& row : rows_) widths[i] = std::max(widths[i], display_width(row[i].text));
    if (widths[i] > 0) widths[i] = std::max(widths[i], display_width(columns_[i].title));
  }
  if (available <= 0) return widths;
  const auto shown = std::count_if(widths.begin(), widths.end(), [](int w) { return w > 0; });
  int excess = std::accumulate(widths.begin(), widths.end(), 0) +
               gap * static_cast<int>(std::max<std::ptrdiff_t>(0, shown - 1)) - available;
  while (excess > 0) {  // a column at a time from the widest, so that none suffers alone
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (columns_[i].shrinks && widths[i] > narrowest &&
          (widest == columns_.size() || widths[i] > widths[widest]))
        widest = i;
    if (widest == columns_.size()) break;  // the lines will wrap; nothing is lost
    --widths[widest];
    --excess;
  }
  return widths;
}

std::string Table::drawn(const Terminal& terminal) const {
  if (rows_.empty()) return {};
  const std::vector<int> width = widths(terminal.table_width());
  std::string text;
  const auto draw = [&](const std::vector<Cell>& cells) {
    std::string line;
    int owed = 0;  // blanks before the next cell: none are left at a line's end
    bool first = true;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (width[i] == 0) continue;
      if (!first) owed += gap;
      first = false;
      const std::string content = shortened(cells[i].text, width[i]);
      const int missing = width[i] - display_width(content);
      if (content.empty()) {
        owed += missing;
        continue;
      }
      if (columns_[i].right) owed += missing;
      line += padding(owed) + terminal.painted(cells[i].tone, content);
      owed = columns_[i].right ? 0 : missing;
    }
    text += line + '\n';
  };
  std::vector<Cell> titles;
  for (const Column& column : columns_) titles.push_back({column.title, Tone::strong});
  draw(titles);
  for (const auto& row : rows_) draw(row);
  return text;
}

void Facts::add(std::string name, std::string value, Tone tone) {
  if (!value.empty()) facts_.push_back({std::move(name), printable_lines(value), tone});
}

std::string Facts::drawn(const Terminal& terminal) const {
  int widest = 0;
  for (const Fact& fact : facts_) widest = std::max(widest, display_width(fact.name));
  std::string text;
  for (const Fact& fact : facts_) {
    text += terminal.painted(Tone::strong, fact.name) +
            padding(widest - display_width(fact.name) + gap);
    std::size_t from = 0;
    while (true) {  // later lines stand below the first
      const std::size_t end = fact.value.find('\n', from);
      text += terminal.painted(fact.tone, fact.value.substr(from, end - from)) + '\n';
      if (end == std::string::npos || end + 1 == fact.value.size()) break;
      from = end + 1;
      text += padding(widest + gap);
    }
  }
  return text;
}

}  // namespace berth::cli
