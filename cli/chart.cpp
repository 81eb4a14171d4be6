// SPDX-License-Identifier: Apache-2.0
#include "cli/chart.hpp"

#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace hpcadvise::cli {
namespace {

constexpr std::array<std::string_view, 9> eighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
constexpr int label_width = 13;

// A logarithmic axis over whole decades of its data.
struct LogAxis {
  double low;   // log10
  double high;  // log10
  int cells;

  int cell(double value) const {
    double const position = (std::log10(value) - low) / (high - low);
    return std::clamp(int(std::lround(position * (cells - 1))), 0, cells - 1);
  }
  double value(int cell_index) const { return std::pow(10.0, low + (high - low) * cell_index / (cells - 1)); }
};

}  // namespace

std::string bar(Terminal const& terminal, double fraction, int width) {
  double const clamped = std::isfinite(fraction) ? std::clamp(fraction, 0.0, 1.0) : 0.0;
  if (!terminal.unicode) return std::string(std::size_t(std::lround(clamped * width)), '#');
  int const filled = int(std::lround(clamped * width * 8));
  std::string result;
  for (int i = 0; i < filled / 8; ++i) result += eighths[8];
  result += eighths[std::size_t(filled % 8)];
  return result;
}

std::string roofline(double peak_flops_per_s, double bytes_per_s, std::vector<RooflinePoint> const& points, int width,
                     int height) {
  double const ridge = peak_flops_per_s / bytes_per_s;
  double least_intensity = ridge / 10;
  double most_intensity = ridge * 10;
  double least_rate = peak_flops_per_s / 10;
  for (auto const& point : points) {
    least_intensity = std::min(least_intensity, point.flops_per_byte);
    most_intensity = std::max(most_intensity, point.flops_per_byte);
    least_rate = std::min(least_rate, point.flops_per_s);
  }
  least_rate = std::min(least_rate, least_intensity * bytes_per_s);
  LogAxis const x{std::floor(std::log10(least_intensity)), std::ceil(std::log10(most_intensity)),
                  std::max(10, width - label_width)};
  LogAxis const y{std::log10(least_rate), std::log10(peak_flops_per_s), height};

  std::vector<std::string> grid(std::size_t(height), std::string(std::size_t(x.cells), ' '));
  auto const put = [&](int column, int row, char mark) {
    grid[std::size_t(height - 1 - row)][std::size_t(column)] = mark;
  };
  for (int column = 0; column < x.cells; ++column) {
    double const slope = x.value(column) * bytes_per_s;
    put(column, y.cell(std::min(peak_flops_per_s, slope)), slope < peak_flops_per_s ? '/' : '-');
  }
  for (auto const& point : points) put(x.cell(point.flops_per_byte), y.cell(point.flops_per_s), point.mark);

  std::string result;
  for (int line = 0; line < height; ++line) {
    bool const labelled = line == 0 || line == height / 2 || line == height - 1;
    std::string const label = labelled ? profiles::format_flops_per_s(y.value(height - 1 - line)) : "";
    std::string row = fmt::format("{:>{}} |{}", label, label_width - 2, grid[std::size_t(line)]);
    row.erase(row.find_last_not_of(' ') + 1);
    result += row + '\n';
  }
  std::string ticks(std::size_t(x.cells), ' ');
  for (int decade = int(x.low); decade <= int(x.high); ++decade) {
    std::string const label = decade >= 0 ? fmt::format("{:.0f}", std::pow(10.0, decade)) : fmt::format("1e{}", decade);
    auto const column = std::size_t(x.cell(std::pow(10.0, decade)));
    auto const start = std::min(column, ticks.size() - std::min(ticks.size(), label.size()));
    ticks.replace(start, label.size(), label);
  }
  result += fmt::format("{:>{}}{}\n", "FLOP a byte ", label_width, ticks);
  return result;
}

}  // namespace hpcadvise::cli
