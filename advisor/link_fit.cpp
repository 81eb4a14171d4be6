// SPDX-License-Identifier: Apache-2.0
#include "advisor/link_fit.hpp"

#include "advisor/least_squares.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
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
