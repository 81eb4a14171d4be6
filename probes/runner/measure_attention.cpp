// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/measure_attention.hpp"

#include "kernels/vendor_attention.hpp"
#include "probes/runner/attention_check.hpp"
#include "probes/runner/available_memory.hpp"
#include "probes/runner/fastest_of.hpp"
#include "probes/runner/host_copy.hpp"
#include "probes/runner/inputs.hpp"
#include "probes/runner/request.hpp"

#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

namespace hpcadvise::probes::runner {
namespace {

using kernels::AttentionShape;

AttentionShape shape_of(SampleRequest const& request) {
  AttentionShape const shape{.batch = extent_of(request, "batch"),
                             .query_heads = extent_of(request, "query_heads"),
                             .kv_heads = extent_of(request, "kv_heads"),
                             .query_length = extent_of(request, "query_length"),
                             .key_length = extent_of(request, "key_length"),
                             .head_size = extent_of(request, "head_size"),
                             .causal = flag_of(request, "causal")};
  if (shape.query_heads % shape.kv_heads != 0) throw RequestError("kv_heads does not divide query_heads");
  if (shape.causal && shape.key_length < shape.query_length)
    throw RequestError("causal attention needs at least as many keys as queries");
  return shape;
}

bool is_backward(SampleRequest const& request) {
  auto const direction = word_of(request, "direction");
  if (direction == "forward") return false;
  if (direction == "backward") return true;
  throw RequestError("direction=" + direction + " is neither forward nor backward");
}

// What one call reads and writes. Backward's part is empty for forward.
template <class Element>
struct Tensors {
  kernels::Heads<Element> q, k, v, out;
  kernels::RowStatistic<float> log_sum_exp;
  kernels::Heads<Element> d_out, d_q, d_k, d_v;
};

template <class Element>
AttentionTensors::Heads host_floats(kernels::Heads<Element> const& heads) {
  auto const copy = host_copy(heads);
  if constexpr (std::is_same_v<Element, float>) {
    return copy;
  } else {
    AttentionTensors::Heads const floats("hpcadvise::attention::floats", heads.extent(0), heads.extent(1),
                                         heads.extent(2), heads.extent(3));
    auto const* const from = copy.data();
    auto* const to = floats.data();
    Kokkos::DefaultHostExecutionSpace const space;
    Kokkos::parallel_for("hpcadvise::attention::floats",
                         Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(space, 0, copy.span()),
                         [=](std::size_t i) { to[i] = kernels::widened(from[i]); });
    space.fence();
    return floats;
  }
}

template <class Element>
AttentionTensors on_host(Tensors<Element> const& t) {
  return {.q = host_floats(t.q),
          .k = host_floats(t.k),
          .v = host_floats(t.v),
          .out = host_floats(t.out),
          .log_sum_exp = host_copy(t.log_sum_exp),
          .d_out = host_floats(t.d_out),
          .d_q = host_floats(t.d_q),
          .d_k = host_floats(t.d_k),
          .d_v = host_floats(t.d_v)};
}

// The tensors of one call in memory of their own, for as many calls as keep them out of cache.
template <class Element>
class TensorSets {
 public:
  TensorSets(Space const& space, AttentionShape shape, bool backward, std::int64_t sets)
      : shape_(shape),
        backward_(backward),
        q_("hpcadvise::attention::q", sets, query_count()),
        k_("hpcadvise::attention::k", sets, key_count()),
        v_("hpcadvise::attention::v", sets, key_count()),
        out_("hpcadvise::attention::out", sets, query_count()),
        log_sum_exp_("hpcadvise::attention::log_sum_exp", sets, query_count() / shape.head_size),
        d_out_("hpcadvise::attention::d_out", backward ? sets : 0, query_count()),
        d_q_("hpcadvise::attention::d_q", backward ? sets : 0, query_count()),
        d_k_("hpcadvise::attention::d_k", backward ? sets : 0, key_count()),
        d_v_("hpcadvise::attention::d_v", backward ? sets : 0, key_count()) {
    fill_random(space, q_.all(), 1);
    fill_random(space, k_.all(), 2);
    fill_random(space, v_.all(), 3);
    fill_random(space, d_out_.all(), 4);
    poison_outputs(space);
  }

  void poison_outputs(Space const& space) const {
    for (auto const* buffers : {&out_, &d_q_, &d_k_, &d_v_}) poison(space, buffers->all());
    poison(space, log_sum_exp_.all());
  }

  Tensors<Element> set(std::int64_t index) const {
    Tensors<Element> tensors{
        .q = query_heads(q_, index),
        .k = key_heads(k_, index),
        .v = key_heads(v_, index),
        .out = query_heads(out_, index),
        .log_sum_exp = kernels::RowStatistic<float>(log_sum_exp_.set(index), extent(shape_.batch),
                                                    extent(shape_.query_heads), extent(shape_.query_length)),
        .d_out = {},
        .d_q = {},
        .d_k = {},
        .d_v = {}};
    if (backward_) {
      tensors.d_out = query_heads(d_out_, index);
      tensors.d_q = query_heads(d_q_, index);
      tensors.d_k = key_heads(d_k_, index);
      tensors.d_v = key_heads(d_v_, index);
    }
    return tensors;
  }

 private:
  static std::size_t extent(std::int64_t count) { return std::size_t(count); }
  std::int64_t query_count() const {
    return shape_.batch * shape_.query_heads * shape_.query_length * shape_.head_size;
  }
  std::int64_t key_count() const { return shape_.batch * shape_.kv_heads * shape_.key_length * shape_.head_size; }
  kernels::Heads<Element> query_heads(Buffers<Element> const& buffers, std::int64_t index) const {
    return kernels::Heads<Element>(buffers.set(index), extent(shape_.batch), extent(shape_.query_heads),
                                   extent(shape_.query_length), extent(shape_.head_size));
  }
  kernels::Heads<Element> key_heads(Buffers<Element> const& buffers, std::int64_t index) const {
    return kernels::Heads<Element>(buffers.set(index), extent(shape_.batch), extent(shape_.kv_heads),
                                   extent(shape_.key_length), extent(shape_.head_size));
  }

  AttentionShape shape_;
  bool backward_;
  Buffers<Element> q_, k_, v_, out_;
  Buffers<float> log_sum_exp_;
  Buffers<Element> d_out_, d_q_, d_k_, d_v_;
};

// Who computes, and what it keeps from call to call.
struct Provider {
  std::string name;
  kernels::AttentionWorkspace own{};
  kernels::VendorWorkspace vendor{};
};

Provider provider_of(SampleRequest const& request) {
  if (request.provider == "kokkos") return {.name = "kokkos"};
  for (auto const& vendor : kernels::vendor_attentions())
    if (vendor.name == request.provider && vendor.problem.empty())
      return {.name = vendor.name, .vendor = {.library = vendor.name}};
  throw RequestError("this runner has no provider " + request.provider + " of attention");
}

template <class Element>
void run_forward(Space const& space, AttentionShape shape, Tensors<Element> const& t,
                 [[maybe_unused]] Provider& provider, [[maybe_unused]] int tile) {
  if constexpr (kernels::on_device) {
    if (provider.name != "kokkos")
      return kernels::vendor_attention_forward(space, shape, t.q, t.k, t.v, t.out, t.log_sum_exp, provider.vendor);
    kernels::attention_forward(space, shape, t.q, t.k, t.v, t.out, t.log_sum_exp, tile);
  } else {
    kernels::attention_forward(space, shape, t.q, t.k, t.v, t.out, t.log_sum_exp);
  }
}

template <class Element>
void run_backward(Space const& space, AttentionShape shape, Tensors<Element> const& t,
                  [[maybe_unused]] Provider& provider, [[maybe_unused]] int tile) {
  if constexpr (kernels::on_device) {
    if (provider.name != "kokkos")
      return kernels::vendor_attention_backward(space, shape, t.q, t.k, t.v, t.out, t.log_sum_exp, t.d_out, t.d_q,
                                                t.d_k, t.d_v, provider.vendor);
    kernels::attention_backward(space, shape, t.q, t.k, t.v, t.out, t.log_sum_exp, t.d_out, t.d_q, t.d_k, t.d_v,
                                provider.own, tile);
  } else {
    kernels::attention_backward(space, shape, t.q, t.k, t.v, t.out, t.log_sum_exp, t.d_out, t.d_q, t.d_k, t.d_v);
  }
}

// `format_roundoff` as in attention_check.hpp.
template <class Element>
void measure_elements(SampleRequest const& request, Context const& context, double format_roundoff,
                      profiles::Sample& sample) {
  auto const shape = shape_of(request);
  bool const backward = is_backward(request);
  auto provider = provider_of(request);
  auto const& space = context.space;

  double const set_bytes = backward ? kernels::attention_backward_bytes(shape, sizeof(Element))
                                    : kernels::attention_forward_bytes(shape, sizeof(Element));
  require_memory(set_bytes);
  auto const set_count = cold_set_count(set_bytes);
  TensorSets<Element> const buffers(space, shape, backward, set_count);
  std::vector<Tensors<Element>> sets;
  for (std::int64_t index = 0; index < set_count; ++index) sets.push_back(buffers.set(index));

  auto const run = [&](Tensors<Element> const& tensors, bool back, int tile) {
    if (back)
      run_backward(space, shape, tensors, provider, tile);
    else
      run_forward(space, shape, tensors, provider, tile);
  };

  auto const check = [&](int way, profiles::Sample& attempt) {
    buffers.poison_outputs(space);
    run(sets.front(), false, way);
    space.fence();
    double const error = attention_forward_error({}, shape, on_host(sets.front()));
    if (!accept(attempt, error, attention_forward_bound(shape, format_roundoff))) return false;
    if (!backward) return true;
    run(sets.front(), true, way);
    space.fence();
    return accept(attempt, attention_backward_error({}, shape, on_host(sets.front())),
                  attention_backward_bound(shape, format_roundoff));
  };
  auto const tiles =
      request.provider == "kokkos" ? kernels::attention_tile_names(shape.head_size) : std::vector<std::string>{};
  int tile = 0;
  if (tiles.size() > 1) {
    auto const fastest = fastest_right_of(tiles, sample, check, [&](int way) {
      run(sets.front(), backward, way);
      space.fence();
    });
    if (!fastest) return;
    tile = *fastest;
  } else if (!check(tile, sample)) {
    return;
  }
  // Backward reads what forward wrote, so every set needs it once.
  if (backward)
    for (auto const& tensors : sets) run(tensors, false, tile);
  space.fence();

  std::size_t call = 0;
  time_into(sample, context, request, [&] { run(sets[++call % sets.size()], backward, tile); });
  sample.work_flops = backward ? kernels::attention_backward_flops(shape) : kernels::attention_forward_flops(shape);
  sample.work_bytes = set_bytes;
  add_rate(sample, "flops_per_s", sample.work_flops);
  add_rate(sample, "bytes_per_s", sample.work_bytes);
}

}  // namespace

void measure_attention(SampleRequest const& request, Context const& context, profiles::Sample& sample) {
  auto const precision = precision_of(request);
  if constexpr (kernels::on_device) {
    if (precision == profiles::Precision::bf16)
      return measure_elements<kernels::BFloat16>(request, context, 0x1p-8, sample);
    if (precision == profiles::Precision::fp16)
      return measure_elements<kernels::Half>(request, context, 0x1p-11, sample);
  } else {
    if (precision == profiles::Precision::fp32) return measure_elements<float>(request, context, 0, sample);
  }
  throw RequestError("attention on this backend does not know " + word_of(request, "precision"));
}

}  // namespace hpcadvise::probes::runner
