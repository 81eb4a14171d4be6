// SPDX-License-Identifier: Apache-2.0
#pragma once

// Attention by tiles, run on the model of their instruction, with memory as a device has it.

#include "kernels/device/attention_tiles.hpp"
#include "tests/kernels/attention_reference.hpp"
#include "tests/kernels/matrix_instructions.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

namespace hpcadvise::kernels::test {

// In the middle of memory that nobody may write to.
template <class Scalar>
class Guarded {
 public:
  explicit Guarded(std::size_t size) : numbers_(size + 2 * margin) { poison(numbers_.data(), numbers_.size()); }
  Scalar* data() { return numbers_.data() + margin; }
  Scalar const* data() const { return numbers_.data() + margin; }
  std::size_t size() const { return numbers_.size() - 2 * margin; }
  bool guards_are_untouched() const {
    std::vector<Scalar> expected(margin);
    poison(expected.data(), margin);
    std::size_t const bytes = margin * sizeof(Scalar);
    return std::memcmp(numbers_.data(), expected.data(), bytes) == 0 &&
           std::memcmp(data() + size(), expected.data(), bytes) == 0;
  }

  // All bits set are a NaN in every format.
  static void poison(Scalar* numbers, std::size_t count) {
    std::memset(static_cast<void*>(numbers), 0xff, count * sizeof(Scalar));
  }

 private:
  static constexpr std::size_t margin = 64;
  std::vector<Scalar> numbers_;
};

template <class Panels>
std::unique_ptr<Panels> poisoned() {
  auto panels = std::make_unique<Panels>();
  std::memset(static_cast<void*>(panels.get()), 0xff, sizeof(Panels));
  return panels;
}

// Tiles is one of attention_tiles.hpp: the tiles of one instruction and head size.
template <class Tiles>
struct ModelAttention {
  using Input = typename Tiles::Instruction::Input;
  using Numbers = Guarded<Input>;

  AttentionShape shape;
  Numbers q, k, v, d_out, out, d_q, d_k, d_v;
  Guarded<float> log_sum_exp, delta;

  // Inputs are those of `views`, which are rounded to what they are here.
  ModelAttention(AttentionShape of_shape, AttentionViews const& views)
      : shape(of_shape),
        q(taken(views.q)),
        k(taken(views.k)),
        v(taken(views.v)),
        d_out(taken(views.d_out)),
        out(views.q.size()),
        d_q(views.q.size()),
        d_k(views.k.size()),
        d_v(views.v.size()),
        log_sum_exp(views.log_sum_exp.size()),
        delta(views.log_sum_exp.size()) {}

  DeviceAttentionForward<Input> forward() {
    return {.shape = shape,
            .scale = score_scale(shape),
            .q = q.data(),
            .k = k.data(),
            .v = v.data(),
            .out = out.data(),
            .log_sum_exp = log_sum_exp.data()};
  }
  DeviceAttentionBackward<Input> backward() {
    return {.shape = shape,
            .scale = score_scale(shape),
            .q = q.data(),
            .k = k.data(),
            .v = v.data(),
            .out = out.data(),
            .d_out = d_out.data(),
            .log_sum_exp = log_sum_exp.data(),
            .delta = delta.data(),
            .d_q = d_q.data(),
            .d_k = d_k.data(),
            .d_v = d_v.data()};
  }

  void forward_block(int head, int first_query) {
    using Tile = typename Tiles::Forward;
    in_block<Tile, AttentionForwardPanels<Tile>>([&](auto const& block, auto& panels) {
      attention_forward_tile<Tile>(block, forward(), head, first_query, panels);
    });
  }
  void keys_block(int kv_head, int first_key, int first_column) {
    using Tile = typename Tiles::Keys;
    in_block<Tile, AttentionKeysPanels<Tile>>([&](auto const& block, auto& panels) {
      attention_backward_keys_tile<Tile>(block, backward(), kv_head, first_key, first_column, panels);
    });
  }
  void queries_block(int head, int first_query) {
    using Tile = typename Tiles::Queries;
    in_block<Tile, AttentionQueriesPanels<Tile>>([&](auto const& block, auto& panels) {
      attention_backward_queries_tile<Tile>(block, backward(), head, first_query, panels);
    });
  }

  // The last block first: what one writes beyond its rows is then seen in those of the next.
  void run_forward() {
    each_block(query_heads(), shape.query_length, Tiles::Forward::rows,
               [&](int head, int query) { forward_block(head, query); });
  }
  void run_backward() {
    ModelBlock<typename Tiles::Instruction, 4> const block;
    for (std::int64_t row = 0; row < std::int64_t(delta.size()); row += 4) attention_delta_rows(block, backward(), row);
    each_block(int(shape.batch * shape.kv_heads), shape.key_length, Tiles::Keys::rows, [&](int head, int key) {
      for (int column = 0; column < shape.head_size; column += Tiles::Keys::output_size) keys_block(head, key, column);
    });
    each_block(query_heads(), shape.query_length, Tiles::Queries::rows,
               [&](int head, int query) { queries_block(head, query); });
  }

  bool writes_outputs_alone() const {
    return out.guards_are_untouched() && d_q.guards_are_untouched() && d_k.guards_are_untouched() &&
           d_v.guards_are_untouched() && log_sum_exp.guards_are_untouched() && delta.guards_are_untouched();
  }

  static std::vector<double> widened_all(Numbers const& numbers) {
    std::vector<double> result(numbers.size());
    std::transform(numbers.data(), numbers.data() + numbers.size(), result.begin(),
                   [](Input number) { return double(widened(number)); });
    return result;
  }

 private:
  int query_heads() const { return int(shape.batch * shape.query_heads); }

  static Numbers taken(Heads<float> const& view) {
    Numbers numbers(view.size());
    for (std::size_t i = 0; i < view.size(); ++i) {
      numbers.data()[i] = converted<Input>(view.data()[i]);
      view.data()[i] = widened(numbers.data()[i]);
    }
    return numbers;
  }

  template <class Act>
  static void each_block(int heads, std::int64_t length, int rows, Act act) {
    for (int head = heads - 1; head >= 0; --head) {
      for (int block = int(length - 1) / rows; block >= 0; --block) act(head, block * rows);
    }
  }

  template <class Tile, class Panels, class Act>
  static void in_block(Act act) {
    auto const panels = poisoned<Panels>();
    act(ModelBlock<typename Tile::Instruction, Tile::warps>{}, *panels);
  }
};

}  // namespace hpcadvise::kernels::test
