// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/node_memory.hpp"

#include "probes/discovery/cpu_list.hpp"
#include "probes/runner/inputs.hpp"
#include "probes/runner/request.hpp"

#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <future>
#include <new>
#include <optional>
#include <string>

namespace hpcadvise::probes::runner {
namespace {

std::string name_of(int numa_node) { return "NUMA node " + std::to_string(numa_node); }

// This thread alone. A kernel that knows no NUMA nodes has one memory, which every core is near to.
void run_on(int numa_node, DiscoveryRoots const& roots) {
  auto const nodes = roots.sys / "devices/system/node";
  if (numa_node == 0 && !std::filesystem::exists(nodes)) return;
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  auto const list = read_small_file(nodes / ("node" + std::to_string(numa_node)) / "cpulist");
  for (int const cpu : parse_cpu_list(list.value_or("")))
    if (cpu < CPU_SETSIZE) CPU_SET(cpu, &cpus);
  if (::sched_setaffinity(0, sizeof cpus, &cpus) != 0)
    throw RequestError("no core of " + name_of(numa_node) + " may be used");
}

// move_pages(2) without a destination tells where a page is. Nothing where it may not be asked.
std::optional<int> node_of(void* page) {
  int node = -1;
  if (::syscall(SYS_move_pages, 0, 1ul, &page, nullptr, &node, 0) != 0 || node < 0) return std::nullopt;
  return node;
}

}  // namespace

NodeMemory::NodeMemory(int numa_node, std::int64_t word_count, std::uint64_t seed, DiscoveryRoots const& roots)
    : bytes_(word_count * std::int64_t(sizeof(std::uint64_t))) {
  void* const pages = ::mmap(nullptr, std::size_t(bytes_), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  words_ = static_cast<std::uint64_t*>(pages);
  try {
    fill(numa_node, word_count, seed, roots);
  } catch (...) {
    ::munmap(words_, std::size_t(bytes_));
    throw;
  }
}

NodeMemory::~NodeMemory() { ::munmap(words_, std::size_t(bytes_)); }

void NodeMemory::fill(int numa_node, std::int64_t word_count, std::uint64_t seed, DiscoveryRoots const& roots) const {
  std::async(std::launch::async, [&] {
    run_on(numa_node, roots);
    for (std::int64_t i = 0; i < word_count; ++i) words_[i] = random_bits(seed, std::uint64_t(i));
  }).get();
  for (auto* const word : {words_, words_ + word_count / 2, words_ + word_count - 1})
    if (auto const node = node_of(word); node && *node != numa_node)
      throw RequestError("the kernel put memory for " + name_of(numa_node) + " on " + name_of(*node) +
                         ": it is full, or a memory policy is in force");
}

}  // namespace hpcadvise::probes::runner
