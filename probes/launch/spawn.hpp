// SPDX-License-Identifier: Apache-2.0
#pragma once

// fork and exec with what posix_spawn lacks: a session of its own, and a death signal.

#include "probes/launch/child_process.hpp"

namespace hpcadvise::probes {

struct Spawned {
  pid_t pid = -1;
  int stdout_fd = -1;  // to read from, not blocking, closed on exec
  int stderr_fd = -1;
};

// No signal is blocked or ignored. Throws MachineError that names the program and the reason.
Spawned spawn(Command const& command);

}  // namespace hpcadvise::probes
