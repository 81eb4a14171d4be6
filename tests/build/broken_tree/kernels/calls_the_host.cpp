// SPDX-License-Identifier: Apache-2.0
#include <Kokkos_Core.hpp>

#include <cstdio>

static void host_function() { std::puts("on the host"); }

struct CallsTheHost {
  KOKKOS_FUNCTION void operator()(int) const { host_function(); }
};

void enqueue() { Kokkos::parallel_for(Kokkos::RangePolicy<Kokkos::DefaultExecutionSpace>(0, 1), CallsTheHost{}); }
