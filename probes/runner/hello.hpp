// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who measures here, with what.

#include "probes/protocol.hpp"
#include "probes/runner/context.hpp"

#include <string>

namespace hpcadvise::probes::runner {

HelloEvent hello(std::string const& runner_name, Context const& context);

}  // namespace hpcadvise::probes::runner
