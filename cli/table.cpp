// SPDX-License-Identifier: Apache-2.0
#include "cli/table.hpp"

#include "profiles/presentable.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace hpcadvise::cli {
namespace {

Table presentable(Table table) {
  for (auto& row : table.rows)
    for (auto& cell : row) cell = profiles::presentable(std::move(cell));
  return table;
}

std::vector<int> column_widths(Table const& table) {
  std::vector<int> widths;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    int width = display_width(table.columns[c].heading);
    for (auto const& row : table.rows) width = std::max(width, display_width(row[c]));
    widths.push_back(width);
  }
  return widths;
}

std::string padded(std::string const& text, int width, Align align) {
  std::string const blanks(std::size_t(std::max(0, width - display_width(text))), ' ');
  return align == Align::left ? text + blanks : blanks + text;
}

// Every line after the first begins with `indent` blanks.
std::string indented(std::string const& text, int indent) {
  std::string result;
  for (char const c : text) {
    result += c;
    if (c == '\n') result.append(std::size_t(indent), ' ');
  }
  return result;
}

std::string without_trailing_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string markdown_cell(std::string const& text) {
  std::string result;
  for (char const c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

}  // namespace

std::string text_table(Table const& table, Terminal const& terminal, int indent) {
  auto const shown = presentable(table);
  constexpr int narrowest_prose = 12;
  auto const widths = column_widths(shown);
  std::size_t const last = shown.columns.size() - 1;
  int prose_indent = indent;
  for (std::size_t c = 0; c < last; ++c) prose_indent += widths[c] + 2;

  auto const line = [&](auto const& cell) {
    std::string text(std::size_t(indent), ' ');
    for (std::size_t c = 0; c < last; ++c) text += padded(cell(c), widths[c], shown.columns[c].align) + "  ";
    bool const wraps = shown.columns[last].align == Align::left;
    int const room = std::max(narrowest_prose, terminal.width - prose_indent);
    text +=
        wraps ? indented(wrapped(cell(last), room, 0), prose_indent) : padded(cell(last), widths[last], Align::right);
    return without_trailing_blanks(std::move(text));
  };
  std::string result;
  std::string const heading = line([&](std::size_t c) { return shown.columns[c].heading; });
  if (!heading.empty()) result += styled(terminal, Style::bold, heading) + '\n';
  for (auto const& row : shown.rows) result += line([&](std::size_t c) { return row[c]; }) + '\n';
  return result;
}

int table_width(Table const& table) {
  auto const widths = column_widths(presentable(table));
  return std::accumulate(widths.begin(), widths.end(), 2 * int(widths.size() - 1));
}

std::string markdown_table(Table const& table) {
  auto const shown = presentable(table);
  std::string result = "|";
  for (auto const& column : shown.columns) result += ' ' + markdown_cell(column.heading) + " |";
  result += "\n|";
  for (auto const& column : shown.columns) result += column.align == Align::left ? " --- |" : " ---: |";
  result += '\n';
  for (auto const& row : shown.rows) {
    result += '|';
    for (auto const& cell : row) result += ' ' + markdown_cell(cell) + " |";
    result += '\n';
  }
  return result;
}

}  // namespace hpcadvise::cli
