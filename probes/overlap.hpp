// SPDX-License-Identifier: Apache-2.0
#pragma once

// What matrix multiplications and collectives cost each other while both are under way, from how long they take alone
// and together.

#include "profiles/sample.hpp"

#include <cstdint>
#include <optional>

namespace hpcadvise::probes {

// Begun together; the pair is done when all of both are.
struct Pair {
  std::int64_t gemms = 1;
  std::int64_t collectives = 1;
};

// The smallest pairs in which the one kind takes at least `cover` times as long alone as the other, and so goes on
// until the other is done unless that is slowed down as much. By the times of one of each.
Pair pair_of_longer_gemms(double gemm_s, double collective_s, double cover);
Pair pair_of_longer_collectives(double gemm_s, double collective_s, double cover);

struct OverlapTimes {
  profiles::Timing gemm;        // one, alone
  profiles::Timing collective;  // one, alone
  Pair longer_gemms;
  profiles::Timing with_longer_gemms;  // of that pair
  Pair longer_collectives;
  profiles::Timing with_longer_collectives;
};

// Let a collective under way slow multiplications down a times, and these slow it down b times. Covered by longer
// multiplications, collectives that take C alone go on for b C, in which b C / a of the multiplications' time alone G
// is worked off: together both take G + C x, x = b (1 - 1 / a). Covered by longer collectives, in the same way, C + G
// y, y = a (1 - 1 / b). So a = (1 - x y) / (1 - x) and b = (1 - x y) / (1 - y).
struct Overlap {
  // 1 - x and 1 - y, of the time alone of what is covered: 1 is all of it; 0 too where both at once take longer than
  // one after the other.
  profiles::Rate hidden_share;
  profiles::Rate hidden_gemm_share;
  // a and b; 1: not at all. Nothing where both kinds take turns: that does not tell who waits.
  std::optional<profiles::Rate> gemm_slowdown;
  std::optional<profiles::Rate> collective_slowdown;
};
// Nothing where what should have been covered went on to the end of its pair.
std::optional<Overlap> overlap_of(OverlapTimes const& times);

}  // namespace hpcadvise::probes
