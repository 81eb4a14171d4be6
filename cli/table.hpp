// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of text under headings, as aligned columns or as Markdown.

#include "cli/terminal.hpp"

#include <string>
#include <vector>

namespace hpcadvise::cli {

enum class Align { left, right };

struct Column {
  std::string heading;
  Align align = Align::left;
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // as many cells as columns
};

// Two blanks between columns, no blanks at line ends; headings bold where colour is shown. A last column of prose
// (left-aligned) wraps under itself, so that no line passes the terminal's width. Cells may hold what somebody else
// wrote: their control characters are not printed.
std::string text_table(Table const& table, Terminal const& terminal, int indent = 0);
std::string markdown_table(Table const& table);

// Of text_table where nothing wraps.
int table_width(Table const& table);

}  // namespace hpcadvise::cli
