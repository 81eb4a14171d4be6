// SPDX-License-Identifier: Apache-2.0
#include "advisor/long_sequence.hpp"

#include "profiles/error.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

namespace hpcadvise::advisor {

std::string fit_positions(TrainingJob& job) {
  auto const count = [](std::int64_t tokens) { return profiles::format_count(static_cast<double>(tokens)); };
  auto& model = job.model;
  auto const published = model.max_sequence_length;
  if (published == 0 || job.sequence_length <= published) return {};

  if (model.positions == PositionKind::rotary)
    return fmt::format(
        "the published weights of {} reach sequences of {}: for {} they need scaled rotary positions (rope scaling) "
        "and "
        "training on long text",
        model.name, count(published), count(job.sequence_length));
  if (model.positions != PositionKind::learned) return {};

  if (job.fine_tuning)
    throw profiles::UsageError(
        fmt::format("--sequence-length {}: {} has learned positions for {} tokens, and no others were trained",
                    job.sequence_length, model.name, count(published)),
        fmt::format("Give --sequence-length {} or less, or a model with rotary positions or ALiBi.", published));
  model.max_sequence_length = job.sequence_length;
  return fmt::format(
      "{} was published with learned positions for {} tokens: here it has {}, which its configuration has to say "
      "(n_positions, --max-position-embeddings)",
      model.name, count(published), count(job.sequence_length));
}

}  // namespace hpcadvise::advisor
