// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/registry.hpp"

#include "probes/runner/measure_attention.hpp"
#include "probes/runner/measure_collective.hpp"
#include "probes/runner/measure_gemm.hpp"
#include "probes/runner/measure_launch.hpp"
#include "probes/runner/measure_link.hpp"
#include "probes/runner/measure_memory.hpp"
#include "probes/runner/measure_overlap.hpp"
#include "probes/runner/measure_sustained.hpp"

#include <array>

namespace hpcadvise::probes::runner {

std::span<Measurer const> all_measurers() {
  static constexpr std::array rows{
      Measurer{"gemm", measure_gemm},
      Measurer{"attention", measure_attention},
      Measurer{"memory", measure_memory},
      Measurer{"launch", measure_launch},
      Measurer{"collective", measure_collective},
      Measurer{"overlap", measure_overlap},
      Measurer{"link", measure_link},
      Measurer{"sustained", measure_sustained},
  };
  return rows;
}

Measurer const* find_measurer(std::string_view probe) {
  for (Measurer const& measurer : all_measurers())
    if (measurer.probe == probe) return &measurer;
  return nullptr;
}

}  // namespace hpcadvise::probes::runner
