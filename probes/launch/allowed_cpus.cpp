// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/allowed_cpus.hpp"

#include "probes/discovery/cpu_list.hpp"

namespace hpcadvise::probes {

cpu_set_t allowed_cpus(std::string_view list) {
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  for (int const cpu : parse_cpu_list(list))
    if (cpu < CPU_SETSIZE) CPU_SET(cpu, &wanted);
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return allowed;
  CPU_AND(&wanted, &wanted, &allowed);
  return CPU_COUNT(&wanted) > 0 ? wanted : allowed;
}

}  // namespace hpcadvise::probes
