// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/bench/fair_blas.hpp"

#include "kernels/vendor_blas.hpp"
#include "probes/discovery/processor.hpp"
#include "probes/openblas_core_type.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace hpcadvise::probes::runner {

void take_fair_blas(char** arguments) {
  constexpr char const* variable = "OPENBLAS_CORETYPE";
  if (std::getenv(variable)) return;
  profiles::HostSpec host;
  add_processor({}, host);
  for (auto const& library : kernels::vendor_blases()) {
    auto const core_type = core_type_to_set(host, library.name, library.version);
    if (!core_type) continue;
    fmt::print(stderr, "{}={} for this run: {} {} took kernels for an older CPU than this one\n", variable, *core_type,
               library.name, library.version);
    setenv(variable, core_type->c_str(), 1);
    execv("/proc/self/exe", arguments);
    // Only a failed execv returns; `against` then names the kernels that ran.
  }
}

}  // namespace hpcadvise::probes::runner
