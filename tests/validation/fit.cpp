// SPDX-License-Identifier: Apache-2.0
#include "fit.hpp"

#include "advisor/positive_definite.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <future>
#include <map>
#include <string>
#include <utility>

namespace hpcadvise::validation {
namespace {

using advisor::FittedConstants;
using advisor::FittedRow;
using Vector = std::vector<double>;

constexpr double huber_width = 0.10;     // residuals beyond it count linearly
constexpr double residual_sigma = 0.10;  // spread inside a source
constexpr double source_weight = 10;     // a source says as much as ten independent rows
constexpr double rows_of_a_full_source = 4;
constexpr double log_step = 1e-3;
constexpr int most_iterations = 12;
constexpr double converged = 1e-4;

std::vector<FittedRow const*> free_rows() {
  std::vector<FittedRow const*> rows;
  for (FittedRow const& row : advisor::fitted_rows())
    if (row.prior_log_sigma > 0) rows.push_back(&row);
  return rows;
}

Vector row_weights(std::vector<Case> const& cases) {
  std::map<std::string, double> rows;
  for (Case const& each : cases) ++rows[each.row.source_group];
  Vector weights;
  for (Case const& each : cases) {
    double const count = rows[each.row.source_group];
    weights.push_back(source_weight * std::min(1.0, count / rows_of_a_full_source) / count);
  }
  return weights;
}

double pseudo_huber_weight(double residual) {
  return 1 / std::sqrt(1 + residual * residual / (huber_width * huber_width));
}

}  // namespace

FittedConstants fit(std::vector<Case> const& cases, FittedConstants const& start) {
  auto const free = free_rows();
  auto const weights = row_weights(cases);
  FittedConstants constants = start;
  for (int iteration = 0; iteration < most_iterations; ++iteration) {
    auto const here = residuals(cases, constants);
    std::vector<Vector> slopes;
    for (FittedRow const* row : free) {
      FittedConstants moved = constants;
      moved.*row->value *= std::exp(log_step);
      auto slope = residuals(cases, moved);
      for (std::size_t i = 0; i < slope.size(); ++i) slope[i] = (slope[i] - here[i]) / log_step;
      slopes.push_back(std::move(slope));
    }
    std::vector<Vector> matrix(free.size(), Vector(free.size(), 0));
    Vector right(free.size(), 0);
    for (std::size_t a = 0; a < free.size(); ++a) {
      for (std::size_t i = 0; i < cases.size(); ++i) {
        double const weight = weights[i] * pseudo_huber_weight(here[i]) / (residual_sigma * residual_sigma);
        right[a] -= weight * slopes[a][i] * here[i];
        for (std::size_t b = 0; b <= a; ++b) matrix[a][b] += weight * slopes[a][i] * slopes[b][i];
      }
      double const precision = 1 / (free[a]->prior_log_sigma * free[a]->prior_log_sigma);
      right[a] -= precision * std::log(constants.*free[a]->value / free[a]->prior);
      matrix[a][a] += precision;
    }
    double largest = 0;
    auto const change = advisor::solved(advisor::cholesky(matrix), right);
    for (std::size_t a = 0; a < free.size(); ++a) {
      double const step = std::clamp(change[a], -0.3, 0.3);
      constants.*free[a]->value *= std::exp(step);
      largest = std::max(largest, std::abs(step));
    }
    if (largest < converged) break;
  }
  return constants;
}

bool of_same_source(Case const& row, Case const& predicted) {
  return row.row.source_group == predicted.row.source_group;
}
bool of_same_source_or_device(Case const& row, Case const& predicted) {
  return of_same_source(row, predicted) || row.row.device == predicted.row.device;
}

std::vector<double> residuals_leaving_out(Related related, std::vector<Case> const& cases,
                                          FittedConstants const& start) {
  using Places = std::vector<std::size_t>;
  std::map<std::pair<std::string, std::string>, Places> groups;
  for (std::size_t i = 0; i < cases.size(); ++i) groups[{cases[i].row.source_group, cases[i].row.device}].push_back(i);
  // Groups that leave the same rows out share a fit.
  std::map<Places, Places> folds;
  for (auto const& [name, places] : groups) {
    Places seen;
    for (std::size_t i = 0; i < cases.size(); ++i)
      if (!related(cases[i], cases[places.front()])) seen.push_back(i);
    auto& fold = folds[seen];
    fold.insert(fold.end(), places.begin(), places.end());
  }
  auto const chosen = [&](Places const& places) {
    std::vector<Case> result;
    for (std::size_t const place : places) result.push_back(cases[place]);
    return result;
  };
  std::vector<std::future<Vector>> errors;
  for (auto const& [seen, places] : folds)
    errors.push_back(std::async(std::launch::async, [&, seen = chosen(seen), predicted = chosen(places)] {
      return residuals(predicted, fit(seen, start));
    }));
  Vector result(cases.size(), 0);
  auto error = errors.begin();
  for (auto const& [seen, places] : folds) {
    auto const of_fold = (error++)->get();
    for (std::size_t i = 0; i < places.size(); ++i) result[places[i]] = of_fold[i];
  }
  return result;
}

}  // namespace hpcadvise::validation
