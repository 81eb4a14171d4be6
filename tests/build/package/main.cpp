// SPDX-License-Identifier: Apache-2.0
// One call into each installed library, so that its header is found and its archive links.
#include "advisor/parallel_plan.hpp"
#include "probes/probe.hpp"
#include "profiles/units.hpp"

int main() {
  using namespace hpcadvise;
  bool const plan_is_read = advisor::parallel_plan_from_text("tp=2,dp=4,global_batch=8").device_count() == 8;
  bool const probes_are_listed = probes::find_probe("gemm") != nullptr;
  bool const sizes_are_printed = profiles::format_bytes(64.0 * 1024 * 1024 * 1024) == "64.0 GiB";
  return plan_is_read && probes_are_listed && sizes_are_printed ? 0 : 1;
}
