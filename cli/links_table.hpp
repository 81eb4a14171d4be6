// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/table.hpp"
#include "profiles/machine_profile.hpp"

namespace hpcadvise::cli {

// What long copies between the GPUs of a node and the host reach, in GB/s: a row a GPU that copies, a column where to,
// and the host's pinned memory from and to, of its best NUMA node. No rows where fewer than two GPUs have links.
Table links_table(profiles::MachineProfile const& profile);

}  // namespace hpcadvise::cli
