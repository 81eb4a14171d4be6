// SPDX-License-Identifier: Apache-2.0
#include "score.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>

namespace hpcadvise::validation {
namespace {

constexpr double tenth_percentile = 1.2816;  // of the normal distribution, in sigmas
constexpr double worth_telling_apart = 0.05;

std::string problem_of(Case const& each) {
  auto const& run = *each.row.run;
  auto const& model = run.job.model;
  return fmt::format("{} {} {} {} {} {} {} {} {}", each.row.source_group, each.row.device, run.plan.device_count(),
                     model.layer_count, model.hidden_size, model.head_count, run.job.sequence_length,
                     run.plan.global_batch, profiles::to_string(run.job.precision));
}

}  // namespace

std::string source_of(Case const& each) { return each.row.source_group; }
std::string device_of(Case const& each) { return each.row.device; }

double median(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  std::size_t const middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double mean(std::vector<double> const& values) {
  double sum = 0;
  for (double const value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double error_of(double log_residual) { return std::abs(std::expm1(log_residual)); }

Errors errors_of(std::vector<double> const& residuals, std::vector<double> const& log_sigmas) {
  std::vector<double> errors;
  double inside = 0;
  double squares = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    errors.push_back(error_of(residuals[i]));
    inside += std::abs(residuals[i]) <= tenth_percentile * log_sigmas[i] ? 1 : 0;
    squares += residuals[i] * residuals[i];
  }
  auto const count = static_cast<double>(residuals.size());
  return {residuals.size(), median(errors), mean(errors), mean(residuals), std::sqrt(squares / count), inside / count};
}

std::vector<GroupErrors> errors_by(std::vector<Case> const& cases, std::vector<double> const& residuals,
                                   std::vector<double> const& log_sigmas, KeyOf const& key_of) {
  std::map<std::string, std::pair<std::vector<double>, std::vector<double>>> groups;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    auto& [errors, sigmas] = groups[key_of(cases[i])];
    errors.push_back(residuals[i]);
    sigmas.push_back(log_sigmas[i]);
  }
  std::vector<GroupErrors> result;
  for (auto const& [name, group] : groups) result.push_back({name, errors_of(group.first, group.second)});
  return result;
}

double median_over_sources(std::vector<Case> const& cases, std::vector<double> const& residuals,
                           std::vector<double> const& sigmas) {
  std::vector<double> medians;
  for (auto const& group : errors_by(cases, residuals, sigmas, source_of)) medians.push_back(group.errors.median);
  return median(medians);
}

double inside_over_sources(std::vector<Case> const& cases, std::vector<double> const& residuals,
                           std::vector<double> const& sigmas) {
  std::vector<double> shares;
  for (auto const& group : errors_by(cases, residuals, sigmas, source_of)) shares.push_back(group.errors.inside_share);
  return mean(shares);
}

std::vector<double> log_sigmas(std::vector<Case> const& cases, advisor::FittedConstants const& fitted) {
  std::vector<double> result;
  for (Case const& each : cases) {
    auto const& run = *each.row.run;
    auto const machine = advisor::machine_of(run.machine, fitted);
    result.push_back(advisor::estimate_step(run.job, run.plan, machine, run.options).log_sigma);
  }
  return result;
}

MemoryScore memory_score(std::vector<advisor::RunResult> const& rows) {
  MemoryScore score;
  std::vector<double> errors;
  std::map<advisor::PeakKind, std::vector<double>> log_ratios;
  constexpr double gib = 1 << 30;
  for (auto const& row : rows) {
    if (!row.run) continue;
    auto const& run = *row.run;
    auto const memory = advisor::estimate_memory(run.job, run.plan, advisor::machine_of(run.machine), run.options);
    if (row.measured_memory_gib) {
      double const ratio = advisor::peak_bytes(memory, row.measured_memory_kind) / gib / *row.measured_memory_gib;
      errors.push_back(std::abs(ratio - 1));
      if (ratio * 1.1 < 1) ++score.a_tenth_higher;
      log_ratios[row.measured_memory_kind].push_back(std::log(ratio));
    }
    bool const out_of_memory = row.measured_out_of_memory.value_or(false);
    if (!out_of_memory && !advisor::ran(row)) continue;
    bool const stated =
        !out_of_memory && std::find(row.assumed.begin(), row.assumed.end(), "recompute") == row.assumed.end();
    (out_of_memory ? score.out_of_memory : score.ran) += 1;
    score.stated += stated ? 1 : 0;
    if (memory.fits()) continue;
    (out_of_memory ? score.out_of_memory_called : score.ran_but_called_infeasible) += 1;
    score.stated_but_called_infeasible += stated ? 1 : 0;
  }
  score.peak_count = errors.size();
  score.median_error = median(errors);
  for (auto const& [kind, ratios] : log_ratios) {
    std::vector<double> of_kind;
    for (double const ratio : ratios) of_kind.push_back(error_of(ratio));
    score.by_kind.push_back({kind, ratios.size(), median(of_kind), mean(ratios)});
  }
  return score;
}

OrderScore order_score(std::vector<Case> const& cases, std::vector<double> const& residuals) {
  struct Plan {
    std::string text;
    double measured_s;
    double predicted_s;
  };
  std::map<std::string, std::vector<Plan>> problems;
  for (std::size_t i = 0; i < cases.size(); ++i)
    problems[problem_of(cases[i])].push_back(
        {advisor::to_text(cases[i].row.run->plan), cases[i].measured_s, cases[i].measured_s * std::exp(residuals[i])});
  OrderScore score;
  double right = 0;
  std::vector<double> regrets;
  for (auto const& [problem, plans] : problems) {
    if (plans.size() < 2) continue;
    for (std::size_t i = 0; i < plans.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        double const apart = std::abs(std::log(plans[i].measured_s / plans[j].measured_s));
        if (plans[i].text == plans[j].text || apart <= std::log1p(worth_telling_apart)) continue;
        ++score.pairs;
        bool const measured = plans[i].measured_s < plans[j].measured_s;
        right += measured == (plans[i].predicted_s < plans[j].predicted_s) ? 1 : 0;
      }
    }
    auto const by_predicted = [](Plan const& left, Plan const& other) { return left.predicted_s < other.predicted_s; };
    auto const by_measured = [](Plan const& left, Plan const& other) { return left.measured_s < other.measured_s; };
    double const chosen_s = std::min_element(plans.begin(), plans.end(), by_predicted)->measured_s;
    double const best_s = std::min_element(plans.begin(), plans.end(), by_measured)->measured_s;
    regrets.push_back(chosen_s / best_s - 1);
  }
  score.right_share = right / static_cast<double>(score.pairs);
  score.problems = regrets.size();
  score.median_regret = median(regrets);
  score.mean_regret = mean(regrets);
  return score;
}

}  // namespace hpcadvise::validation
