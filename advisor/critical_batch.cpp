// SPDX-License-Identifier: Apache-2.0
#include "advisor/critical_batch.hpp"

#include <cmath>
#include <limits>

namespace hpcadvise::advisor {

bool has_critical_batch(TrainingJob const& job) {
  double const step_tokens = static_cast<double>(job.global_batch) * static_cast<double>(job.sequence_length);
  return !job.fine_tuning && job.tokens.value_or(step_tokens) >= step_tokens;
}

double kaplan_loss(double parameters, double tokens) {
  constexpr double parameter_exponent = 0.076;
  constexpr double token_exponent = 0.103;
  constexpr double critical_parameters = 6.4e13;
  constexpr double critical_tokens = 1.8e13;
  return std::pow(
      std::pow(critical_parameters / parameters, parameter_exponent / token_exponent) + critical_tokens / tokens,
      token_exponent);
}

double critical_batch_tokens(double loss) {
  constexpr double scale_tokens = 2.1e8;
  constexpr double exponent = 0.21;
  return scale_tokens / std::pow(loss, 1 / exponent);
}

double critical_batch_tokens(TrainingJob const& job) {
  auto const count = count_parameters(job.model);
  double const parameters = count.total - count.embedding - count.lm_head;
  return critical_batch_tokens(kaplan_loss(parameters, job.tokens.value_or(std::numeric_limits<double>::infinity())));
}

double tokens_to_same_loss(double tokens, double from, double to, double critical) {
  return tokens * (1 + to / critical) / (1 + from / critical);
}

double learning_rate_factor(Optimizer optimizer, double growth) {
  return is_adam(optimizer) ? std::sqrt(growth) : growth;
}

}  // namespace hpcadvise::advisor
