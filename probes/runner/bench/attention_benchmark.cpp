// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/bench/attention_benchmark.hpp"

#include "kernels/attention.hpp"
#include "kernels/vendor_blas.hpp"
#include "probes/runner/bench/paired_ratio.hpp"
#include "probes/runner/bench/unfused_attention.hpp"
#include "probes/runner/inputs.hpp"
#include "profiles/error.hpp"

namespace hpcadvise::probes::runner {
namespace {

using Space = Kokkos::DefaultHostExecutionSpace;
using kernels::AttentionShape;
using kernels::Heads;

class AttentionContest {
 public:
  explicit AttentionContest(AttentionMask mask)
      : shape_{.batch = 1,
               .query_heads = 8,
               .kv_heads = 8,
               .query_length = 2048,
               .key_length = 2048,
               .head_size = 128,
               .causal = mask == AttentionMask::causal} {
    for (auto const* tensor : {&q_, &k_, &v_, &d_out_}) fill_random(space_, tensor->all(), seed_++);
  }

  void fused_forward() {
    kernels::attention_forward(space_, shape_, heads(q_), heads(k_), heads(v_), heads(out_), log_sum_exp_);
    space_.fence();
  }

  void fused_backward() {
    kernels::attention_backward(space_, shape_, heads(q_), heads(k_), heads(v_), heads(out_), log_sum_exp_,
                                heads(d_out_), heads(d_q_), heads(d_k_), heads(d_v_));
    space_.fence();
  }

  void unfused_forward() {
    if (weights_.size() == 0) weights_ = make_attention_weights(shape_);
    unfused_attention_forward(space_, shape_, heads(q_), heads(k_), heads(v_), weights_, heads(out_));
    space_.fence();
  }

  // Needs the weights of unfused_forward().
  void unfused_backward() {
    if (d_weights_.size() == 0) d_weights_ = make_attention_weights(shape_);
    unfused_attention_backward(space_, shape_, heads(q_), heads(k_), heads(v_), weights_, heads(d_out_), d_weights_,
                               heads(d_q_), heads(d_k_), heads(d_v_));
    space_.fence();
  }

  AttentionShape shape() const { return shape_; }

 private:
  Buffers<float> make(char const* name) const {
    return {std::string("hpcadvise::bench::") + name, 1,
            shape_.batch * shape_.query_heads * shape_.query_length * shape_.head_size};
  }

  Heads<float> heads(Buffers<float> const& tensor) const {
    return Heads<float>(tensor.set(0), std::size_t(shape_.batch), std::size_t(shape_.query_heads),
                        std::size_t(shape_.query_length), std::size_t(shape_.head_size));
  }

  Space space_;
  AttentionShape shape_;
  std::uint64_t seed_ = 1;
  Buffers<float> q_ = make("q"), k_ = make("k"), v_ = make("v"), out_ = make("out"), d_out_ = make("d_out");
  Buffers<float> d_q_ = make("d_q"), d_k_ = make("d_k"), d_v_ = make("d_v");
  kernels::RowStatistic<float> log_sum_exp_{"hpcadvise::bench::log_sum_exp", std::size_t(shape_.batch),
                                            std::size_t(shape_.query_heads), std::size_t(shape_.query_length)};
  Heads<float> weights_, d_weights_;
};

std::string unfused_name() {
  auto const vendors = kernels::vendor_blases();
  if (vendors.empty())
    throw profiles::MachineError("built without a BLAS to compare with", "Install OpenBLAS and configure again.");
  return "unfused, " + vendors[0].name + ' ' + vendors[0].version;
}

}  // namespace

BenchmarkResult attention_forward_vs_unfused(AttentionMask mask) {
  std::string const against = unfused_name();
  AttentionContest contest(mask);
  return paired_ratio([&] { contest.fused_forward(); }, [&] { contest.unfused_forward(); }, against);
}

BenchmarkResult attention_backward_vs_unfused(AttentionMask mask) {
  std::string const against = unfused_name();
  AttentionContest contest(mask);
  contest.unfused_forward();
  contest.fused_forward();
  return paired_ratio([&] { contest.fused_backward(); }, [&] { contest.unfused_backward(); }, against);
}

BenchmarkResult attention_forward_rate(AttentionMask mask) {
  AttentionContest contest(mask);
  return rate(kernels::attention_forward_flops(contest.shape()), "flops_per_s", [&] { contest.fused_forward(); },
              {.max_total_s = 2});
}

BenchmarkResult attention_backward_rate(AttentionMask mask) {
  AttentionContest contest(mask);
  contest.fused_forward();
  return rate(kernels::attention_backward_flops(contest.shape()), "flops_per_s", [&] { contest.fused_backward(); },
              {.max_total_s = 2});
}

}  // namespace hpcadvise::probes::runner
