// SPDX-License-Identifier: Apache-2.0
#include "advisor/link_fit.hpp"

#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace hpcadvise::advisor {
namespace {

using profiles::Sample;

constexpr std::size_t fewest_sizes = 4;
constexpr double short_message_bytes = 64 * 1024;
constexpr double long_message_bytes = 16 * 1024 * 1024;
constexpr double largest_residual = 0.3;
// A ramp has two parameters more, and must be worth them.
constexpr double good_residual = 0.02;
constexpr double ramp_gain = 0.7;
// What the rate rises to beyond the longest message, over its rate: not further than a ramp of today's links would.
constexpr double largest_rise = 1.5;

// t = latency + s + s^(1 - exponent), each with a factor; s is the size over the largest.
constexpr std::size_t term_count = 3;
using Terms = std::array<double, term_count>;

// Least squares by Cholesky's factors of the normal equations, over the columns that are `used`, of rows that are to
// give 1. Nothing where they are not independent.
std::optional<Terms> least_squares(std::vector<Terms> const& rows, std::vector<std::size_t> const& used) {
  std::size_t const n = used.size();
  std::array<Terms, term_count> a{};
  Terms x{};
  for (auto const& row : rows)
    for (std::size_t i = 0; i < n; ++i) {
      x[i] += row[used[i]];
      for (std::size_t j = 0; j <= i; ++j) a[i][j] += row[used[i]] * row[used[j]];
    }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double const diagonal = a[i][i];
      for (std::size_t k = 0; k < j; ++k) a[i][j] -= a[i][k] * a[j][k];
      if (i != j) {
        a[i][j] /= a[j][j];
      } else if (a[i][i] > 1e-12 * diagonal) {
        a[i][i] = std::sqrt(a[i][i]);
      } else {
        return std::nullopt;
      }
    }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) x[i] -= a[i][k] * x[k];
    x[i] /= a[i][i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) x[i] -= a[k][i] * x[k];
    x[i] /= a[i][i];
  }
  Terms result{};
  for (std::size_t i = 0; i < n; ++i) result[used[i]] = x[i];
  return result;
}

struct Problem {
  std::vector<TimedMessage> messages;
  double largest_bytes;
  double wire_share;  // bytes through a device's link over those of the message
};

std::optional<LinkFit> fit_with(Problem const& problem, double exponent, std::vector<std::size_t> const& used) {
  std::vector<Terms> rows;
  for (auto const& message : problem.messages) {
    double const s = message.bytes / problem.largest_bytes;
    rows.push_back({1 / message.time_s, s / message.time_s, std::pow(s, 1 - exponent) / message.time_s});
  }
  auto const terms = least_squares(rows, used);
  if (!terms || (*terms)[1] <= 0 || std::ranges::any_of(*terms, [](double term) { return term < 0; }))
    return std::nullopt;
  auto const [latency_s, steady_s, ramp_s] = *terms;
  if (ramp_s > (largest_rise - 1) * steady_s) return std::nullopt;
  LinkFit fit{.bytes_per_s = problem.wire_share * problem.largest_bytes / steady_s,
              .latency_s = latency_s,
              .half_rate_bytes = ramp_s > 0 ? problem.largest_bytes * std::pow(ramp_s / steady_s, 1 / exponent) : 0,
              .ramp_exponent = ramp_s > 0 ? exponent : 1,
              .residual = 0};
  for (auto const& row : rows) {
    double const error = latency_s * row[0] + steady_s * row[1] + ramp_s * row[2] - 1;
    fit.residual += error * error / double(rows.size());
  }
  fit.residual = std::sqrt(fit.residual);
  return fit;
}

// The bus rate of each message size among all devices of a node, and the time.
struct MeasuredMessage {
  double time_s;
  double bus_bytes_per_s;
};
std::map<std::int64_t, MeasuredMessage> among_all(profiles::MachineProfile const& profile, std::string_view provider,
                                                  std::string_view operation, std::int64_t device_count) {
  std::map<std::int64_t, MeasuredMessage> result;
  for (Sample const& sample : profile.samples) {
    if (sample.probe != "collective" || sample.provider != provider || sample.status != profiles::SampleStatus::ok ||
        !sample.timing || sample.timing->median_s <= 0 ||
        profiles::text_parameter(sample.parameters, "operation") != operation ||
        profiles::text_parameter(sample.parameters, "placement") != "node" ||
        profiles::integer_parameter(sample.parameters, "rank_count") != device_count)
      continue;
    auto const bytes = profiles::integer_parameter(sample.parameters, "message_bytes");
    auto const rate = sample.rates.find("bus_bytes_per_s");
    if (bytes && *bytes > 0 && rate != sample.rates.end())
      result[*bytes] = {sample.timing->median_s, rate->second.median};
  }
  return result;
}

// What the others reach of an all-reduce's rate, at the longest message that both were measured at.
std::optional<double> gather_share(std::map<std::int64_t, MeasuredMessage> const& all_reduces,
                                   std::map<std::int64_t, MeasuredMessage> const& all_gathers) {
  for (auto gather = all_gathers.rbegin(); gather != all_gathers.rend(); ++gather)
    if (auto const reduce = all_reduces.find(gather->first); reduce != all_reduces.end() &&
                                                             double(gather->first) >= long_message_bytes &&
                                                             reduce->second.bus_bytes_per_s > 0)
      return gather->second.bus_bytes_per_s / reduce->second.bus_bytes_per_s;
  return std::nullopt;
}

}  // namespace

std::optional<LinkFit> fit_link(std::vector<TimedMessage> const& all_reduces, std::int64_t rank_count) {
  std::set<double> sizes;
  for (auto const& message : all_reduces) sizes.insert(message.bytes);
  if (rank_count < 2 || sizes.size() < fewest_sizes || *sizes.begin() > short_message_bytes ||
      *sizes.rbegin() < long_message_bytes)
    return std::nullopt;
  auto const ranks = static_cast<double>(rank_count);
  Problem const problem{all_reduces, *sizes.rbegin(), 2 * (ranks - 1) / ranks};
  auto best = fit_with(problem, 1, {0, 1});
  if (best && best->residual <= good_residual) return best;
  double const to_beat = best ? ramp_gain * best->residual : largest_residual;
  for (int twentieths = 6; twentieths < 20; ++twentieths)
    for (auto const& used : {std::vector<std::size_t>{0, 1, 2}, {1, 2}})
      if (auto const fit = fit_with(problem, twentieths / 20.0, used);
          fit && fit->residual < to_beat && (!best || fit->residual < best->residual))
        best = fit;
  return best && best->residual <= largest_residual ? best : std::nullopt;
}

MeasuredLink measured_node_link(profiles::MachineProfile const& profile, std::int64_t device_count) {
  for (std::string_view const provider : {"nccl", "rccl"}) {
    auto const all_reduces = among_all(profile, provider, "all_reduce", device_count);
    if (all_reduces.empty()) continue;
    std::vector<TimedMessage> messages;
    for (auto const& [bytes, measured] : all_reduces) messages.push_back({double(bytes), measured.time_s});
    auto const fit = fit_link(messages, device_count);
    if (!fit)
      return {std::nullopt,
              fmt::format("links in the node: as described; {} measured by {} are too few, or follow no "
                          "curve that could stand for them",
                          profiles::format_counted(messages.size(), "size of an all-reduce", "sizes of an all-reduce"),
                          provider)};
    LinkRates link{.bytes_per_s_per_device = fit->bytes_per_s,
                   .latency_s = fit->latency_s,
                   .half_rate_bytes = fit->half_rate_bytes,
                   .gather_share = 1,
                   .ramp_exponent = fit->ramp_exponent,
                   .origin = profiles::Origin::measured,
                   .source = fmt::format("profile '{}', all-reduce of {}", profile.name, provider)};
    link.gather_share = gather_share(all_reduces, among_all(profile, provider, "all_gather", device_count)).value_or(1);
    auto note = fmt::format("links in the node: all-reduces of {} by {}, {} a device; fitted within {}",
                            profiles::format_counted(messages.size(), "size"), provider,
                            profiles::format_bytes_per_s(link.bytes_per_s_per_device),
                            profiles::format_ratio_as_percent(fit->residual));
    return {std::move(link), std::move(note)};
  }
  return {};
}

}  // namespace hpcadvise::advisor
