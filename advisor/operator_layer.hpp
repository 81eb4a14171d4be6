// SPDX-License-Identifier: Apache-2.0
#pragma once

// Layers of an architecture that the fields of ModelSpec do not describe, as a list of their operators. What a file
// says (docs/model_format.md).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::advisor {

// What a matrix belongs to. Experts are spread over expert parallelism; routers stay in 16 bit under FP8; LoRA adapts
// attention alone or everything but routers.
enum class LinearPart { attention, ffn, shared_expert, expert, router, multi_token };

// What tensor parallelism cuts of a matrix: the outputs, the inputs, or nothing.
enum class MatrixCut { columns, rows, none };

struct OperatorLinear {
  std::string name;
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
  LinearPart part = LinearPart::ffn;
  MatrixCut cut = MatrixCut::none;
  bool bias = false;
};

struct OperatorAttention {
  std::int64_t head_count = 0;
  std::int64_t kv_head_count = 0;
  std::int64_t head_size = 0;
  std::int64_t value_head_size = 0;
  std::int64_t window = 0;  // 0: everything
  bool causal = true;
};

struct OperatorExperts {
  int expert_count = 0;
  int experts_per_token = 0;
  std::vector<OperatorLinear> linears;  // of one expert
};

struct OperatorLayer {
  std::int64_t count = 1;  // of such layers, one after the other
  std::vector<OperatorLinear> linears;
  std::optional<OperatorAttention> attention;
  std::optional<OperatorExperts> experts;
  double elementwise_elements = 0;  // read and written a token, forward, by everything else
  double other_parameters = 0;      // norms, convolutions, states
};

}  // namespace hpcadvise::advisor
