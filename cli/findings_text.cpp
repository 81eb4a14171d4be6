// SPDX-License-Identifier: Apache-2.0
#include "cli/findings_text.hpp"

#include "cli/sample_name.hpp"
#include "profiles/presentable.hpp"

#include <fmt/format.h>

#include <cctype>
#include <string_view>

namespace hpcadvise::cli {
namespace {

// Of a profile that somebody else made.
constexpr std::size_t most_bytes = 4000;

// A capital and a full stop.
std::string sentence(std::string text) {
  if (text.empty()) return text;
  // A name such as papi:cycles stays as it is.
  auto const first_word = std::string_view(text).substr(0, text.find(' '));
  if (first_word.find_first_of(":/_") == std::string_view::npos)
    text.front() = char(std::toupper(static_cast<unsigned char>(text.front())));
  if (text.back() != '.') text += '.';
  return text;
}

Style style_of(profiles::Severity severity) {
  switch (severity) {
    case profiles::Severity::note: return Style::dim;
    case profiles::Severity::warning: return Style::warning;
    case profiles::Severity::error: return Style::bad;
  }
  return Style::plain;
}

// The first items of a list that is longer than that; at least one, for it holds the figure.
std::string first_items(std::string const& seen) {
  constexpr std::size_t enough = 160;
  constexpr std::string_view between = "; ";
  if (seen.size() <= enough) return seen;
  auto end = seen.rfind(between, enough);
  if (end == std::string::npos) end = seen.find(between, enough);
  return end == std::string::npos ? seen : seen.substr(0, end) + "; ...";
}

}  // namespace

std::string findings_text(profiles::MachineProfile const& profile, Terminal const& terminal, bool whole) {
  constexpr int indent = 4;
  std::string text;
  auto const add_line = [&](std::string_view label, std::string const& said) {
    if (said.empty()) return;
    auto const line = fmt::format("{}{}", label, profiles::presentable(said, most_bytes));
    text += std::string(indent, ' ') + wrapped(line, terminal.width, indent + 2, indent) + '\n';
  };
  for (auto const& finding : profile.findings) {
    auto const label = fmt::format("{}: ", profiles::to_string(finding.severity));
    auto const seen = with_sample_names(profiles::presentable(finding.seen, most_bytes));
    text += styled(terminal, style_of(finding.severity), label) +
            wrapped(sentence(whole ? seen : first_items(seen)), terminal.width, indent, int(label.size())) + '\n';
    if (whole) add_line("Expected: ", finding.expected);
    if (whole) add_line("Cost: ", finding.cost);
    add_line("Next: ", finding.next_step);
  }
  return text;
}

}  // namespace hpcadvise::cli
