// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/attention_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace hpcadvise::probes::runner {
namespace {

using kernels::AttentionShape;
using Space = Kokkos::DefaultHostExecutionSpace;
using Row = std::vector<double>;

// One position of one head of one sequence. For a query row `head` counts query heads, for a key row key heads.
struct Place {
  std::int64_t batch;
  std::int64_t head;
  std::int64_t position;
};

struct SquaredError {
  double difference = 0;
  double norm = 0;

  void add(double found, double expected) {
    difference += (found - expected) * (found - expected);
    norm += expected * expected;
  }
  void add(SquaredError const& other) {
    difference += other.difference;
    norm += other.norm;
  }
  // A gradient can be 0 altogether: with a single key to attend to, for one.
  double relative() const { return difference == 0 ? 0 : std::sqrt(difference / norm); }
};

// Not std::max, which loses a NaN on one side.
double worst(double a, double b) { return std::isnan(a) || a > b ? a : b; }

double scale(AttentionShape shape) { return 1 / std::sqrt(double(shape.head_size)); }

// Keys that query i sees are the first of them.
std::int64_t visible_keys(AttentionShape shape, std::int64_t query) {
  return shape.causal ? query + shape.key_length - shape.query_length + 1 : shape.key_length;
}

template <class Heads>
float const* row_of(Heads const& heads, Place place) {
  return &heads(std::size_t(place.batch), std::size_t(place.head), std::size_t(place.position), 0);
}

double dot(float const* a, float const* b, std::int64_t length) {
  double sum = 0;
  for (std::int64_t e = 0; e < length; ++e) sum += double(a[e]) * double(b[e]);
  return sum;
}

void add_row(Row& sum, double factor, float const* row) {
  for (std::size_t e = 0; e < sum.size(); ++e) sum[e] += factor * double(row[e]);
}

void compare_row(SquaredError& error, float const* found, Row const& expected) {
  for (std::size_t e = 0; e < expected.size(); ++e) error.add(double(found[e]), expected[e]);
}

// Places to check out of batch x heads x length rows, when each costs `row_operations`.
std::vector<Place> places(AttentionShape shape, std::int64_t heads, std::int64_t length, double row_operations) {
  auto const rows = shape.batch * heads * length;
  auto const count = std::clamp(std::int64_t(1e8 / row_operations), std::int64_t{8}, std::max<std::int64_t>(8, rows));
  std::vector<Place> result;
  for (std::int64_t i = 0; i < std::min(count, rows); ++i) {
    auto const row = (i + 1) * rows / std::min(count, rows) - 1;
    result.push_back({row / (heads * length), row / length % heads, row % length});
  }
  return result;
}

template <class ErrorOfPlace>
SquaredError sum_over(Space const& space, std::vector<Place> const& checked, ErrorOfPlace error_of) {
  std::vector<SquaredError> errors(checked.size());
  auto* const each = errors.data();
  auto const* const place = checked.data();
  Kokkos::parallel_for("hpcadvise::attention_check",
                       Kokkos::RangePolicy<Space, Kokkos::Schedule<Kokkos::Dynamic>>(space, 0, checked.size()),
                       [=](std::size_t i) { each[i] = error_of(place[i]); });
  space.fence();
  SquaredError sum;
  for (auto const& error : errors) sum.add(error);
  return sum;
}

struct SoftmaxRow {
  Row weights;  // of the visible keys
  double log_sum_exp;
};

SoftmaxRow softmax_row(AttentionShape shape, AttentionTensors const& t, Place query) {
  auto const kv_head = query.head / (shape.query_heads / shape.kv_heads);
  SoftmaxRow row{Row(std::size_t(visible_keys(shape, query.position))), 0};
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t j = 0; j < row.weights.size(); ++j) {
    Place const key{query.batch, kv_head, std::int64_t(j)};
    row.weights[j] = scale(shape) * dot(row_of(t.q, query), row_of(t.k, key), shape.head_size);
    largest = std::max(largest, row.weights[j]);
  }
  double sum = 0;
  for (double& weight : row.weights) sum += weight = std::exp(weight - largest);
  for (double& weight : row.weights) weight /= sum;
  row.log_sum_exp = largest + std::log(sum);
  return row;
}

SquaredError output_error(AttentionShape shape, AttentionTensors const& t, Place query) {
  auto const kv_head = query.head / (shape.query_heads / shape.kv_heads);
  auto const softmax = softmax_row(shape, t, query);
  Row expected(std::size_t(shape.head_size));
  for (std::size_t j = 0; j < softmax.weights.size(); ++j)
    add_row(expected, softmax.weights[j], row_of(t.v, {query.batch, kv_head, std::int64_t(j)}));
  SquaredError error;
  compare_row(error, row_of(t.out, query), expected);
  return error;
}

SquaredError statistic_error(AttentionShape shape, AttentionTensors const& t, Place query) {
  double const found =
      double(t.log_sum_exp(std::size_t(query.batch), std::size_t(query.head), std::size_t(query.position)));
  SquaredError error;
  error.add(std::exp(found - softmax_row(shape, t, query).log_sum_exp), 1.0);
  return error;
}

SquaredError d_query_error(AttentionShape shape, AttentionTensors const& t, Place query) {
  auto const kv_head = query.head / (shape.query_heads / shape.kv_heads);
  auto const softmax = softmax_row(shape, t, query);
  Row d_weights(softmax.weights.size());
  double mean = 0;
  for (std::size_t j = 0; j < d_weights.size(); ++j) {
    d_weights[j] = dot(row_of(t.d_out, query), row_of(t.v, {query.batch, kv_head, std::int64_t(j)}), shape.head_size);
    mean += softmax.weights[j] * d_weights[j];
  }
  Row expected(std::size_t(shape.head_size));
  for (std::size_t j = 0; j < d_weights.size(); ++j)
    add_row(expected, scale(shape) * softmax.weights[j] * (d_weights[j] - mean),
            row_of(t.k, {query.batch, kv_head, std::int64_t(j)}));
  SquaredError error;
  compare_row(error, row_of(t.d_q, query), expected);
  return error;
}

struct KeyGradients {
  Row d_key;
  Row d_value;
};

// Every query that sees the key, of every query head that shares it.
KeyGradients key_gradients(AttentionShape shape, AttentionTensors const& t, Place key) {
  auto const size = shape.head_size;
  KeyGradients sums{Row(std::size_t(size)), Row(std::size_t(size))};
  auto const group = shape.query_heads / shape.kv_heads;
  for (std::int64_t head = key.head * group; head < (key.head + 1) * group; ++head)
    for (std::int64_t i = 0; i < shape.query_length; ++i) {
      if (key.position >= visible_keys(shape, i)) continue;
      Place const query{key.batch, head, i};
      double const statistic = double(t.log_sum_exp(std::size_t(key.batch), std::size_t(head), std::size_t(i)));
      double const score = scale(shape) * dot(row_of(t.q, query), row_of(t.k, key), size);
      double const weight = std::exp(score - statistic);
      double const d_weight = dot(row_of(t.d_out, query), row_of(t.v, key), size);
      double const mean = dot(row_of(t.d_out, query), row_of(t.out, query), size);
      add_row(sums.d_value, weight, row_of(t.d_out, query));
      add_row(sums.d_key, scale(shape) * weight * (d_weight - mean), row_of(t.q, query));
    }
  return sums;
}

SquaredError d_key_error(AttentionShape shape, AttentionTensors const& t, Place key) {
  SquaredError error;
  compare_row(error, row_of(t.d_k, key), key_gradients(shape, t, key).d_key);
  return error;
}

SquaredError d_value_error(AttentionShape shape, AttentionTensors const& t, Place key) {
  SquaredError error;
  compare_row(error, row_of(t.d_v, key), key_gradients(shape, t, key).d_value);
  return error;
}

using ErrorOfRow = SquaredError (*)(AttentionShape, AttentionTensors const&, Place);

double relative_error(Space const& space, AttentionShape shape, AttentionTensors const& tensors,
                      std::vector<Place> const& checked, ErrorOfRow error_of) {
  return sum_over(space, checked, [=](Place place) { return error_of(shape, tensors, place); }).relative();
}

}  // namespace

double attention_forward_error(Space const& space, AttentionShape shape, AttentionTensors const& tensors) {
  auto const queries =
      places(shape, shape.query_heads, shape.query_length, 4.0 * double(shape.key_length * shape.head_size));
  return worst(relative_error(space, shape, tensors, queries, output_error),
               relative_error(space, shape, tensors, queries, statistic_error));
}

double attention_backward_error(Space const& space, AttentionShape shape, AttentionTensors const& tensors) {
  auto const queries =
      places(shape, shape.query_heads, shape.query_length, 6.0 * double(shape.key_length * shape.head_size));
  double const group = double(shape.query_heads) / double(shape.kv_heads);
  auto const keys =
      places(shape, shape.kv_heads, shape.key_length, 10.0 * group * double(shape.query_length * shape.head_size));
  double const d_query = relative_error(space, shape, tensors, queries, d_query_error);
  double const d_key = relative_error(space, shape, tensors, keys, d_key_error);
  return worst(worst(d_query, d_key), relative_error(space, shape, tensors, keys, d_value_error));
}

double attention_forward_bound(AttentionShape shape, double format_roundoff) {
  constexpr double unit_roundoff = std::numeric_limits<float>::epsilon() / 2;
  return 16 * unit_roundoff * std::sqrt(double(shape.head_size + shape.key_length)) + 2 * format_roundoff;
}

double attention_backward_bound(AttentionShape shape, double format_roundoff) {
  constexpr double unit_roundoff = std::numeric_limits<float>::epsilon() / 2;
  double const group = double(shape.query_heads) / double(shape.kv_heads);
  double const longest_sum = std::max(double(shape.key_length), group * double(shape.query_length));
  return 2 * 16 * unit_roundoff * std::sqrt(double(shape.head_size) + longest_sum) + 4 * format_roundoff;
}

}  // namespace hpcadvise::probes::runner
