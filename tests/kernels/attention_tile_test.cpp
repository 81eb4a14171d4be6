// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/model_attention.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>
#include <map>
#include <tuple>

using namespace hpcadvise::kernels;
using namespace hpcadvise::kernels::test;

namespace {

using MmaSyncTilesOfAttention =
    std::tuple<MmaSyncAttention<Half, 64>, MmaSyncAttention<BFloat16, 80>, MmaSyncAttention<Half, 96>,
               MmaSyncAttention<BFloat16, 128>, MmaSyncAttention<Half, 256>,
               MmaSyncAttention<BFloat16, 64, BlockHeight::low>, MmaSyncAttention<Half, 128, BlockHeight::low>>;
using MfmaTilesOfAttention =
    std::tuple<MfmaAttention<BFloat16, 64>, MfmaAttention<Half, 80>, MfmaAttention<BFloat16, 96>,
               MfmaAttention<Half, 128>, MfmaAttention<BFloat16, 256>, MfmaAttention<Half, 96, BlockHeight::low>>;
using TilesOfAttention = decltype(std::tuple_cat(MmaSyncTilesOfAttention{}, MfmaTilesOfAttention{}));
using OneOfEach = std::tuple<MmaSyncAttention<Half, 64>, MmaSyncAttention<BFloat16, 80>, MfmaAttention<Half, 64>,
                             MfmaAttention<Half, 80>, MfmaAttention<BFloat16, 64>>;

// Half of the distance from 1 to the next number.
template <class Input>
constexpr double unit_roundoff = std::is_same_v<Input, Half> ? 0x1p-11 : 0x1p-8;

// Weights (or gradients of scores) are rounded, the result is, and what backward takes from `out` was: each by 0.42
// units in the root mean square of log-uniform numbers, together by 0.74; a single row scatters about it. All else is
// in fp32.
template <class Input>
constexpr double relative_error_bound = unit_roundoff<Input>;

// Three blocks of queries, the last one not full, so that the first two leave out tiles of keys.
template <class Tiles>
AttentionShape three_blocks() {
  constexpr int length = 2 * std::max({Tiles::Forward::rows, Tiles::Keys::rows, Tiles::Queries::rows}) + 5;
  return {.batch = 1,
          .query_heads = 1,
          .kv_heads = 1,
          .query_length = length,
          .key_length = length,
          .head_size = 24,
          .causal = true};
}

template <class Numbers>
bool same_bytes_from(Numbers const& a, Numbers const& b, std::size_t first, std::size_t count) {
  return std::memcmp(a.data() + first, b.data() + first, count * sizeof(*a.data())) == 0;
}

template <class Numbers>
void poison_from(Numbers& numbers, std::int64_t first, std::int64_t count) {
  Numbers::poison(numbers.data() + first, std::size_t(count));
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("Attention by tiles agrees with the formulas in double precision", "[attention][fragment]",
                        TilesOfAttention) {
  using Input = typename TestType::Instruction::Input;
  std::int64_t const d = TestType::Forward::head_size;
  for (AttentionShape const shape : {AttentionShape{.batch = 1,
                                    .query_heads = 2,
                                    .kv_heads = 1,
                                    .query_length = 97,
                                    .key_length = 131,
                                    .head_size = d,
                                    .causal = true},
                                     AttentionShape{.batch = 2,
                                     .query_heads = 1,
                                     .kv_heads = 1,
                                     .query_length = 33,
                                     .key_length = 70,
                                     .head_size = d - 7,
                                     .causal = false},
                                     AttentionShape{.batch = 1,
                                     .query_heads = 3,
                                     .kv_heads = 3,
                                     .query_length = 1,
                                     .key_length = 40,
                                     .head_size = d - 8,
                                     .causal = true}}) {
    CAPTURE(describe(shape));
    AttentionViews const views = make_attention(shape);
    ModelAttention<TestType> a(shape, views);
    a.run_forward();
    a.run_backward();
    AttentionReference const expected = attention_reference(shape, views);
    CHECK(relative_error(a.log_sum_exp, expected.log_sum_exp) < error_bound(shape));
    CHECK(relative_error(a.widened_all(a.out), expected.out) < relative_error_bound<Input>);
    CHECK(relative_error(a.widened_all(a.d_q), expected.d_q) < relative_error_bound<Input>);
    CHECK(relative_error(a.widened_all(a.d_k), expected.d_k) < relative_error_bound<Input>);
    CHECK(relative_error(a.widened_all(a.d_v), expected.d_v) < relative_error_bound<Input>);
    CHECK(a.writes_outputs_alone());
  }
}

TEMPLATE_LIST_TEST_CASE("A warp does not multiply panels of keys that none of its queries sees",
                        "[attention][fragment]", OneOfEach) {
  AttentionShape const shape = three_blocks<TestType>();
  ModelAttention<TestType> clean(shape, make_attention(shape));
  clean.run_forward();
  clean.run_backward();
  // Of the first warp, of the rows before the first panel that it does not see.
  auto const unseen_poisoned = [&](int warp_rows, int columns) {
    ModelAttention<TestType> poisoned = clean;
    std::int64_t const first = (warp_rows + columns - 1) / columns * columns * shape.head_size;
    poison_from(poisoned.k, first, std::int64_t(poisoned.k.size()) - first);
    poison_from(poisoned.v, first, std::int64_t(poisoned.v.size()) - first);
    poison_from(poisoned.out, 0, warp_rows * shape.head_size);
    poison_from(poisoned.d_q, 0, warp_rows * shape.head_size);
    return poisoned;
  };
  using Forward = typename TestType::Forward;
  auto forward = unseen_poisoned(Forward::Instruction::m, Forward::columns);
  forward.forward_block(0, 0);
  CHECK(same_bytes_from(forward.out, clean.out, 0, std::size_t(Forward::Instruction::m * shape.head_size)));

  using Queries = typename TestType::Queries;
  auto queries = unseen_poisoned(Queries::Instruction::m, Queries::columns);
  queries.out = clean.out;
  queries.queries_block(0, 0);
  CHECK(same_bytes_from(queries.d_q, clean.d_q, 0, std::size_t(Queries::Instruction::m * shape.head_size)));
}

TEMPLATE_LIST_TEST_CASE("A warp does not multiply panels of queries that see none of its keys", "[attention][fragment]",
                        OneOfEach) {
  using Keys = typename TestType::Keys;
  AttentionShape const shape = three_blocks<TestType>();
  ModelAttention<TestType> clean(shape, make_attention(shape));
  clean.run_forward();
  clean.run_backward();
  // Of the first block's last warp.
  constexpr int first_key = (Keys::warps - 1) * Keys::Instruction::m;
  std::int64_t const first = first_key * shape.head_size;
  std::int64_t const count = Keys::Instruction::m * shape.head_size;
  ModelAttention<TestType> poisoned = clean;
  poison_from(poisoned.q, 0, first_key / Keys::columns * Keys::columns * shape.head_size);
  poison_from(poisoned.d_out, 0, first_key / Keys::columns * Keys::columns * shape.head_size);
  poison_from(poisoned.d_k, first, count);
  poison_from(poisoned.d_v, first, count);
  poisoned.keys_block(0, 0, 0);
  CHECK(same_bytes_from(poisoned.d_k, clean.d_k, std::size_t(first), std::size_t(count)));
  CHECK(same_bytes_from(poisoned.d_v, clean.d_v, std::size_t(first), std::size_t(count)));
}

TEMPLATE_LIST_TEST_CASE("Scores of +-10,000 neither overflow nor lose the row sum, by tiles", "[attention][fragment]",
                        OneOfEach) {
  AttentionShape shape = three_blocks<TestType>();
  shape.query_length = 40;
  AttentionViews const views = make_attention(shape, 100.0F);  // q . k / sqrt(d) is near 100 * 100
  Kokkos::deep_copy(views.v, 1.0F);
  ModelAttention<TestType> a(shape, views);
  a.run_forward();
  a.run_backward();
  for (double const value : a.widened_all(a.out)) REQUIRE(value == 1);
  for (auto const* const numbers : {&a.d_q, &a.d_k, &a.d_v}) {
    for (double const value : a.widened_all(*numbers)) REQUIRE(std::isfinite(value));
  }
}

TEMPLATE_LIST_TEST_CASE("A NaN in a query stays in that query's row, by tiles", "[attention][fragment]", OneOfEach) {
  AttentionShape const shape = three_blocks<TestType>();
  AttentionViews const views = make_attention(shape);
  views.q(0, 0, 50, 3) = std::numeric_limits<float>::quiet_NaN();
  ModelAttention<TestType> a(shape, views);
  a.run_forward();
  auto const out = a.widened_all(a.out);
  for (std::int64_t row = 0; row < shape.query_length; ++row) {
    CHECK(std::isnan(out[std::size_t(row * shape.head_size)]) == (row == 50));
  }
}

// One key takes nearly all of the softmax, 128 take 2^-16 each: below the smallest normal number of fp16, 2^-14, and so
// zero to gfx90a's instructions. Together they are worth 2^-9.
TEMPLATE_LIST_TEST_CASE("Many weights that are too small for fp16 still count", "[attention][fragment]", OneOfEach) {
  AttentionShape const shape{.batch = 1,
                             .query_heads = 1,
                             .kv_heads = 1,
                             .query_length = 1,
                             .key_length = 129,
                             .head_size = 16,
                             .causal = false};
  AttentionViews const views = make_attention(shape);
  for (auto const* const view : {&views.q, &views.k, &views.v}) Kokkos::deep_copy(*view, 0.0F);
  Kokkos::deep_copy(views.d_out, 1.0F);
  views.q(0, 0, 0, 0) = 16;
  views.k(0, 0, 0, 0) = 4 * 0.6931F;  // the score is 16 ln 2, or 11.09 when rounded
  for (std::size_t key = 1; key < 129; ++key) views.v(0, 0, key, 5) = 1;
  ModelAttention<TestType> a(shape, views);
  a.run_forward();
  a.run_backward();
  AttentionReference const expected = attention_reference(shape, views);
  using Input = typename TestType::Instruction::Input;
  CHECK(std::abs(widened(a.out.data()[5]) / expected.out[5] - 1) < 2 * unit_roundoff<Input>);
  // 2^-16 as a subnormal number of the result's format has 8 bits.
  CHECK(std::abs(widened(a.d_v.data()[16]) / expected.d_v[16] - 1) < 0x1p-7);
}

// 32 banks of 4 bytes; lanes that read the same 4 bytes share them (CUDA C++ Programming Guide, shared memory).
TEMPLATE_LIST_TEST_CASE("The lanes of mma.sync read attention's panels from different banks", "[attention][fragment]",
                        MmaSyncTilesOfAttention) {
  using Instruction = typename TestType::Instruction;
  constexpr int stride = TestType::Forward::stride;
  STATIC_CHECK(stride * sizeof(typename Instruction::Input) % 16 == 0);  // ldmatrix reads 16 bytes of a row at once
  auto const free_of_conflicts = [](auto offset_of, int elements, int step) {
    for (int element = 0; element < elements; element += step) {
      std::map<int, int> word_in_bank;
      for (int lane = 0; lane < Instruction::lanes; ++lane) {
        int const word = offset_of(lane, element) / 2;
        if (word_in_bank.try_emplace(word % 32, word).first->second != word) return false;
      }
    }
    return true;
  };
  CHECK(free_of_conflicts(
      [](int lane, int element) {
        Position const at = Instruction::a_position(lane, element);
        return at.row * stride + at.column;
      },
      a_elements<Instruction>, Instruction::adjacent));
  CHECK(free_of_conflicts(
      [](int lane, int element) {
        Position const at = Instruction::b_position(lane, element);
        return at.column * stride + at.row;
      },
      b_elements<Instruction>, Instruction::adjacent));
  CHECK(free_of_conflicts(
      [](int lane, int element) {
        Position const at = Instruction::b_position(lane, element);
        return at.row * stride + at.column;
      },
      b_elements<Instruction>, 1));
}
