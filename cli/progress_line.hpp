// SPDX-License-Identifier: Apache-2.0
#pragma once

// Progress on stderr: one line redrawn on a terminal, else a plain line every few seconds.

#include "cli/terminal.hpp"

#include <cstdint>
#include <iosfwd>
#include <string>

namespace hpcadvise::cli {

class ProgressLine {
 public:
  ProgressLine(std::ostream& log, Terminal terminal);
  ~ProgressLine();
  ProgressLine(ProgressLine const&) = delete;
  ProgressLine& operator=(ProgressLine const&) = delete;

  // `now_s` since the start: the caller's clock, so that tests have none.
  void update(std::int64_t done, std::int64_t total, double now_s, double left_s, std::string const& doing);
  // A line of its own above the progress, wrapped; the blanks that it begins with are kept.
  void say(std::string const& line);
  // Removes the redrawn line.
  void finish();

 private:
  std::ostream& log_;
  Terminal terminal_;
  bool drawn_ = false;
  double last_plain_s_ = -1e9;
};

}  // namespace hpcadvise::cli
