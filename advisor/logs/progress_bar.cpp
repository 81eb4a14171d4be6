// SPDX-License-Identifier: Apache-2.0
#include "advisor/logs/progress_bar.hpp"

#include "advisor/logs/log_lines.hpp"

#include <algorithm>
#include <iterator>

namespace hpcadvise::advisor::logs {
namespace {

constexpr double window_s = 50;            // of elapsed time: whole seconds at both ends make it wrong by 2 % at most
constexpr std::size_t enough_windows = 6;  // for an interval of the median

// "16:30", "1:02:03": every field is 60 of the next.
std::optional<double> elapsed_s(std::string_view text) {
  double seconds = 0;
  for (bool more = true; more;) {
    auto const colon = text.find(':');
    more = colon != std::string_view::npos;
    auto const field = text.substr(0, colon);
    if (field.empty() || field.find_first_not_of("0123456789") != std::string_view::npos || field.size() > 6)
      return std::nullopt;
    double value = 0;
    for (char const c : field) value = 10 * value + (c - '0');
    seconds = 60 * seconds + value;
    if (more) text = text.substr(colon + 1);
  }
  return seconds;
}

std::optional<double> iteration_s(std::string_view rate) {
  auto const value = leading_number(rate);
  if (!value || !(*value > 0)) return std::nullopt;
  if (rate.find("s/it") != std::string_view::npos) return *value;
  if (rate.find("it/s") != std::string_view::npos) return 1 / *value;
  return std::nullopt;
}

struct Reading {
  std::int64_t iteration = 0;
  double time_s = 0;
};

// Whole windows of elapsed time within one bar; the first point only starts the clock.
std::vector<Reading> windows(std::vector<BarPoint> const& bar) {
  std::vector<Reading> readings;
  auto const* start = bar.empty() ? nullptr : &bar.front();
  for (auto const& point : bar) {
    double const passed_s = point.elapsed_s - start->elapsed_s;
    if (passed_s < window_s || point.done <= start->done) continue;
    readings.push_back({point.done, passed_s / double(point.done - start->done)});
    start = &point;
  }
  return readings;
}

std::vector<Reading> printed_rates(std::vector<BarPoint> const& bar) {
  std::vector<Reading> readings;
  for (auto const& point : bar)
    if (point.iteration_s && (readings.empty() || point.done > readings.back().iteration))
      readings.push_back({point.done, *point.iteration_s});
  return readings;
}

}  // namespace

std::optional<BarPoint> bar_point(std::string_view line) {
  auto const percent = line.find("%|");
  auto const bar_end = percent == std::string_view::npos ? percent : line.find("| ", percent + 2);
  if (bar_end == std::string_view::npos) return std::nullopt;
  auto const counts = line.substr(bar_end + 2);
  auto const slash = counts.find('/');
  auto const open = counts.find(" [");
  auto const close = counts.find(']', open);
  if (slash == std::string_view::npos || open == std::string_view::npos || slash > open) return std::nullopt;
  if (close == std::string_view::npos) return std::nullopt;  // cut short
  auto const inside = counts.substr(open + 2, close - open - 2);
  auto const remaining = inside.find('<');
  auto const comma = inside.find(", ");
  if (remaining == std::string_view::npos || comma == std::string_view::npos) return std::nullopt;

  auto const first_digit = std::min(counts.find_first_not_of(' '), slash);
  auto const done = positive_count(counts.substr(first_digit, slash - first_digit));
  auto const total = positive_count(counts.substr(slash + 1, open - slash - 1));
  auto const elapsed = elapsed_s(inside.substr(0, remaining));
  if (!done || !total || !elapsed) return std::nullopt;
  return BarPoint{*done, *total, *elapsed, iteration_s(inside.substr(comma + 2))};
}

void BarCollector::add(std::string_view line, BarPoint const& point, std::int64_t run) {
  ranks_[std::string(rank_of(line))].push_back({run, point});
}

void BarCollector::finish(TrainingLog& log, std::optional<double> LogStep::*time) const {
  if (ranks_.empty()) return;
  auto const rank = std::max_element(ranks_.begin(), ranks_.end(),
                                     [](auto const& a, auto const& b) { return a.second.size() < b.second.size(); });

  // Evaluation draws bars of its own: the one with the longest elapsed time trains.
  std::map<std::int64_t, double> longest_s;
  for (auto const& seen : rank->second)
    longest_s[seen.point.total] = std::max(longest_s[seen.point.total], seen.point.elapsed_s);
  auto const total = std::max_element(longest_s.begin(), longest_s.end(), [](auto const& a, auto const& b) {
                       return a.second < b.second;
                     })->first;

  // A bar starts again with an epoch, and with a process.
  std::vector<std::vector<BarPoint>> bars;
  std::vector<std::pair<std::int64_t, int>> runs;  // epoch, segment
  int segment = 0;
  for (auto const& [run, point] : rank->second) {
    if (point.total != total) continue;
    bool const back = !runs.empty() &&
                      (run < runs.back().first || (run == runs.back().first && point.done < bars.back().back().done));
    if (back) ++segment;
    if (back || runs.empty() || run != runs.back().first) {
      bars.emplace_back();
      runs.emplace_back(run, segment);
    }
    bars.back().push_back(point);
  }

  std::size_t window_count = 0;
  for (auto const& bar : bars) window_count += windows(bar).size();
  log.smoothed = window_count < enough_windows;
  log.restarts = segment;
  for (std::size_t i = 0; i < bars.size(); ++i)
    for (auto const& reading : log.smoothed ? printed_rates(bars[i]) : windows(bars[i])) {
      LogStep step;
      step.iteration = runs[i].first * total + reading.iteration;
      step.segment = runs[i].second;
      step.*time = reading.time_s;
      log.steps.push_back(std::move(step));
    }
}

}  // namespace hpcadvise::advisor::logs
