// A table for people: columns sized to their content, cut to the terminal.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal.hpp"

namespace berth::cli {

struct Column {
  std::string title;
  bool right = false;    // numbers
  bool shrinks = false;  // may be cut where the terminal is narrow
};

struct Cell {
  std::string text;
  Tone tone = Tone::plain;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns);

  /// REQUIRES: as many cells as columns. Cells are made printable: they may come from anywhere.
  void add(std::vector<Cell> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }

  /// Lines that each end with a line break; "" without rows. A column that is empty in every row is
  /// left out.
  [[nodiscard]] std::string drawn(const Terminal& terminal) const;

 private:
  [[nodiscard]] std::vector<int> widths(int available) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

/// "name   value" lines; a pair without a value is left out. Values may have several lines.
class Facts {
 public:
  void add(std::string name, std::string value, Tone tone = Tone::plain);
  [[nodiscard]] std::string drawn(const Terminal& terminal) const;

 private:
  struct Fact {
    std::string name, value;
    Tone tone;
  };
  std::vector<Fact> facts_;
};

}  // namespace berth::cli
