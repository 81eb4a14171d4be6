// SPDX-License-Identifier: Apache-2.0
#include "advisor/link_fit.hpp"

#include "advisor/least_squares.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace hpcadvise::advisor {
namespace {

constexpr std::size_t fewest_sizes = 4;
constexpr double short_message_bytes = 64 * 1024;
constexpr double long_message_bytes = 16 * 1024 * 1024;
constexpr double largest_residual = 0.3;
// A ramp has two parameters more, and must be worth them.
constexpr double good_residual = 0.02;
constexpr double ramp_gain = 0.7;
// What the rate rises to beyond the longest message, over its rate: not further than a ramp of today's links would.
constexpr double largest_rise = 1.5;

struct Problem {
  std::vector<TimedMessage> messages;
  double largest_bytes;
  double wire_share;  // bytes through a device's link over those of the message
};

enum class Form { latency_and_ramp, ramp, latency };

// Least squares of t = latency + steady s + ramp s^(1 - exponent), s being the size over the largest, in relative
// errors: each equation is divided by its time. A form may leave out a term.
std::optional<LinkFit> fit_with(Problem const& problem, Form form, double exponent) {
  std::vector<double> constant, steady, ramp;
  for (auto const& message : problem.messages) {
    double const s = message.bytes / problem.largest_bytes;
    constant.push_back(1 / message.time_s);
    steady.push_back(s / message.time_s);
    ramp.push_back(std::pow(s, 1 - exponent) / message.time_s);
  }
  std::vector<std::vector<double>> columns{steady};
  if (form != Form::latency) columns.push_back(ramp);
  if (form != Form::ramp) columns.push_back(constant);
  auto const factors = least_squares(columns, std::vector<double>(steady.size(), 1.0));
  if (!factors || std::ranges::any_of(*factors, [](double factor) { return factor < 0; })) return std::nullopt;
  double const steady_s = factors->front();
  double const ramp_s = form == Form::latency ? 0 : (*factors)[1];
  double const latency_s = form == Form::ramp ? 0 : factors->back();
  if (steady_s <= 0 || ramp_s > (largest_rise - 1) * steady_s) return std::nullopt;
  LinkFit fit{.bytes_per_s = problem.wire_share * problem.largest_bytes / steady_s,
              .latency_s = latency_s,
              .half_rate_bytes = ramp_s > 0 ? problem.largest_bytes * std::pow(ramp_s / steady_s, 1 / exponent) : 0,
              .ramp_exponent = ramp_s > 0 ? exponent : 1,
              .residual = 0};
  for (std::size_t i = 0; i < steady.size(); ++i)
    fit.residual += std::pow(latency_s * constant[i] + steady_s * steady[i] + ramp_s * ramp[i] - 1, 2);
  fit.residual = std::sqrt(fit.residual / double(steady.size()));
  return fit;
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
  auto best = fit_with(problem, Form::latency, 1);
  if (best && best->residual <= good_residual) return best;
  double const to_beat = best ? ramp_gain * best->residual : largest_residual;
  for (int twentieths = 6; twentieths < 20; ++twentieths)
    for (auto const form : {Form::latency_and_ramp, Form::ramp})
      if (auto const fit = fit_with(problem, form, twentieths / 20.0);
          fit && fit->residual < to_beat && (!best || fit->residual < best->residual))
        best = fit;
  return best && best->residual <= largest_residual ? best : std::nullopt;
}

}  // namespace hpcadvise::advisor
