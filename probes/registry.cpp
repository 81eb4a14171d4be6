// SPDX-License-Identifier: Apache-2.0
#include "probes/attention_probe.hpp"
#include "probes/collective_probe.hpp"
#include "probes/gemm_probe.hpp"
#include "probes/launch_probe.hpp"
#include "probes/link_probe.hpp"
#include "probes/memory_probe.hpp"
#include "probes/overlap_probe.hpp"
#include "probes/probe.hpp"
#include "probes/sustained_probe.hpp"

#include <algorithm>
#include <array>

namespace hpcadvise::probes {

std::span<Probe const> all_probes() {
  static constexpr std::array rows{
      Probe{.name = "gemm",
            .summary = "matrix multiply rate against shape, own kernel and vendor BLAS",
            .primary_rate = "flops_per_s",
            .candidates = gemm_candidates,
            .group_by = {"provider", "precision"},
            .shape = gemm_shape_text,
            .per_turn = 2,
            .with_siblings = true},
      Probe{.name = "memory",
            .summary = "sustained bandwidth of each level of memory",
            .primary_rate = "bytes_per_s",
            .candidates = memory_candidates,
            .group_by = {"level", "kernel"},
            .with_siblings = true},
      Probe{.name = "attention",
            .summary = "fused attention rate, forward and backward",
            .primary_rate = "flops_per_s",
            .candidates = attention_candidates,
            .group_by = {"direction", "causal"},
            .shape = attention_shape_text,
            .with_siblings = true},
      Probe{.name = "launch",
            .summary = "overhead of starting a kernel",
            .candidates = launch_candidates,
            .group_by = {"kind"}},
      Probe{.name = "collective",
            .summary = "collectives against message size, by MPI or between GPUs",
            .primary_rate = "bus_bytes_per_s",
            .candidates = collective_candidates,
            .group_by = {"provider", "operation", "placement"},
            .shape = collective_shape_text,
            .per_turn = 2},
      Probe{.name = "overlap",
            .summary = "how much of a collective goes on unseen beside matrix multiplications",
            .primary_rate = "hidden_share",
            .candidates = overlap_candidates,
            .group_by = {"provider", "operation", "placement"},
            .shape = overlap_shape_text,
            .needs = "two MPI ranks of two cores each, or two GPUs with NCCL or RCCL",
            .repeated = false},
      Probe{.name = "link",
            .summary = "copies between a GPU, the host's memory and its peers",
            .primary_rate = "bytes_per_s",
            .candidates = link_candidates,
            .group_by = {"direction", "memory"},
            .needs = "a GPU"},
      Probe{.name = "sustained",
            .summary = "the rate and the energy of a matrix multiply that goes on for half a minute",
            .primary_rate = "flops_per_s",
            .candidates = sustained_candidates,
            .group_by = {"provider", "precision"},
            .repeated = false},
  };
  return rows;
}

Probe const* find_probe(std::string_view name) {
  for (Probe const& probe : all_probes())
    if (probe.name == name) return &probe;
  return nullptr;
}

bool has_provider(PlanContext const& context, std::string_view provider) {
  return std::find(context.providers.begin(), context.providers.end(), provider) != context.providers.end();
}

}  // namespace hpcadvise::probes
