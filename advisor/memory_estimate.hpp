// SPDX-License-Identifier: Apache-2.0
#pragma once

// Memory on the fullest device, part by part.

#include "advisor/constants.hpp"
#include "advisor/estimate_options.hpp"
#include "advisor/machine.hpp"
#include "advisor/model_spec.hpp"
#include "advisor/parallel_plan.hpp"

#include <string_view>

namespace hpcadvise::advisor {

struct MemoryEstimate {
  double weights_bytes = 0;
  double gradients_bytes = 0;
  double optimizer_bytes = 0;
  double activations_bytes = 0;
  double logits_bytes = 0;
  double communication_bytes = 0;  // gathered parameters and buckets
  double runtime_bytes = 0;        // outside of the framework's allocator: the device runtime and its communicators
  double fragmentation_bytes = 0;  // of the framework's caching allocator
  double stream_pool_bytes = 0;    // of that, what it holds for one stream alone, and gives back when asked
  double capacity_bytes = 0;
  double host_bytes = 0;           // of a node's host: offloaded state of all its devices
  double host_capacity_bytes = 0;  // 0: not known

  double tensor_bytes() const {
    return weights_bytes + gradients_bytes + optimizer_bytes + activations_bytes + logits_bytes;
  }
  // What the framework's allocator gave out, and what it holds: torch.cuda's max_memory_allocated and _reserved.
  double allocated_bytes() const { return tensor_bytes() + communication_bytes; }
  double reserved_bytes() const { return allocated_bytes() + fragmentation_bytes; }
  // As the device's own tools show it.
  double total_bytes() const { return reserved_bytes() + runtime_bytes; }
  // What the allocator holds beyond tensors it gives back, in part, before it gives up.
  double needed_bytes() const {
    return total_bytes() - stream_pool_bytes -
           (1 - constants::fragmentation_kept.value) * (fragmentation_bytes - stream_pool_bytes);
  }
  bool fits_host() const { return host_capacity_bytes == 0 || host_bytes <= host_capacity_bytes; }
  // Whether it can be expected to run.
  bool fits() const { return needed_bytes() <= capacity_bytes && fits_host(); }
  // Whether it runs with all that the allocator likes to hold: what is advised.
  bool fits_undisturbed() const { return total_bytes() <= capacity_bytes && fits_host(); }
};

MemoryEstimate estimate_memory(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                               EstimateOptions const& options);

// The largest part, by name: what to cut first.
std::string_view largest_part(MemoryEstimate const& memory);

}  // namespace hpcadvise::advisor
