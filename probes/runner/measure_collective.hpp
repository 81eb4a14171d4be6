// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/runner/context.hpp"

#include <functional>
#include <optional>

namespace hpcadvise::probes::runner {

// A collective of all ranks, once made and found right.
struct ReadyCollective {
  std::function<void()> call;  // once more; communicator.fence() waits for it
  kernels::Communicator& communicator;
  double moved_bytes;  // by a call, message_bytes less what the ranks cannot share out evenly
  double bus_share;
};

// By the parameters operation, message_bytes, rank_count. Nothing where the answer was wrong, which the sample then
// says. Throws on all ranks alike: RequestError.
std::optional<ReadyCollective> ready_collective(SampleRequest const& request, Context const& context,
                                                profiles::Sample& sample);

// Throws what went wrong on any rank after its calls had returned.
void require_success(ReadyCollective const& collective, Context const& context);

// collective: operation, message_bytes, rank_count, placement. Rates: algorithm_bytes_per_s, bus_bytes_per_s. A message
// that the ranks cannot share out evenly is cut to the next length below; work_bytes is what was moved.
void measure_collective(SampleRequest const& request, Context const& context, profiles::Sample& sample);

}  // namespace hpcadvise::probes::runner
