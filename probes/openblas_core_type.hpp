// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles/host_spec.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hpcadvise::probes {

// The value of OPENBLAS_CORETYPE that gives OpenBLAS kernels for this processor, where those that it took have no AVX
// and the processor has AVX2 or more. Nothing for another library, and where the variable would change nothing.
// `version` as runners tell it: "0.3.21 Prescott".
std::optional<std::string> core_type_to_set(profiles::HostSpec const& host, std::string_view library,
                                            std::string_view version);

}  // namespace hpcadvise::probes
