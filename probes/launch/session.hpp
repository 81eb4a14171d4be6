// SPDX-License-Identifier: Apache-2.0
#pragma once

// The processes of a session, by /proc.

#include <sys/types.h>

#include <vector>

namespace hpcadvise::probes {

// Those that still run; zombies are not.
std::vector<pid_t> processes_of_session(pid_t session);

}  // namespace hpcadvise::probes
