// SPDX-License-Identifier: Apache-2.0
#include "advisor/csv_table.hpp"

#include "profiles/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hpcadvise::advisor {
namespace {

// Takes one row after the other off the front of a text.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
  }

  bool at_end() const { return text_.empty(); }

  CsvRow row() {
    CsvRow row;
    row.line = line_;
    do row.cells.push_back(take('"') ? quoted_cell(row.problem) : plain_cell(row.problem));
    while (take(','));
    take('\r');
    take('\n');
    ++line_;
    return row;
  }

 private:
  bool take(char wanted) {
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(1);
    return true;
  }

  std::string take(std::size_t length) {
    std::string const taken(text_.substr(0, length));
    text_.remove_prefix(taken.size());
    line_ += std::size_t(std::count(taken.begin(), taken.end(), '\n'));
    return taken;
  }

  std::string plain_cell(std::string& problem) {
    std::string cell = take(text_.find_first_of(",\r\n"));
    if (cell.find('"') != std::string::npos) problem = "a quote inside a cell that does not begin with one";
    return cell;
  }

  // After the opening quote; a doubled quote stands for one.
  std::string quoted_cell(std::string& problem) {
    std::string cell;
    for (;;) {
      std::size_t const quote = text_.find('"');
      cell += take(quote);
      if (quote == std::string_view::npos) {
        problem = "a quote that is never closed";
        return cell;
      }
      take('"');
      if (!take('"')) break;
      cell += '"';
    }
    if (!plain_cell(problem).empty()) problem = "text between a closing quote and the next comma";
    return cell;
  }

  std::string_view text_;
  std::size_t line_ = 1;
};

}  // namespace

std::size_t CsvTable::column(std::string_view name) const {
  return std::size_t(std::find(header.begin(), header.end(), name) - header.begin());
}

CsvTable parse_csv(std::string_view text, std::filesystem::path const& file) {
  CsvReader reader(text);
  CsvTable table;
  if (!reader.at_end()) table.header = reader.row().cells;
  if (table.header.empty() || table.header == std::vector<std::string>{""})
    throw profiles::FileError(file, "line 1", "no header", "the first line names the columns, separated by commas");
  for (std::string const& name : table.header)
    if (!name.empty() && std::count(table.header.begin(), table.header.end(), name) > 1)
      throw profiles::FileError(file, "line 1", fmt::format("two columns are named '{}'", name), "rename one of them");

  while (!reader.at_end()) {
    CsvRow row = reader.row();
    if (row.cells == std::vector<std::string>{""}) continue;
    if (row.problem.empty() && row.cells.size() != table.header.size())
      row.problem = fmt::format("{} cells, the header has {}", row.cells.size(), table.header.size());
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string cell = "\"";
  for (char const c : text) {
    if (c == '"') cell += '"';
    cell += c;
  }
  return cell + '"';
}

}  // namespace hpcadvise::advisor
