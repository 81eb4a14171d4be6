// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the place that text goes to can show.

#include <string>
#include <string_view>

namespace hpcadvise::cli {

struct Terminal {
  bool colour = false;       // NO_COLOR unset and a terminal that is not "dumb"
  bool interactive = false;  // a progress bar may redraw its line
  bool unicode = true;       // the locale is UTF-8, or none is set and no terminal reads
  int width = 80;            // columns
};

// Of a file descriptor: 1 for results, 2 for talk.
Terminal detect_terminal(int file_descriptor);

enum class Style { plain, bold, dim, good, warning, bad };

// The text in escape codes where the terminal shows colour, else as it is.
std::string styled(Terminal const& terminal, Style style, std::string_view text);

// Columns that UTF-8 text takes, escape codes not counted. One column a code point: no wide characters are printed.
int display_width(std::string_view text);

// Breaks at blanks so that no line passes `width`, the later lines indented; a longer path breaks behind a slash, a
// longer list behind a comma, a longer word stands alone. A number stays with what follows it, its unit. The first line
// begins behind `used` columns of other text.
std::string wrapped(std::string_view text, int width, int indent, int used = 0);

}  // namespace hpcadvise::cli
