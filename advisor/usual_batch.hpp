// SPDX-License-Identifier: Apache-2.0
#pragma once

// The global batch of a job that states none.

#include "advisor/estimate_options.hpp"
#include "advisor/machine.hpp"
#include "advisor/model_spec.hpp"

#include <cstdint>

namespace hpcadvise::advisor {

// What such a batch is near to.
enum class BatchBasis { tokens, critical, fine_tuning };

struct UsualBatch {
  std::int64_t sequences = 1;
  bool is_usual = true;  // false: no plan on these devices divides what is usual, this comes nearest
  BatchBasis basis = BatchBasis::tokens;
};

// 4 M tokens, or the critical batch where that is smaller; to fine-tune 64 sequences; whatever the number of devices.
// Within a quarter of that, so that a large data-parallel size that some plan of this framework has on these devices,
// if possible without a pipeline, divides it, and what is left for a rank divides again: a power of two, times at
// most 7. Where no plan can have so many devices the batch is as usual. The job's own global batch means nothing.
UsualBatch usual_global_batch(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                              EstimateOptions const& options);

}  // namespace hpcadvise::advisor
