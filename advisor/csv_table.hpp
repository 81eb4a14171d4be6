// SPDX-License-Identifier: Apache-2.0
#pragma once

// Comma-separated tables, RFC 4180: quoted fields, doubled quotes, line breaks inside quotes. CR LF and LF end a line;
// a byte order mark is skipped.

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

struct CsvRow {
  std::size_t line = 0;  // where it starts, the header being line 1
  std::vector<std::string> cells;
  std::string problem;  // why the row cannot be used: a stray quote, too many or too few cells; empty: fine
};

struct CsvTable {
  std::filesystem::path file;
  std::vector<std::string> header;  // without blanks around the names
  std::vector<CsvRow> rows;         // blank lines left out

  // Index of a column by name, or header.size() when there is none.
  std::size_t column(std::string_view name) const;
};

// A broken row is a row with its problem and spoils no other; an unclosed quote takes the rest of the file. Throws
// FileError for what leaves no table: no header, a column named twice.
CsvTable parse_csv(std::string_view text, std::filesystem::path const& file);

// The cell as it is written: quoted where it holds a comma, a quote or a line break.
std::string csv_cell(std::string_view text);

}  // namespace hpcadvise::advisor
