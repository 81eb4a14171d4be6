// SPDX-License-Identifier: Apache-2.0
#include "cli/section.hpp"

#include "cli/chart.hpp"

namespace hpcadvise::cli {
namespace {

constexpr int bar_width = 28;

Table with_bars(Section const& section, Terminal const& terminal) {
  Table table = section.table;
  if (section.bars.empty()) return table;
  table.columns.push_back({""});
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    table.rows[row].push_back(bar(terminal, section.bars[row], bar_width));
  return table;
}

std::string bullets(std::vector<std::string> const& sentences, Terminal const& terminal) {
  std::string text;
  for (auto const& sentence : sentences) text += "  - " + wrapped(sentence, terminal.width, 4, 4) + '\n';
  return text;
}

}  // namespace

std::string markdown_bullets(std::vector<std::string> const& sentences) {
  std::string text;
  for (auto const& sentence : sentences) text += "- " + sentence + '\n';
  return text;
}

std::string text_section(Section const& section, Terminal const& terminal) {
  std::string text = styled(terminal, section.heading_style, wrapped(section.heading, terminal.width, 2)) + '\n';
  if (!section.remark.empty())
    text += styled(terminal, section.remark_style, wrapped(section.remark, terminal.width, 2)) + '\n';
  text += bullets(section.sentences, terminal);
  bool const apart = !section.sentences.empty();
  if (!section.table.rows.empty()) {
    auto const table = text_table(with_bars(section, terminal), terminal, apart ? 4 : 2);
    text += apart ? '\n' + table + '\n' : table;
  }
  return text + bullets(section.notes, terminal);
}

std::string markdown_section(Section const& section) {
  std::string text = "## " + section.heading + '\n';
  auto const add = [&](std::string const& block) {
    if (!block.empty()) text += '\n' + block;
  };
  add(section.remark.empty() ? "" : section.remark + '\n');
  add(markdown_bullets(section.sentences));
  add(section.table.rows.empty() ? "" : markdown_table(section.table));
  add(markdown_bullets(section.notes));
  return text;
}

}  // namespace hpcadvise::cli
