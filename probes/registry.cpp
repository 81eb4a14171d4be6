// SPDX-License-Identifier: Apache-2.0
#include "probes/probe.hpp"

namespace hpcadvise::probes {

std::span<Probe const> all_probes() { return {}; }

Probe const* find_probe(std::string_view name) {
  for (Probe const& probe : all_probes())
    if (probe.name == name) return &probe;
  return nullptr;
}

}  // namespace hpcadvise::probes
