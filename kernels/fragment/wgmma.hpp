// SPDX-License-Identifier: Apache-2.0
#pragma once

// NVIDIA's wgmma of sm_90, in code for sm_90a: four warps side by side, a warpgroup, multiply matrices that lie in the
// block's memory (PTX ISA, "Asynchronous Warpgroup Level Matrix Multiply-Accumulate Instructions"). It is asynchronous:
// until a warpgroup has waited for the group of products that it was committed with, nobody may touch its sums or write
// over its operands.

#include "kernels/fragment/device_function.hpp"
#include "kernels/fragment/load_matrix.hpp"
#include "kernels/fragment/matrix_descriptor.hpp"
#include "kernels/fragment/number_formats.hpp"
#include "kernels/fragment/registers.hpp"

#include <type_traits>

namespace hpcadvise::kernels {

#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
#define HPCADVISE_HAS_WGMMA 1
#else
#define HPCADVISE_HAS_WGMMA 0
#endif

#if HPCADVISE_HAS_WGMMA
// Ten operands whose numbers begin with `tens`; a lane's 64 and 128 sums as operands, and their numbers.
#define HPCADVISE_TEN(tens) \
  "%" tens "0,%" tens "1,%" tens "2,%" tens "3,%" tens "4,%" tens "5,%" tens "6,%" tens "7,%" tens "8,%" tens "9"
#define HPCADVISE_NUMBERS_60 \
  HPCADVISE_TEN("")          \
  "," HPCADVISE_TEN("1") "," HPCADVISE_TEN("2") "," HPCADVISE_TEN("3") "," HPCADVISE_TEN("4") "," HPCADVISE_TEN("5")
#define HPCADVISE_NUMBERS_64 HPCADVISE_NUMBERS_60 ",%60,%61,%62,%63"
#define HPCADVISE_NUMBERS_128                                                                                  \
  HPCADVISE_NUMBERS_60 "," HPCADVISE_TEN("6") "," HPCADVISE_TEN("7") "," HPCADVISE_TEN("8") "," HPCADVISE_TEN( \
      "9") "," HPCADVISE_TEN("10") "," HPCADVISE_TEN("11") ",%120,%121,%122,%123,%124,%125,%126,%127"
#define HPCADVISE_SUMS_8(c, i)                                                                                \
  "+f"(c[i]), "+f"(c[i + 1]), "+f"(c[i + 2]), "+f"(c[i + 3]), "+f"(c[i + 4]), "+f"(c[i + 5]), "+f"(c[i + 6]), \
      "+f"(c[i + 7])
#define HPCADVISE_SUMS_32(c, i) \
  HPCADVISE_SUMS_8(c, i), HPCADVISE_SUMS_8(c, i + 8), HPCADVISE_SUMS_8(c, i + 16), HPCADVISE_SUMS_8(c, i + 24)
#define HPCADVISE_SUMS_64(c) HPCADVISE_SUMS_32(c, 0), HPCADVISE_SUMS_32(c, 32)
#define HPCADVISE_SUMS_128(c) HPCADVISE_SUMS_64(c), HPCADVISE_SUMS_32(c, 64), HPCADVISE_SUMS_32(c, 96)

// The operands behind the sums are numbered from `a` on: two descriptors, whether the products are added to the sums or
// take their place, and whether A's and B's lines run across k.
#define HPCADVISE_WGMMA(form, sums, numbers, a, b, adds, across_a, across_b)                                   \
  asm volatile("{.reg .pred p;\nsetp.ne.b32 p, %" adds ", 0;\nwgmma.mma_async.sync.aligned." form " {" numbers \
               "}, %" a ", %" b ", p, 1, 1, %" across_a ", %" across_b ";}"                                    \
               : sums                                                                                          \
               : "l"(a_operand.bits), "l"(b_operand.bits), "r"(int(added)), "n"(a_across), "n"(b_across)       \
               : "memory")
#define HPCADVISE_WGMMA_64(form, c) \
  HPCADVISE_WGMMA(form, HPCADVISE_SUMS_64(c), HPCADVISE_NUMBERS_64, "64", "65", "66", "67", "68")
#define HPCADVISE_WGMMA_128(form, c) \
  HPCADVISE_WGMMA(form, HPCADVISE_SUMS_128(c), HPCADVISE_NUMBERS_128, "128", "129", "130", "131", "132")
#endif

// Input is Half or BFloat16, `columns` 128 or 256: n. Of the accumulators each warp has 16 rows, as mma.sync's lie.
template <class InputType, int columns>
struct WgmmaM64K16 {
  static constexpr int m = 64, n = columns, k = 16, lanes = 128;
  static constexpr bool reads_block_memory = true, flushes_subnormals = false;
  static_assert(n == 128 || n == 256);
  using Input = InputType;
  using Element = InputType;
  using Accumulator = float;
  using Sums = Registers<float, n / 2>;

  HPCADVISE_DEVICE_FUNCTION static constexpr Position c_position(int lane, int element) {
    return {.row = 16 * (lane / 32) + lane % 32 / 4 + 8 * (element / 2 % 2),
            .column = 8 * (element / 4) + 2 * (lane % 4) + element % 2};
  }

  // What the block's threads wrote, seen by them all, the instruction sees after this, of each thread, and a barrier.
  HPCADVISE_DEVICE_FUNCTION static void show_written() {
#if HPCADVISE_HAS_WGMMA
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
#else
    HPCADVISE_TRAP();
#endif
  }

  // Before the first product, and where other code has touched the sums.
  HPCADVISE_DEVICE_FUNCTION static void begin_products() {
#if HPCADVISE_HAS_WGMMA
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#else
    HPCADVISE_TRAP();
#endif
  }

  // C += A B, or C = A B where nothing is added.
  template <MatrixOrder a_order, MatrixOrder b_order>
  HPCADVISE_DEVICE_FUNCTION static void multiply_accumulate([[maybe_unused]] Sums& c,
                                                            [[maybe_unused]] MatrixDescriptor a_operand,
                                                            [[maybe_unused]] MatrixDescriptor b_operand,
                                                            [[maybe_unused]] bool added) {
#if HPCADVISE_HAS_WGMMA
    constexpr int a_across = a_order == MatrixOrder::transposed, b_across = b_order == MatrixOrder::transposed;
    constexpr bool half = std::is_same_v<Input, Half>;
    if constexpr (half && n == 256)
      HPCADVISE_WGMMA_128("m64n256k16.f32.f16.f16", c.element);
    else if constexpr (n == 256)
      HPCADVISE_WGMMA_128("m64n256k16.f32.bf16.bf16", c.element);
    else if constexpr (half)
      HPCADVISE_WGMMA_64("m64n128k16.f32.f16.f16", c.element);
    else
      HPCADVISE_WGMMA_64("m64n128k16.f32.bf16.bf16", c.element);
#else
    HPCADVISE_TRAP();
#endif
  }

  HPCADVISE_DEVICE_FUNCTION static void commit_products() {
#if HPCADVISE_HAS_WGMMA
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
#else
    HPCADVISE_TRAP();
#endif
  }

  // Until all groups of this warpgroup but the last `groups` are done. The sums are its operands, so that no compiler
  // moves them before it.
  template <int groups>
  HPCADVISE_DEVICE_FUNCTION static void wait_for_products([[maybe_unused]] Sums& c) {
#if HPCADVISE_HAS_WGMMA
    if constexpr (groups > 0)
      asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(groups) : "memory");
    else if constexpr (n == 256)
      asm volatile("wgmma.wait_group.sync.aligned 0;" : HPCADVISE_SUMS_128(c.element)::"memory");
    else
      asm volatile("wgmma.wait_group.sync.aligned 0;" : HPCADVISE_SUMS_64(c.element)::"memory");
#else
    HPCADVISE_TRAP();
#endif
  }
};

#undef HPCADVISE_WGMMA_128
#undef HPCADVISE_WGMMA_64
#undef HPCADVISE_WGMMA
#undef HPCADVISE_SUMS_128
#undef HPCADVISE_SUMS_64
#undef HPCADVISE_SUMS_32
#undef HPCADVISE_SUMS_8
#undef HPCADVISE_NUMBERS_128
#undef HPCADVISE_NUMBERS_64
#undef HPCADVISE_NUMBERS_60
#undef HPCADVISE_TEN
#undef HPCADVISE_HAS_WGMMA

}  // namespace hpcadvise::kernels
