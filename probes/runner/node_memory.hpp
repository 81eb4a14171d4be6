// SPDX-License-Identifier: Apache-2.0
#pragma once

// Memory of the host whose pages lie on one NUMA node.

#include "probes/discovery/roots.hpp"

#include <cstdint>

namespace hpcadvise::probes::runner {

// A page lies where the thread ran that wrote it first: no library is needed, and no permission to bind memory.
class NodeMemory {
 public:
  // Whole pages, filled with random_bits(seed, i) from a core of that node. Throws RequestError when no core of the
  // node may be used, or when the kernel puts the pages elsewhere.
  NodeMemory(int numa_node, std::int64_t word_count, std::uint64_t seed, DiscoveryRoots const& roots = {});
  NodeMemory(NodeMemory const&) = delete;
  NodeMemory& operator=(NodeMemory const&) = delete;
  ~NodeMemory();

  std::uint64_t* words() const { return words_; }
  std::int64_t bytes() const { return bytes_; }

 private:
  void fill(int numa_node, std::int64_t word_count, std::uint64_t seed, DiscoveryRoots const& roots) const;

  std::int64_t bytes_;
  std::uint64_t* words_;
};

}  // namespace hpcadvise::probes::runner
