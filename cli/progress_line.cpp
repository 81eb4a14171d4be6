// SPDX-License-Identifier: Apache-2.0
#include "cli/progress_line.hpp"

#include "cli/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string_view>

namespace hpcadvise::cli {
namespace {

constexpr double plain_interval_s = 10;
constexpr int bar_width = 20;

std::string shortened(std::string const& text, int width) {
  return display_width(text) <= width ? text : text.substr(0, std::size_t(std::max(0, width - 3))) + "...";
}

}  // namespace

ProgressLine::ProgressLine(std::ostream& log, Terminal terminal) : log_(log), terminal_(terminal) {}

ProgressLine::~ProgressLine() { finish(); }

void ProgressLine::update(std::int64_t done, std::int64_t total, double now_s, double left_s,
                          std::string const& doing) {
  double const fraction = total > 0 ? double(done) / double(total) : 0;
  std::string const counted = fmt::format("{:>3}/{} {:>3.0f} s left", done, total, std::ceil(std::max(0.0, left_s)));
  if (terminal_.interactive) {
    std::string const filled = bar(terminal_, fraction, bar_width);
    std::string const rest(std::size_t(bar_width - display_width(filled)), ' ');
    int const room = terminal_.width - bar_width - display_width(counted) - 6;
    log_ << "\r\033[K[" << styled(terminal_, Style::good, filled) << rest << "] " << counted << "  "
         << shortened(doing, room) << std::flush;
    drawn_ = true;
  } else if (now_s - last_plain_s_ >= plain_interval_s) {
    log_ << fmt::format("{}  {}\n", counted, doing) << std::flush;
    last_plain_s_ = now_s;
  }
}

void ProgressLine::say(std::string const& line) {
  finish();
  auto const blanks = std::min(line.find_first_not_of(' '), line.size());
  auto const text = std::string_view(line).substr(blanks);
  log_ << line.substr(0, blanks) << wrapped(text, terminal_.width, int(blanks) + 2, int(blanks)) << '\n' << std::flush;
}

void ProgressLine::finish() {
  if (drawn_) log_ << "\r\033[K" << std::flush;
  drawn_ = false;
}

}  // namespace hpcadvise::cli
