// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a kernel wrote, where the host can read it: checks are worked out there, in higher precision than a device has.

#include <Kokkos_Core.hpp>

namespace hpcadvise::probes::runner {

// The view itself where the host reaches its memory. Fences.
template <class View>
auto host_copy(View const& view) {
  return Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace{}, view);
}

}  // namespace hpcadvise::probes::runner
