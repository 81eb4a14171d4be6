// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is known of the software that will run the job.

#include "advisor/framework.hpp"

namespace hpcadvise::advisor {

struct EstimateOptions {
  FrameworkKind framework = FrameworkKind::unknown;
  bool flash_attention = true;
};

}  // namespace hpcadvise::advisor
