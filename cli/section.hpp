// SPDX-License-Identifier: Apache-2.0
#pragma once

// A part of an answer, once for a terminal and once as Markdown.

#include "cli/table.hpp"
#include "cli/terminal.hpp"

#include <string>
#include <vector>

namespace hpcadvise::cli {

struct Section {
  std::string heading;
  std::string remark = {};                  // under the heading
  std::vector<std::string> sentences = {};  // bullets before the table
  Table table = {};
  std::vector<double> bars = {};        // one for each row of the table, the longest 1; on a terminal only
  std::vector<std::string> notes = {};  // bullets behind the table
  Style heading_style = Style::bold;
  Style remark_style = Style::plain;
};

std::string markdown_bullets(std::vector<std::string> const& sentences);

std::string text_section(Section const& section, Terminal const& terminal);
std::string markdown_section(Section const& section);

}  // namespace hpcadvise::cli
