// SPDX-License-Identifier: Apache-2.0
#include "advisor/memory_verdict.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise::advisor;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr double gib = 1024.0 * 1024.0 * 1024.0;

// Of 100 GiB.
MemoryEstimate memory_of(double tensors_gib, double fragmentation_gib) {
  MemoryEstimate memory;
  memory.activations_bytes = tensors_gib * gib;
  memory.fragmentation_bytes = fragmentation_gib * gib;
  memory.capacity_bytes = 100 * gib;
  return memory;
}

}  // namespace

TEST_CASE("Memory is judged by what is left, what may not be, and what must be given back", "[memory]") {
  CHECK(memory_verdict(memory_of(80, 9)) == MemoryVerdict::roomy);
  CHECK(memory_verdict(memory_of(90, 9)) == MemoryVerdict::crowded);
  CHECK(memory_verdict(memory_of(93, 9)) == MemoryVerdict::tight);  // 0.7 of the 9 stay
  CHECK(memory_verdict(memory_of(94, 9)) == MemoryVerdict::too_large);
}

TEST_CASE("What is no promise says how near it is, in least and in most", "[memory]") {
  CHECK(memory_caveat(memory_of(80, 9)).empty());
  CHECK_THAT(memory_caveat(memory_of(90, 9)), ContainsSubstring("fills 99.0 %") && ContainsSubstring("off by 12 %"));
  CHECK_THAT(memory_caveat(memory_of(93, 9)), ContainsSubstring("99.3 GiB at least, and 102 GiB with all"));
  CHECK_THAT(memory_caveat(memory_of(100, 10)),
             ContainsSubstring("10.0 GiB too much, and needs 107 GiB at least; the largest part is activations"));
}
