// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.hpp"

#include "profiles/environment.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace hpcadvise::cli {
namespace {

constexpr int narrowest = 40;
constexpr int widest = 160;
constexpr std::string_view joints = "/,";  // of a path and of a list

// POSIX: the first of these that is set decides. None is set in many a container: a file or pipe then gets UTF-8.
bool locale_is_utf8(bool if_none_is_set) {
  for (char const* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    auto const value = profiles::environment_value(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return if_none_is_set;
}

char const* escape_code(Style style) {
  switch (style) {
    case Style::plain: return "";
    case Style::bold: return "\033[1m";
    case Style::dim: return "\033[2m";
    case Style::good: return "\033[32m";
    case Style::warning: return "\033[33m";
    case Style::bad: return "\033[31m";
  }
  return "";
}

// "1,024", "-1.1", "24.8..41.1", "(4.19", but not "2020,": something is counted or measured by it.
bool is_number(std::string_view word) {
  if (word.starts_with('(')) word.remove_prefix(1);
  return !word.empty() && word.find_first_not_of("0123456789.,+-") == std::string_view::npos && word.back() >= '0' &&
         word.back() <= '9';
}

// Where the first word ends. A number stays with its unit, if both fit on a line.
std::size_t word_end(std::string_view text, int room) {
  auto const end = std::min(text.find(' '), text.size());
  if (end + 1 >= text.size() || !is_number(text.substr(0, end))) return end;
  auto const end_of_unit = std::min(text.find(' ', end + 1), text.size());
  return display_width(text.substr(0, end_of_unit)) > room ? end : end_of_unit;
}

}  // namespace

Terminal detect_terminal(int file_descriptor) {
  Terminal terminal;
  terminal.interactive = isatty(file_descriptor) == 1;
  terminal.unicode = locale_is_utf8(!terminal.interactive);
  if (!terminal.interactive) return terminal;
  auto const kind = profiles::environment_value("TERM");
  terminal.colour = profiles::environment_value("NO_COLOR").empty() && !kind.empty() && kind != "dumb";
  winsize size{};
  if (ioctl(file_descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    terminal.width = std::clamp(int(size.ws_col), narrowest, widest);
  return terminal;
}

std::string styled(Terminal const& terminal, Style style, std::string_view text) {
  if (!terminal.colour || style == Style::plain || text.empty()) return std::string(text);
  return escape_code(style) + std::string(text) + "\033[0m";
}

int display_width(std::string_view text) {
  int width = 0;
  bool in_escape = false;
  for (char const c : text) {
    if (c == '\033') in_escape = true;
    bool const continues_code_point = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (!in_escape && !continues_code_point) ++width;
    if (in_escape && c == 'm') in_escape = false;
  }
  return width;
}

std::string wrapped(std::string_view text, int width, int indent, int used) {
  std::string result;
  int column = used;
  bool at_line_start = true;
  bool glued = false;  // to the word before: a part of a path or list
  while (!text.empty()) {
    auto const end = word_end(text, width - indent);
    auto word = text.substr(0, end);
    bool const too_long = display_width(word) > width - indent;
    if (too_long && word.find_first_of(joints) != std::string_view::npos) {
      // Behind the last joint that fits, else behind the first.
      auto const joint = word.substr(0, std::size_t(std::max(1, width - indent))).find_last_of(joints);
      word = word.substr(0, (joint == std::string_view::npos ? word.find_first_of(joints) : joint) + 1);
    }
    bool const whole = word.size() == end;
    text.remove_prefix(std::min(word.size() + (whole ? 1 : 0), text.size()));
    if (word.empty()) continue;
    int const word_width = display_width(word);
    int const blank = glued ? 0 : 1;
    if (!at_line_start && column + blank + word_width > width) {
      result += '\n' + std::string(std::size_t(indent), ' ');
      column = indent;
    } else if (!at_line_start) {
      result.append(std::size_t(blank), ' ');
      column += blank;
    }
    glued = !whole;
    result += word;
    column += word_width;
    at_line_start = false;
  }
  return result;
}

}  // namespace hpcadvise::cli
