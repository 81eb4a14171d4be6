// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/measure_launch.hpp"

#include "kernels/launch.hpp"
#include "probes/runner/request.hpp"

namespace hpcadvise::probes::runner {

void measure_launch(SampleRequest const& request, Context const& context, profiles::Sample& sample) {
  if (request.provider != "kokkos")
    throw RequestError("this runner has no provider " + request.provider + " of launch");
  auto const& space = context.space;
  // On a host every thread has to be woken; a device starts one block as it starts many.
  int const width = kernels::on_device ? 1 : int(space.concurrency());
  auto const kind = word_of(request, "kind");
  if (kind == "parallel_for") {
    time_into(sample, context, request, [&] {
      kernels::launch_range(space, width);
      space.fence();
    });
  } else if (kind == "team") {
    time_into(sample, context, request, [&] {
      kernels::launch_teams(space, width);
      space.fence();
    });
  } else {
    throw RequestError("kind=" + kind + " is neither parallel_for nor team");
  }
}

}  // namespace hpcadvise::probes::runner
