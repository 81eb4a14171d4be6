// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>

#include <string_view>

namespace hpcadvise::probes {

// Of a list ("0-3,8") those that the calling thread may use; all that it may use where that leaves none.
cpu_set_t allowed_cpus(std::string_view list);

}  // namespace hpcadvise::probes
