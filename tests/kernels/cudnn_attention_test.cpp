// SPDX-License-Identifier: Apache-2.0
// The graphs of attention, executed by cudnn_model.cpp: what they compute, not how fast cuDNN has it.
#include "kernels/vendor/cudnn_plan.hpp"
#include "tests/kernels/attention_reference.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::kernels;
using namespace hpcadvise::kernels::test;

namespace {

// Small ones of each kind: the model takes its time.
constexpr AttentionShape shapes[] = {
    {.batch = 2, .query_heads = 4, .kv_heads = 2, .query_length = 20, .key_length = 20, .head_size = 8, .causal = true},
    {.batch = 1, .query_heads = 3, .kv_heads = 1, .query_length = 9, .key_length = 14, .head_size = 16, .causal = true},
    {.batch = 2,
     .query_heads = 2,
     .kv_heads = 2,
     .query_length = 13,
     .key_length = 11,
     .head_size = 8,
     .causal = false},
    {.batch = 1, .query_heads = 6, .kv_heads = 2, .query_length = 1, .key_length = 17, .head_size = 24, .causal = true},
};

void execute(CudnnGraph graph, AttentionShape shape, std::vector<CudnnPlan::Argument> arguments) {
  AttentionNumbers const numbers(shape);
  arguments.push_back({AttentionTensor::scale, &numbers.scale});
  arguments.push_back({AttentionTensor::one, &numbers.one});
  arguments.push_back({AttentionTensor::minus_infinity, &numbers.minus_infinity});
  arguments.push_back({AttentionTensor::query_length, &numbers.query_length});
  arguments.push_back({AttentionTensor::key_length, &numbers.key_length});
  CudnnPlan const plan(std::move(graph), nullptr);
  plan.execute(nullptr, arguments, nullptr);
}

std::vector<CudnnPlan::Argument> arguments_of(AttentionViews const& a) {
  return {{AttentionTensor::q, a.q.data()},
          {AttentionTensor::k, a.k.data()},
          {AttentionTensor::v, a.v.data()},
          {AttentionTensor::out, a.out.data()},
          {AttentionTensor::log_sum_exp, a.log_sum_exp.data()}};
}

void skip_unless_model() {
  if (!cudnn().file.problem().empty() || cudnn().version() != 0) SKIP("the loader finds another libcudnn.so.9");
}

}  // namespace

TEST_CASE("cuDNN's graph of attention forward computes attention and its sums", "[vendor][attention]") {
  skip_unless_model();
  for (auto const& shape : shapes) {
    INFO(describe(shape));
    auto const a = make_attention(shape);
    auto const expected = attention_reference(shape, a);
    execute(attention_forward_graph(shape, CUDNN_DATA_BFLOAT16), shape, arguments_of(a));
    CHECK(relative_error(a.out, expected.out) < 1e-6);
    CHECK(relative_error(a.log_sum_exp, expected.log_sum_exp) < 1e-6);
  }
}

TEST_CASE("cuDNN's graph of attention backward computes the gradients", "[vendor][attention]") {
  skip_unless_model();
  for (auto const& shape : shapes) {
    INFO(describe(shape));
    auto const a = make_attention(shape);
    auto const expected = attention_reference(shape, a);
    run_forward(shape, a);
    RowStatistic<float> const delta("delta", a.log_sum_exp.extent(0), a.log_sum_exp.extent(1), a.log_sum_exp.extent(2));
    Heads<float> const d_q_sums("d_q_sums", a.q.extent(0), a.q.extent(1), a.q.extent(2), a.q.extent(3));
    auto arguments = arguments_of(a);
    arguments.push_back({AttentionTensor::d_out, a.d_out.data()});
    arguments.push_back({AttentionTensor::d_q, a.d_q.data()});
    arguments.push_back({AttentionTensor::d_k, a.d_k.data()});
    arguments.push_back({AttentionTensor::d_v, a.d_v.data()});
    arguments.push_back({AttentionTensor::delta, delta.data()});
    arguments.push_back({AttentionTensor::d_q_sums, d_q_sums.data()});
    execute(attention_backward_graph(shape, CUDNN_DATA_BFLOAT16), shape, arguments);
    CHECK(relative_error(a.d_q, expected.d_q) < 2e-6);
    CHECK(relative_error(a.d_k, expected.d_k) < 2e-6);
    CHECK(relative_error(a.d_v, expected.d_v) < 2e-6);
  }
}
