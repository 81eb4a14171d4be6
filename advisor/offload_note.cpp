// SPDX-License-Identifier: Apache-2.0
#include "advisor/offload_note.hpp"

#include "profiles/units.hpp"

#include <fmt/format.h>

namespace hpcadvise::advisor {

std::string offload_note(StepEstimate const& estimate, std::optional<StepEstimate> const& on_device) {
  if (!on_device) return "the optimizer's state is in the host's memory: with it on the device nothing fits";
  return fmt::format(
      "the optimizer's state is in the host's memory, the price of which rests on no published run: with it on the "
      "device the fastest plan takes {} in place of {} ({})",
      profiles::format_seconds(on_device->step_time_s.median), profiles::format_seconds(estimate.step_time_s.median),
      to_text(on_device->plan));
}

}  // namespace hpcadvise::advisor
