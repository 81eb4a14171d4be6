// SPDX-License-Identifier: Apache-2.0
#include "advisor/csv_table.hpp"

#include "profiles/error.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
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

std::string trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

// Every name that stands more than once, with its places.
void refuse_twins(std::vector<std::string> const& header, std::filesystem::path const& file) {
  std::map<std::string_view, std::vector<std::size_t>> places;
  for (std::size_t index = 0; index < header.size(); ++index)
    if (!header[index].empty()) places[header[index]].push_back(index + 1);
  std::vector<std::string> twins;
  for (auto const& [name, at] : places)
    if (at.size() > 1) twins.push_back(fmt::format("'{}' (columns {})", name, fmt::join(at, ", ")));
  if (!twins.empty())
    throw profiles::FileError(file, "line 1", fmt::format("columns of one name: {}", fmt::join(twins, "; ")),
                              "rename all but one of each");
}

}  // namespace

std::size_t CsvTable::column(std::string_view name) const {
  return std::size_t(std::find(header.begin(), header.end(), name) - header.begin());
}

CsvTable parse_csv(std::string_view text, std::filesystem::path const& file) {
  CsvReader reader(text);
  CsvTable table{.file = file, .header = {}, .rows = {}};
  if (!reader.at_end()) table.header = reader.row().cells;
  for (std::string& name : table.header) name = trimmed(name);
  if (table.header.empty() || table.header == std::vector<std::string>{""})
    throw profiles::FileError(file, "line 1", "no header", "the first line names the columns, separated by commas");
  refuse_twins(table.header, file);

  while (!reader.at_end()) {
    CsvRow row = reader.row();
    if (row.cells == std::vector<std::string>{""}) continue;
    if (row.problem.empty() && row.cells.size() != table.header.size())
      row.problem =
          fmt::format("{}, the header has {}", profiles::format_counted(row.cells.size(), "cell"), table.header.size());
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
